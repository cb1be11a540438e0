#include <stdio.h>

/* Rows below a power of two hold 3^k odd entries; each one-bit before doubles the rest. */
int main(void) {
    long long n, sum = 0, factor = 1;
    if (scanf("%lld", &n) != 1) return 1;
    for (int bit = 40; bit >= 0; bit--) {
        if (!(n >> bit & 1)) continue;
        long long threes = 1;
        for (int i = 0; i < bit; i++) threes *= 3;
        sum += factor * threes;
        factor *= 2;
    }
    printf("%lld\n", sum);
    return 0;
}
