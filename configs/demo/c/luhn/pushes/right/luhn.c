#include <ctype.h>
#include <stdio.h>

/* Sums from the right: reads the line first, since the right end comes last. */
static int valid(const char *line) {
    int digits = 0, sum = 0, n = 0;
    while (line[n] != '\0' && line[n] != '\n') n++;
    while (n-- > 0) {
        if (line[n] == ' ') continue;
        if (!isdigit((unsigned char)line[n])) return 0;
        int d = line[n] - '0';
        if (digits++ % 2 == 1) d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return digits > 1 && sum % 10 == 0;
}

int main(void) {
    char line[4096];
    if (fgets(line, sizeof line, stdin) == NULL) return 1;
    puts(valid(line) ? "valid" : "invalid");
    return 0;
}
