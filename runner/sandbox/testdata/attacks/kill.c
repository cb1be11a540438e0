// Stops and kills whatever it can reach: everybody, pid 1, its parent, the processes that it
// is told of, and at last stops itself.
#include "attack.h"

static void harm(int pid) {
  if (pid <= 0 || pid == getpid()) return;
  kill(pid, SIGSTOP);
  kill(pid, SIGKILL);
  kill(pid, SIGTERM);
  kill(-pid, SIGKILL);
  sigqueue(pid, SIGKILL, (union sigval){0});
  syscall(SYS_tgkill, pid, pid, SIGKILL);
}

int main(int argc, char **argv) {
  harm(1);
  harm(2);
  harm(getppid());
  for (int i = 1; i < argc; i++) harm(atoi(argv[i]));
  kill(-1, SIGSTOP);
  kill(-1, SIGKILL);
  kill(getpid(), SIGSTOP);
  for (;;) pause();
}
