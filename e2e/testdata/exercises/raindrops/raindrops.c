#include "raindrops.h"

#include <stdio.h>

void convert(int number, char *result) {
    sprintf(result, "%s%s%s", number % 3 ? "" : "Pling", number % 5 ? "" : "Plang", number % 7 ? "" : "Plong");
    if (!*result) sprintf(result, "%d", number);
}
