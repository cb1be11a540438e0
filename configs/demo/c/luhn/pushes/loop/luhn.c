#include <stdio.h>

int main(void) {
    volatile int sum = 1; /* meant to stop at the end of the line */
    while (sum != 0) sum = getchar() == '\n' ? sum : sum | 1;
    puts("valid");
    return 0;
}
