#include <array>
#include <iostream>

using Matrix = std::array<unsigned long long, 4>;
static const unsigned long long M = 1000000007;

static Matrix times(const Matrix &a, const Matrix &b) {
    return {(a[0] * b[0] + a[1] * b[2]) % M, (a[0] * b[1] + a[1] * b[3]) % M,
            (a[2] * b[0] + a[3] * b[2]) % M, (a[2] * b[1] + a[3] * b[3]) % M};
}

int main() {
    unsigned long long n;
    std::cin >> n;
    Matrix result = {1, 0, 0, 1}, base = {1, 1, 1, 0};
    for (; n > 0; n /= 2, base = times(base, base))
        if (n % 2 == 1) result = times(result, base);
    std::cout << result[0] << "\n";
}
