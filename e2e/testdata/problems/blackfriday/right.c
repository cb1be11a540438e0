#include <stdio.h>

int main(void) {
    int n, roll, count[7] = {0}, who[7] = {0};
    if (scanf("%d", &n) != 1) return 1;
    for (int i = 1; i <= n && scanf("%d", &roll) == 1; i++) {
        count[roll]++;
        who[roll] = i;
    }
    for (int r = 6; r > 0; r--)
        if (count[r] == 1) {
            printf("%d\n", who[r]);
            return 0;
        }
    puts("none");
    return 0;
}
