import java.util.Scanner;

class Main {
    static boolean strong(String p) {
        return p.matches("(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{8,16}");
    }

    public static void main(String[] args) {
        String p = new Scanner(System.in).next();
        System.out.println(strong(p) || strong(p + "a") || strong(p + "A") || strong(p + "0") ? "YES" : "NO");
    }
}
