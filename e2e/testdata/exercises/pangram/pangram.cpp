#include "pangram.h"

#include <cctype>
#include <set>

bool isPangram(std::string sentence) {
    std::set<char> letters;
    for (unsigned char c : sentence)
        if (std::isalpha(c)) letters.insert(std::tolower(c));
    return letters.size() == 26;
}
