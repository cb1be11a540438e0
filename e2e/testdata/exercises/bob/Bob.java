class Bob {
    static String response(String heyBob) {
        String said = heyBob.trim();
        boolean question = said.endsWith("?");
        boolean shout = said.matches("(?s).*[A-Z].*") && !said.matches("(?s).*[a-z].*");
        if (said.isEmpty()) return "Fine. Be that way!";
        if (question && shout) return "Calm down, I know what I'm doing!";
        if (question) return "Sure.";
        return shout ? "Whoa, chill out!" : "Whatever.";
    }
}
