#include "sum.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    long a, b;
    if (!strcmp(what, "sum") && scanf("%ld %ld", &a, &b) == 2)
        printf("%ld\n", sum(a, b));
    if (!strcmp(what, "last"))
        puts("none");
    if (!strcmp(what, "spin"))
        puts("spun");
    if (!strcmp(what, "grow"))
        puts("grown");
    if (!strcmp(what, "ask") && scanf("%ld", &a) == 1)
        printf("%ld\n", 2 * a);
    return 0;
}
