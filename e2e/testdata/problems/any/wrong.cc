#include <iostream>

int main() { std::cout << "-17\n"; }
