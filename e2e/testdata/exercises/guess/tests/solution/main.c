#include <stdio.h>
#include <string.h>

int main(void) {
    char answer[32] = "";
    for (int low = 1, high = 1000; strcmp(answer, "right");) {
        int guess = (low + high) / 2;
        printf("%d\n", guess);
        fflush(stdout);
        if (scanf("%31s", answer) != 1) return 1;
        if (!strcmp(answer, "higher")) low = guess + 1;
        else high = guess - 1;
    }
}
