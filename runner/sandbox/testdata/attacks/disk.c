// Fills the disk: one "big" file, many of them, "unlinked" ones, "empty" files
// without end, or a "deep" tree.
#include "attack.h"

static void fill(const char *name, int unlinked) {
  static char block[65536];
  int fd = open(name, O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (unlinked) unlink(name);
  for (int i = 0; i < 64; i++)
    if (write(fd, block, sizeof block) < 0) break;
  if (!unlinked) close(fd);
}

int main(int argc, char **argv) {
  char name[32];
  const char *how = argc > 1 ? argv[1] : "many";
  signal(SIGXFSZ, SIG_IGN);
  for (long i = 0;; i++) {
    snprintf(name, sizeof name, "f%ld", i);
    if (!strcmp(how, "big")) {
      signal(SIGXFSZ, SIG_DFL);
      for (;;) fill("big", 0);
    } else if (!strcmp(how, "empty")) {
      close(open(name, O_CREAT | O_WRONLY, 0600));
    } else if (!strcmp(how, "deep")) {
      if (i == 3000) pause();
      if (mkdir("d", 0700) || chdir("d")) pause();
    } else {
      fill(name, !strcmp(how, "unlinked"));
    }
  }
}
