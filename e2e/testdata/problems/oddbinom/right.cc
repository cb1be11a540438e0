#include <iostream>

// T(2n) = 3 T(n); T(2n+1) = 2 T(n) + T(n+1).
static long long odd(long long n) {
    if (n < 2) return n;
    return n % 2 == 0 ? 3 * odd(n / 2) : 2 * odd(n / 2) + odd(n / 2 + 1);
}

int main() {
    long long n;
    std::cin >> n;
    std::cout << odd(n) << "\n";
}
