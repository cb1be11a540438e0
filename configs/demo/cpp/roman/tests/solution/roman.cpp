#include "roman.h"

#include <stdexcept>
#include <utility>

std::string roman(int n) {
    if (n < 1 || n > 3999) throw std::out_of_range("roman: 1 to 3999");
    static const std::pair<int, const char *> symbols[] = {
        {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
        {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
    std::string s;
    for (const auto &[value, symbol] : symbols)
        for (; n >= value; n -= value) s += symbol;
    return s;
}
