#include <iostream>

int main() {
    for (long long a, b; std::cin >> a >> b;) std::cout << (a > b ? a - b : b - a) << "\n";
}
