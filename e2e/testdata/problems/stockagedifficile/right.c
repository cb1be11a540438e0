#include <stdio.h>

typedef unsigned long long u64;
static const u64 M = 1000000007;

/* Fibonacci by doubling: F(n) and F(n + 1). */
static void fib(u64 n, u64 *a, u64 *b) {
    if (n == 0) {
        *a = 0;
        *b = 1;
        return;
    }
    u64 x, y;
    fib(n / 2, &x, &y);
    u64 even = x * ((2 * y + M - x) % M) % M, odd = (x * x + y * y) % M;
    *a = n % 2 ? odd : even;
    *b = n % 2 ? (even + odd) % M : odd;
}

int main(void) {
    u64 n, a, b;
    if (scanf("%llu", &n) != 1) return 1;
    fib(n, &a, &b);
    printf("%llu\n", b);
    return 0;
}
