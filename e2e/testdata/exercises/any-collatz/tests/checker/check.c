/* check INPUT ANSWER FEEDBACK_DIR MOST: is the number on standard input one with that many steps? */
#include <stdio.h>
#include <stdlib.h>

static long number(const char *name) {
    long n = -1;
    FILE *f = fopen(name, "r");
    if (!f || fscanf(f, "%ld", &n) != 1) exit(1);
    fclose(f);
    return n;
}

static FILE *feedback(const char *dir, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f) exit(1);
    return f;
}

int main(int argc, char **argv) {
    if (argc != 5) return 1;
    long want = number(argv[1]), smallest = number(argv[2]), most = atol(argv[4]), n = 0, steps = 0;
    FILE *message = feedback(argv[3], "message.txt");
    if (scanf("%ld", &n) != 1 || n < 1 || n > most) {
        fprintf(message, "a number from 1 to %ld is asked for\n", most);
        return 43;
    }
    for (long m = n; m != 1; steps++) m = m % 2 ? 3 * m + 1 : m / 2;
    if (steps != want) {
        fprintf(message, "%ld takes %ld steps\n", n, steps);
        return 43;
    }
    if (n != smallest) {
        fprintf(message, "right, but not the smallest\n");
        fprintf(feedback(argv[3], "score.txt"), "0.5\n");
    }
    return 42;
}
