import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

class Main {
    public static void main(String[] args) throws IOException {
        System.out.println(valid(new BufferedReader(new InputStreamReader(System.in)).readLine()));
    }

    static boolean valid(String value) {
        String digits = value.replace(" ", "");
        if (digits.length() < 2 || !digits.matches("[0-9]+")) return false;
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int d = digits.charAt(digits.length() - 1 - i) - '0';
            if (i % 2 == 1) d = 2 * d > 9 ? 2 * d - 9 : 2 * d;
            sum += d;
        }
        return sum % 10 == 0;
    }
}
