#include "sum.h"

long sum(long a, long b)
{
    int small = a + b; /* wrong: it does not fit */
    return small;
}
