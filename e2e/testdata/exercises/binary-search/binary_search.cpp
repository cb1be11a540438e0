#include "binary_search.h"

#include <algorithm>
#include <stdexcept>

int find(std::vector<int> array, int value) {
    auto at = std::lower_bound(array.begin(), array.end(), value);
    if (at == array.end() || *at != value) throw std::invalid_argument("value not in array");
    return static_cast<int>(at - array.begin());
}
