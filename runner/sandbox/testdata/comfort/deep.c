/* Recursion as deep as the memory: 200 MiB of stack. */
#include <stdio.h>

static int deep(int n) {
    volatile char page[4096];
    page[0] = (char)n;
    return n == 0 ? 0 : deep(n - 1) + page[0] - page[0];
}

int main(void) {
    puts(deep(200 << 8) == 0 ? "ok" : "no");
    return 0;
}
