#include "roman.h"

void roman(int number, char text[ROMAN_SIZE])
{
    (void)number;
    text[0] = '\0';
}
