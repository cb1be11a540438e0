#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void encode(const char *text, char *out) {
    for (; *text; out += strlen(out)) {
        size_t run = 1;
        while (text[run] == *text) run++;
        if (run > 1) sprintf(out, "%zu%c", run, *text);
        else sprintf(out, "%c", *text);
        text += run;
    }
}

static void decode(const char *text) {
    for (char *end; *text; text++) {
        long run = 1;
        if (isdigit((unsigned char)*text)) {
            run = strtol(text, &end, 10);
            text = end;
        }
        while (run-- > 0) putchar(*text);
    }
}

static void read_line(char *line, int size) {
    if (!fgets(line, size, stdin)) *line = 0;
    line[strcspn(line, "\n")] = 0;
}

int main(void) {
    char what[64], text[1024], encoded[4096] = "";
    read_line(what, sizeof what);
    read_line(text, sizeof text);
    encode(text, encoded);
    if (!strcmp(what, "encode")) fputs(encoded, stdout);
    else decode(strcmp(what, "decode") ? encoded : text);
    puts("");
}
