// Instantiates 2^40 templates.
template <int Depth, long Path> struct T {
  static constexpr long value = T<Depth - 1, Path * 2>::value + T<Depth - 1, Path * 2 + 1>::value;
};
template <long Path> struct T<0, Path> {
  static constexpr long value = Path;
};
int main() { return T<40, 1>::value; }
