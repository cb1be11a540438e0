#include <gtest/gtest.h>

#include "roman.h"

TEST(Roman, adds)
{
    EXPECT_EQ(roman(2), "II");
    EXPECT_EQ(roman(3678), "MMMDCLXXVIII");
}

TEST(Roman, subtracts)
{
    EXPECT_EQ(roman(4), "IV");
    EXPECT_EQ(roman(900), "CM");
}

TEST(Roman, doesBoth) { EXPECT_EQ(roman(1994), "MCMXCIV"); }
