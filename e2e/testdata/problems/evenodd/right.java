import java.util.HashMap;
import java.util.Map;
import java.util.Scanner;

class Main {
    static final long M = 1_000_000_007;
    static final Map<Long, Long> known = new HashMap<>();

    static long sum(long n) {
        if (n < 2) return 0;
        Long k = known.get(n);
        if (k != null) return k;
        long half = n / 2, upper = (n + 1) / 2;
        long value = (sum(half) + half % M + sum(upper) + 2 * ((upper - 1) % M)) % M;
        known.put(n, value);
        return value;
    }

    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long l = in.nextLong(), r = in.nextLong();
        System.out.println((sum(r) + M - sum(l - 1)) % M);
    }
}
