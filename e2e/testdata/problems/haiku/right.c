#include <stdio.h>
#include <string.h>

static char syllables[100][8];
static int count;

/* Whether a line can be cut into just as many syllables. */
static int can(const char *line, int want) {
    int n = (int)strlen(line);
    static char reach[128][9];
    memset(reach, 0, sizeof reach);
    reach[0][0] = 1;
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= want; k++) {
            if (!reach[i][k]) continue;
            if (line[i] == ' ') {
                reach[i + 1][k] = 1;
                continue;
            }
            for (int s = 0; s < count && k < want; s++) {
                int len = (int)strlen(syllables[s]);
                if (strncmp(line + i, syllables[s], (size_t)len) == 0) reach[i + len][k + 1] = 1;
            }
        }
    return reach[n][want];
}

int main(void) {
    char line[256];
    int ok = 1;
    if (scanf("%d", &count) != 1) return 1;
    for (int i = 0; i < count; i++)
        if (scanf("%7s", syllables[i]) != 1) return 1;
    if (fgets(line, sizeof line, stdin) == NULL) return 1;
    for (int i = 0; i < 3; i++) {
        if (fgets(line, sizeof line, stdin) == NULL) return 1;
        line[strcspn(line, "\r\n")] = '\0';
        ok &= can(line, i == 1 ? 7 : 5);
    }
    puts(ok ? "haiku" : "come back next year");
    return 0;
}
