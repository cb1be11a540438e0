#include "roman.h"

#include <stdio.h>

int main(void)
{
    int number;
    char text[ROMAN_SIZE];
    while (scanf("%d", &number) == 1) {
        roman(number, text);
        puts(text);
        fflush(stdout); /* a driver waits for every line */
    }
    return 0;
}
