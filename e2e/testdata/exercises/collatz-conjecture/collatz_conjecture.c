#include "collatz_conjecture.h"

int steps(int number) {
    if (number <= 0) return -1;
    int count = 0;
    for (long n = number; n != 1; count++) n = n % 2 ? 3 * n + 1 : n / 2;
    return count;
}
