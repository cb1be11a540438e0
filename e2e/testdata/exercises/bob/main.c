#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

int main(void) {
    bool upper = false, lower = false;
    int last = 0;
    for (int c; (c = getchar()) != EOF;) {
        upper |= isupper(c) != 0;
        lower |= islower(c) != 0;
        if (!isspace(c)) last = c;
    }
    bool shout = upper && !lower;
    if (!last) puts("Fine. Be that way!");
    else if (last == '?') puts(shout ? "Calm down, I know what I'm doing!" : "Sure.");
    else puts(shout ? "Whoa, chill out!" : "Whatever.");
}
