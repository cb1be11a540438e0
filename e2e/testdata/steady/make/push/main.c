#include "sum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char *list = getenv("NOBODY_SETS_THIS");
    long a, b;
    int unused;
    if (!strcmp(what, "sum") && scanf("%ld %ld", &a, &b) == 2)
        printf("%ld\n", sum(a, b));
    if (!strcmp(what, "last"))
        putchar(list[0]); /* wrong: there is no list */
    if (!strcmp(what, "spin"))
        for (volatile int i = 0;; i++)
            ;
    if (!strcmp(what, "grow"))
        for (;;)
            memset(malloc(1 << 20), 1, 1 << 20);
    if (!strcmp(what, "ask"))
        return 1;
    return 0;
}
