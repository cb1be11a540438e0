#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

int main() {
  std::vector<std::thread> threads;
  std::vector<int> seen(4);
  for (int i = 0; i < 4; i++) threads.emplace_back([&, i] { seen[i] = i + 1; });
  for (auto &t : threads) t.join();
  std::ofstream("out") << seen[3];
  try {
    seen.at(99);
    return 1;
  } catch (const std::out_of_range &) {
    std::cout << "ok" << std::endl;
  }
}
