// Writes, truncates, renames, removes and re-dates each path that it is told, and makes files
// beside it and below it.
#include "attack.h"
#include <sys/time.h>

static void beside(const char *path, const char *name) {
  char made[4096];
  snprintf(made, sizeof made, "%s%s", path, name);
  int fd = open(made, O_CREAT | O_WRONLY, 0666);
  if (fd >= 0) escaped(made);
  if (mkdir(made, 0777) == 0 || symlink("/etc/passwd", made) == 0 || mkfifo(made, 0666) == 0) escaped(made);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *path = argv[i];
    if (open(path, O_WRONLY | O_NONBLOCK) >= 0 || open(path, O_RDWR | O_NONBLOCK) >= 0) escaped(path);
    if (truncate(path, 0) == 0) escaped("truncate");
    if (rename(path, "mine") == 0 || rename("mine", path) == 0) escaped("rename");
    if (link(path, "linked") == 0) escaped("link");
    if (unlink(path) == 0 || rmdir(path) == 0) escaped("remove");
    if (chmod(path, 0777) == 0 || chown(path, getuid(), getgid()) == 0) escaped("chmod");
    if (utimes(path, NULL) == 0) escaped("utimes");
    beside(path, ".grader-mine");
    beside(path, "/grader-mine");
  }
  return 0;
}
