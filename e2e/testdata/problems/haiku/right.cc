#include <iostream>
#include <set>
#include <string>
#include <vector>

int main() {
    int n;
    std::cin >> n;
    std::set<std::string> syllables;
    for (std::string s; n > 0 && std::cin >> s; n--) syllables.insert(s);
    std::string line;
    std::getline(std::cin, line);
    bool haiku = true;
    for (int want : {5, 7, 5}) {
        std::getline(std::cin, line);
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        std::vector<std::set<int>> counts(line.size() + 1);
        counts[0].insert(0);
        for (std::size_t i = 0; i < line.size(); i++)
            for (int k : counts[i]) {
                if (line[i] == ' ') counts[i + 1].insert(k);
                else
                    for (std::size_t len = 1; len <= 7 && i + len <= line.size(); len++)
                        if (syllables.count(line.substr(i, len)) && k < want) counts[i + len].insert(k + 1);
            }
        haiku = haiku && counts[line.size()].count(want) > 0;
    }
    std::cout << (haiku ? "haiku" : "come back next year") << "\n";
}
