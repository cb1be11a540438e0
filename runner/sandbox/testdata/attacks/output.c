// Writes without end and without a newline, to the descriptor it is told.
#include "attack.h"

int main(int argc, char **argv) {
  static char block[65536];
  int fd = argc > 1 ? atoi(argv[1]) : 1;
  for (;;)
    if (write(fd, block, sizeof block) < 0) return 1;
}
