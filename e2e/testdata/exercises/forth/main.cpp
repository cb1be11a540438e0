#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using Words = std::vector<std::string>;

static bool number(const std::string &w) {
    size_t from = w.size() > 1 && w[0] == '-';
    return w.size() > from && std::all_of(w.begin() + from, w.end(), [](unsigned char c) { return std::isdigit(c); });
}

struct Machine {
    std::vector<int> stack;
    std::map<std::string, Words> words;

    void need(size_t n) {
        if (stack.size() >= n) return;
        throw std::runtime_error(stack.empty() ? "empty stack" : "only one value on the stack");
    }

    int pop() {
        int top = stack.back();
        stack.pop_back();
        return top;
    }

    void arithmetic(char op) {
        need(2);
        int b = pop(), a = pop();
        if (op == '/' && b == 0) throw std::runtime_error("divide by zero");
        stack.push_back(op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : a / b);
    }

    void shuffle(const std::string &w) {
        need(w == "swap" || w == "over" ? 2 : 1);
        if (w == "drop") pop();
        else if (w == "dup") stack.push_back(stack.back());
        else if (w == "over") stack.push_back(stack[stack.size() - 2]);
        else std::swap(stack.back(), stack[stack.size() - 2]);
    }

    void run(const std::string &w) {
        if (number(w)) stack.push_back(std::stoi(w));
        else if (w.size() == 1 && std::string("+-*/").find(w) != std::string::npos) arithmetic(w[0]);
        else if (w == "dup" || w == "drop" || w == "swap" || w == "over") shuffle(w);
        else throw std::runtime_error("undefined operation");
    }

    Words expand(const Words &from) {
        Words all;
        for (const auto &w : from) {
            auto known = words.find(w);
            if (known == words.end()) all.push_back(w);
            else all.insert(all.end(), known->second.begin(), known->second.end());
        }
        return all;
    }

    void line(const std::string &text) {
        std::istringstream in(text);
        Words w;
        for (std::string word; in >> word;) w.push_back(word);
        if (w.empty() || w[0] != ":") {
            for (const auto &word : expand(w)) run(word);
            return;
        }
        if (number(w[1])) throw std::runtime_error("illegal operation");
        words[w[1]] = expand(Words(w.begin() + 2, w.end() - 1));
    }
};

int main() {
    Machine machine;
    try {
        for (std::string text; std::getline(std::cin, text);) {
            std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
            machine.line(text);
        }
    } catch (const std::runtime_error &e) {
        std::cout << "error: " << e.what() << "\n";
        return 0;
    }
    for (size_t i = 0; i < machine.stack.size(); i++) std::cout << (i ? " " : "") << machine.stack[i];
    std::cout << "\n";
}
