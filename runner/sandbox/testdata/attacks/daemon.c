// Leaves a daemon behind that holds standard output open and writes later.
#include "attack.h"

int main(void) {
  if (fork() > 0) return 0;
  setsid();
  if (fork() > 0) return 0;
  for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
  sleep(10);
  close(open("late", O_CREAT | O_WRONLY, 0600));
  escaped("the daemon lived on");
  for (;;) pause();
}
