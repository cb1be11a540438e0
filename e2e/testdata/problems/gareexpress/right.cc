#include <iostream>

int main() {
    long long n, x;
    std::cin >> n >> x;
    std::cout << (n + x - 1) / x * x << "\n";
}
