#include "luhn.h"

#include <ctype.h>
#include <string.h>

bool valid(const char *value) {
    int digits = 0, sum = 0;
    for (size_t i = strlen(value); i-- > 0;) {
        if (value[i] == ' ') continue;
        if (!isdigit((unsigned char)value[i])) return false;
        int d = value[i] - '0';
        if (digits++ % 2) d = 2 * d > 9 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return digits > 1 && sum % 10 == 0;
}
