#include <gtest/gtest.h>

#include <stdexcept>

#include "roman.h"

TEST(Roman, Ones) {
    EXPECT_EQ(roman(1), "I");
    EXPECT_EQ(roman(2), "II");
    EXPECT_EQ(roman(3), "III");
    EXPECT_EQ(roman(4), "IV");
    EXPECT_EQ(roman(5), "V");
    EXPECT_EQ(roman(6), "VI");
    EXPECT_EQ(roman(9), "IX");
}

TEST(Roman, Tens) {
    EXPECT_EQ(roman(16), "XVI");
    EXPECT_EQ(roman(27), "XXVII");
    EXPECT_EQ(roman(48), "XLVIII");
    EXPECT_EQ(roman(49), "XLIX");
    EXPECT_EQ(roman(59), "LIX");
    EXPECT_EQ(roman(66), "LXVI");
    EXPECT_EQ(roman(93), "XCIII");
}

TEST(Roman, Hundreds) {
    EXPECT_EQ(roman(141), "CXLI");
    EXPECT_EQ(roman(163), "CLXIII");
    EXPECT_EQ(roman(166), "CLXVI");
    EXPECT_EQ(roman(402), "CDII");
    EXPECT_EQ(roman(575), "DLXXV");
    EXPECT_EQ(roman(666), "DCLXVI");
    EXPECT_EQ(roman(911), "CMXI");
}

TEST(Roman, Thousands) {
    EXPECT_EQ(roman(1024), "MXXIV");
    EXPECT_EQ(roman(1666), "MDCLXVI");
    EXPECT_EQ(roman(3000), "MMM");
    EXPECT_EQ(roman(3001), "MMMI");
    EXPECT_EQ(roman(3888), "MMMDCCCLXXXVIII");
    EXPECT_EQ(roman(3999), "MMMCMXCIX");
}

TEST(Roman, OutOfRange) {
    EXPECT_THROW(roman(0), std::out_of_range);
    EXPECT_THROW(roman(4000), std::out_of_range);
}
