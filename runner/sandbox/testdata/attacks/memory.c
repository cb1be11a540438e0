// Touches memory without end: alone, over "children", or in "shared" mappings.
#include "attack.h"

static void touch(int flags, size_t mib) {
  for (size_t i = 0; i < mib; i++) {
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) break;
    memset(p, 1, 1 << 20);
  }
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "children")) {
    for (int i = 0; i < 16; i++) {
      if (fork() == 0) {
        touch(MAP_PRIVATE, 16);
        for (;;) pause();
      }
    }
    for (;;) pause();
  }
  touch(argc > 1 ? MAP_SHARED : MAP_PRIVATE, 1024);
  for (;;) pause();
}
