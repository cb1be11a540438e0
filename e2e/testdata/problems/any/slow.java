class Main {
    public static void main(String[] args) {
        for (long i = 0; i >= 0; i = (i + 1) % 1000) continue;
    }
}
