#include "word_count.h"

#include <cctype>

std::map<std::string, int> countWords(std::string sentence) {
    std::map<std::string, int> counts;
    std::string word;
    for (size_t i = 0; i <= sentence.size(); i++) {
        unsigned char c = i < sentence.size() ? sentence[i] : ' ';
        bool inside = c == '\'' && !word.empty() && i + 1 < sentence.size() && std::isalnum(static_cast<unsigned char>(sentence[i + 1]));
        if (std::isalnum(c) || inside) {
            word += std::tolower(c);
        } else if (!word.empty()) {
            counts[word]++;
            word.clear();
        }
    }
    return counts;
}
