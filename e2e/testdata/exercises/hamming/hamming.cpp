#include "hamming.h"

#include <stdexcept>

int distance(std::string strand1, std::string strand2) {
    if (strand1.size() != strand2.size()) throw std::invalid_argument("strands must be of equal length");
    int count = 0;
    for (size_t i = 0; i < strand1.size(); i++) count += strand1[i] != strand2[i];
    return count;
}
