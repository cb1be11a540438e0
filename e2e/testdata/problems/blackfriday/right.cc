#include <iostream>
#include <map>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::map<int, std::vector<int>, std::greater<int>> who;
    for (int i = 1, roll; i <= n && std::cin >> roll; i++) who[roll].push_back(i);
    for (const auto &[roll, people] : who)
        if (people.size() == 1) {
            std::cout << people[0] << "\n";
            return 0;
        }
    std::cout << "none\n";
}
