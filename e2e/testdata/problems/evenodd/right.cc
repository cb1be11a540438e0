#include <cstdint>
#include <iostream>
#include <map>

static const uint64_t M = 1000000007;
static std::map<uint64_t, uint64_t> known;

static uint64_t sum(uint64_t n) {
    if (n < 2) return 0;
    auto found = known.find(n);
    if (found != known.end()) return found->second;
    const uint64_t half = n / 2, upper = (n + 1) / 2;
    return known[n] = (sum(half) + half % M + sum(upper) + 2 * ((upper - 1) % M)) % M;
}

int main() {
    uint64_t l, r;
    std::cin >> l >> r;
    std::cout << (sum(r) + M - sum(l - 1)) % M << "\n";
}
