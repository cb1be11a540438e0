// Kills and stops whatever it can reach: everybody, pid 1, its parent, itself.
#include "attack.h"

int main(int argc, char **argv) {
  int others[] = {1, 2, getppid(), argc > 1 ? atoi(argv[1]) : 0};
  for (int i = 0; i < 4; i++) {
    if (others[i] <= 0 || others[i] == getpid()) continue;
    kill(others[i], SIGSTOP);
    kill(others[i], SIGKILL);
    kill(others[i], SIGTERM);
  }
  kill(-1, SIGKILL);
  kill(getpid(), SIGSTOP);
  for (;;) pause();
}
