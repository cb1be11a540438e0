#include <stdio.h>
#include <string.h>

int main(void) {
    int n, k;
    char name[256], item[256];
    if (scanf("%d\n", &n) != 1) return 1;
    while (n-- > 0) {
        if (scanf("%d\n", &k) != 1 || fgets(name, sizeof name, stdin) == NULL) return 1;
        int soup = 0, pancakes = 0;
        while (k-- > 0 && fgets(item, sizeof item, stdin) != NULL) {
            item[strcspn(item, "\r\n")] = '\0';
            soup |= strcmp(item, "pea soup") == 0;
            pancakes |= strcmp(item, "pancakes") == 0;
        }
        if (soup && pancakes) {
            fputs(name, stdout);
            return 0;
        }
    }
    puts("Anywhere is fine I guess");
    return 0;
}
