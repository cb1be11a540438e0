#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "roman.h"

static void expect(int number, const char *expected)
{
    char text[ROMAN_SIZE];
    roman(number, text);
    assert_string_equal(text, expected);
}

static void adds(void **state) { (void)state; expect(2, "II"); expect(3678, "MMMDCLXXVIII"); }
static void subtracts(void **state) { (void)state; expect(4, "IV"); expect(900, "CM"); }
static void does_both(void **state) { (void)state; expect(1994, "MCMXCIV"); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds), cmocka_unit_test(subtracts), cmocka_unit_test(does_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
