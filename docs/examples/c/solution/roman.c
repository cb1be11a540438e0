#include "roman.h"

#include <string.h>

void roman(int number, char text[ROMAN_SIZE])
{
    static const struct { int value; const char *sign; } signs[] = {
        {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
        {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
    };
    text[0] = '\0';
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        for (; number >= signs[i].value; number -= signs[i].value)
            strcat(text, signs[i].sign);
}
