#include <algorithm>
#include <cctype>
#include <iostream>
#include <string>

static bool strong(const std::string &p) {
    auto any = [&p](int (*is)(int)) { return std::any_of(p.begin(), p.end(), [is](unsigned char c) { return is(c) != 0; }); };
    return p.size() >= 8 && p.size() <= 16 && any(std::islower) && any(std::isupper) && any(std::isdigit);
}

int main() {
    std::string p;
    std::cin >> p;
    std::cout << (strong(p) || strong(p + "a") || strong(p + "A") || strong(p + "0") ? "YES" : "NO") << "\n";
}
