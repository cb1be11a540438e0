#pragma once

#include <string>

// Writes a number from 1 to 3999 in Roman numerals.
std::string roman(int number);
