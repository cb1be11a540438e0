#include <stdio.h>

int main(void) {
    static const struct { int value; const char *text; } table[] = {
        {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
        {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}};
    int n;
    if (scanf("%d", &n) != 1) return 1;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (; n >= table[i].value; n -= table[i].value) fputs(table[i].text, stdout);
    puts("");
}
