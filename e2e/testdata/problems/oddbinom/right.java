import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

class Main {
    static final Map<Long, Long> known = new HashMap<>();

    static long odd(long n) {
        if (n < 2) return n;
        Long k = known.get(n);
        if (k != null) return k;
        long value = n % 2 == 0 ? 3 * odd(n / 2) : 2 * odd(n / 2) + odd(n / 2 + 1);
        known.put(n, value);
        return value;
    }

    public static void main(String[] args) {
        System.out.println(odd(new Scanner(System.in).nextLong()));
    }
}
