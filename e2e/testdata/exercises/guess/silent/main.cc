#include <iostream>
#include <string>

int main() {
    std::string answer;
    std::getline(std::cin, answer); // waits for a word that never comes
}
