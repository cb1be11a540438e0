#include "isogram.h"

#include <ctype.h>

bool isIsogram(const char *phrase) {
    unsigned seen = 0;
    for (; *phrase; phrase++) {
        if (!isalpha((unsigned char)*phrase)) continue;
        unsigned bit = 1u << (tolower((unsigned char)*phrase) - 'a');
        if (seen & bit) return false;
        seen |= bit;
    }
    return true;
}
