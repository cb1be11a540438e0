#include "roman.h"

#include <utility>

std::string roman(int number)
{
    static const std::pair<int, const char *> signs[] = {
        {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
        {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"},
    };
    std::string text;
    for (auto [value, sign] : signs)
        for (; number >= value; number -= value)
            text += sign;
    return text;
}
