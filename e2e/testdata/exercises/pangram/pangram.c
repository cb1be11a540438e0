#include "pangram.h"

#include <ctype.h>

bool isPangram(const char *sentence) {
    unsigned seen = 0;
    for (; *sentence; sentence++)
        if (isalpha((unsigned char)*sentence)) seen |= 1u << (tolower((unsigned char)*sentence) - 'a');
    return seen == (1u << 26) - 1;
}
