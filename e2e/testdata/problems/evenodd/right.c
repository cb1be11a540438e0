#include <stdio.h>

typedef unsigned long long u64;
static const u64 M = 1000000007;

/* Sums of f up to n and up to n + 1, from those of half. */
static void sums(u64 n, u64 *s, u64 *t);

static u64 join(u64 n, u64 low, u64 high) { /* low = S(n/2), high = S((n+1)/2) */
    return (low + n / 2 % M + high + 2 * (((n + 1) / 2 - 1) % M)) % M;
}

static void sums(u64 n, u64 *s, u64 *t) {
    if (n == 0) {
        *s = *t = 0;
        return;
    }
    if (n == 1) {
        *s = 0;
        *t = 1;
        return;
    }
    u64 a, b;
    sums(n / 2, &a, &b);
    *s = join(n, a, n % 2 ? b : a);
    *t = join(n + 1, n % 2 ? b : a, b);
}

int main(void) {
    u64 l, r, a, b, unused;
    if (scanf("%llu %llu", &l, &r) != 2) return 1;
    sums(r, &a, &unused);
    sums(l - 1, &b, &unused);
    printf("%llu\n", (a + M - b) % M);
    return 0;
}
