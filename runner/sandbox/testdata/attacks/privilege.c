// Tries to become somebody: through setuid programs, capabilities, groups. It is told a copy of
// itself that is root's and setuid, which it becomes; a setuid program that anybody may run
// gains nothing either.
#include "attack.h"
#include <grp.h>
#include <sys/prctl.h>

int main(int argc, char **argv) {
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) escaped("setuid programs gain privileges");
  if (getuid() == 0 || geteuid() == 0 || getegid() == 0) escaped("it is root");
  gid_t groups[32];
  for (int i = 0, n = getgroups(32, groups); i < n; i++)
    if (groups[i] == 0) escaped("it is in root's group");
  for (int c = 0; c < 41; c++)
    if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) == 0)
      escaped("a capability");
  if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0) escaped("setuid");
  gid_t root = 0;
  if (setgroups(1, &root) == 0) escaped("setgroups");
  const char *programs[] = {"/usr/bin/mount", "/usr/bin/newgrp", "/usr/bin/chsh"};
  for (unsigned i = 0; i < sizeof programs / sizeof *programs; i++) {
    if (fork() == 0) {
      close(1);
      close(2);
      execl(programs[i], programs[i], "/dev/null", NULL);
      _exit(1);
    }
    wait(NULL);
  }
  if (argc > 1) execl(argv[1], argv[1], NULL);
  return 0;
}
