#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

static bool fits(const std::string &letters) {
    std::size_t matched = 0;
    for (char c : std::string("ATG"))
        if (matched < letters.size() && letters[matched] == c) matched++;
    return matched == letters.size();
}

int main() {
    const int many = 1 << 29;
    int n, answer = many;
    std::string s;
    std::cin >> n >> s;
    const int len = int(s.size());
    std::vector<std::vector<int>> best(len + 1, std::vector<int>(len + 2, many));
    best[0][0] = 0;
    for (int i = 0; i <= len; i++)
        for (int b = 0; b <= i; b++) {
            const int cost = best[i][b];
            if (cost >= many) continue;
            answer = std::min(answer, cost + 3 * std::max(0, n - b));
            for (int used = 1; used <= 3 && i + used <= len; used++) {
                int &to = best[i + used][b + (fits(s.substr(i, used)) ? 1 : 0)];
                to = std::min(to, cost + 3 - used);
            }
        }
    std::cout << answer << "\n";
}
