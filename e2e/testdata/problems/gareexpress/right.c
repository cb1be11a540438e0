#include <stdio.h>

int main(void) {
    long long n, x;
    if (scanf("%lld %lld", &n, &x) != 2) return 1;
    printf("%lld\n", (n + x - 1) / x * x);
    return 0;
}
