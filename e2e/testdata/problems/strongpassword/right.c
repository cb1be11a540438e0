#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int strong(const char *p) {
    int lower = 0, upper = 0, digit = 0;
    size_t n = strlen(p);
    for (size_t i = 0; i < n; i++) {
        lower |= islower((unsigned char)p[i]) != 0;
        upper |= isupper((unsigned char)p[i]) != 0;
        digit |= isdigit((unsigned char)p[i]) != 0;
    }
    return n >= 8 && n <= 16 && lower && upper && digit;
}

int main(void) {
    char p[64];
    if (scanf("%60s", p) != 1) return 1;
    int ok = strong(p);
    size_t n = strlen(p);
    p[n + 1] = '\0';
    for (const char *c = "aA0"; *c; c++) {
        p[n] = *c;
        ok |= strong(p);
    }
    puts(ok ? "YES" : "NO");
    return 0;
}
