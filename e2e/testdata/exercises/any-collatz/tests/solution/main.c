#include <stdio.h>

static long steps(long n) {
    long count = 0;
    for (; n != 1; count++) n = n % 2 ? 3 * n + 1 : n / 2;
    return count;
}

int main(void) {
    long want, n = 1;
    if (scanf("%ld", &want) != 1) return 1;
    while (steps(n) != want) n++;
    printf("%ld\n", n);
}
