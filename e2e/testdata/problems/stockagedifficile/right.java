import java.util.Scanner;

class Main {
    static final long M = 1_000_000_007;

    static long[] fib(long n) {
        if (n == 0) return new long[] {0, 1};
        long[] half = fib(n / 2);
        long x = half[0], y = half[1];
        long even = x * ((2 * y + M - x) % M) % M;
        long odd = (x * x + y * y) % M;
        return n % 2 == 0 ? new long[] {even, odd} : new long[] {odd, (even + odd) % M};
    }

    public static void main(String[] args) {
        System.out.println(fib(new Scanner(System.in).nextLong())[1]);
    }
}
