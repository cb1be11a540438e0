#include <iostream>
#include <set>
#include <string>

static std::string line() {
    std::string s;
    std::getline(std::cin, s);
    return s;
}

int main() {
    for (int n = std::stoi(line()); n > 0; n--) {
        const int k = std::stoi(line());
        const std::string name = line();
        std::set<std::string> menu;
        for (int i = 0; i < k; i++) menu.insert(line());
        if (menu.count("pea soup") && menu.count("pancakes")) {
            std::cout << name << "\n";
            return 0;
        }
    }
    std::cout << "Anywhere is fine I guess\n";
}
