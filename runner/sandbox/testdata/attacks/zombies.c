// Leaves dead children behind as fast as it can: some that it never waits for, some that it
// gives to whoever adopts them.
#include "attack.h"

int main(void) {
  for (int i = 0; i < 5000; i++) {
    pid_t child = fork();
    if (child == 0) {
      if (i % 2) fork();
      _exit(0);
    }
    if (child > 0 && i % 3) waitpid(child, NULL, 0);
  }
  return 0;
}
