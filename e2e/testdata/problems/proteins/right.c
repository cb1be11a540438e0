#include <stdio.h>
#include <string.h>

enum { N = 1000, MANY = 1 << 29 };

/* best[i][b]: fewest insertions such that the first i letters end on the border of a
   block and make b blocks of ATG. */
static int best[N + 4][N + 2];

static void improve(int *value, int candidate) {
    if (candidate < *value) *value = candidate;
}

/* Whether the letters can be filled up to ATG. */
static int fits(const char *letters, int count) {
    const char *atg = "ATG";
    int matched = 0;
    for (int k = 0; k < 3 && matched < count; k++) matched += atg[k] == letters[matched];
    return matched == count;
}

int main(void) {
    int n, answer = MANY;
    char s[N + 1];
    if (scanf("%d %1000s", &n, s) != 2) return 1;
    int len = (int)strlen(s);
    for (int i = 0; i <= len; i++)
        for (int b = 0; b <= N + 1; b++) best[i][b] = MANY;
    best[0][0] = 0;
    for (int i = 0; i <= len; i++)
        for (int b = 0; b <= i; b++) {
            int cost = best[i][b];
            if (cost >= MANY) continue;
            improve(&answer, cost + (b < n ? 3 * (n - b) : 0));
            for (int used = 1; used <= 3 && i + used <= len; used++)
                improve(&best[i + used][b + fits(s + i, used)], cost + 3 - used);
        }
    printf("%d\n", answer);
    return 0;
}
