// Fills the disk: one "big" file, many of them, "unlinked" ones, "empty" files without end, a
// "deep" tree, blocks that were only "reserved", ranges "copied" from other files, attributes
// of files ("attributes"), or a file of a petabyte that has no blocks ("sparse"). A second
// argument is the directory, which may be closed.
#include "attack.h"
#include <sys/xattr.h>

static char block[65536];

static void fill(const char *name, int unlinked) {
  int fd = open(name, O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (unlinked) unlink(name);
  for (int i = 0; i < 64; i++)
    if (write(fd, block, sizeof block) < 0) break;
  if (!unlinked) close(fd);
}

static void reserve(const char *name) {
  int fd = open(name, O_CREAT | O_WRONLY, 0600);
  if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 16 << 20) == 0) escaped("gigabytes in no time");
  fill(name, 0);
  close(fd);
}

static void copy(const char *name) {
  int in = open("/proc/self/exe", O_RDONLY), out = open(name, O_CREAT | O_WRONLY, 0600);
  off_t from = 0;
  while (copy_file_range(in, &from, out, NULL, 1 << 20, 0) > 0) continue;
  close(in);
  close(out);
}

static int attributes(void) {
  char name[64];
  int set = 0;
  const char *dirs[] = {".", "/tmp", "/dev/shm"};
  for (int d = 0; d < 3; d++) {
    for (int i = 0; i < 100; i++) {
      snprintf(name, sizeof name, "%s/grader-attribute-%d", dirs[d], getpid());
      int fd = open(name, O_CREAT | O_WRONLY, 0600);
      if (fd < 0) break;
      snprintf(name, sizeof name, "user.a%d", i);
      set += fsetxattr(fd, name, block, sizeof block, 0) == 0;
      close(fd);
    }
  }
  if (set > 0) escaped("attributes of files, which nothing counts");
  return 0;
}

static int sparse(void) {
  signal(SIGXFSZ, SIG_IGN);
  int fd = open("sparse", O_CREAT | O_WRONLY, 0600);
  if (ftruncate(fd, 1L << 50) == 0) escaped("a petabyte of nothing");
  return 0;
}

int main(int argc, char **argv) {
  char name[32];
  const char *how = argc > 1 ? argv[1] : "many";
  signal(SIGXFSZ, SIG_IGN);
  if (argc > 2 && (chdir(argv[2]) || close(open("mine", O_CREAT | O_WRONLY, 0600)))) return 0;
  if (!strcmp(how, "attributes")) return attributes();
  if (!strcmp(how, "sparse")) return sparse();
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
    } else if (!strcmp(how, "reserved")) {
      reserve(name);
    } else if (!strcmp(how, "copied")) {
      copy(name);
    } else {
      fill(name, !strcmp(how, "unlinked"));
    }
  }
}
