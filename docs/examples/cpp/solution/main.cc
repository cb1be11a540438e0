#include "roman.h"

#include <iostream>

int main()
{
    for (int number; std::cin >> number;)
        std::cout << roman(number) << std::endl; // flushed: a driver waits for every line
}
