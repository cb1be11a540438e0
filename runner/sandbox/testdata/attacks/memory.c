// Takes memory without end: alone, over "children", in "shared" mappings, in a "memfd", in the
// buffers of "pipes", in "huge" pages, or in children that do not let themselves be looked
// into ("hidden").
#include "attack.h"
#include <sys/prctl.h>

static char block[1 << 20];

static void touch(int flags, size_t mib) {
  for (size_t i = 0; i < mib; i++) {
    char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) break;
    memset(p, 1, 1 << 20);
  }
}

static void children(int hidden) {
  for (int i = 0; i < 16; i++) {
    if (fork() == 0) {
      if (hidden) prctl(PR_SET_DUMPABLE, 0);
      touch(MAP_PRIVATE, 16);
      for (;;) pause();
    }
  }
  for (;;) pause();
}

static int memfd(void) {
  int fd = syscall(SYS_memfd_create, "a", 0);
  if (fd < 0) return 0;
  for (int i = 0; i < 512; i++)
    if (write(fd, block, sizeof block) < 0) return 1;
  sleep(10);
  escaped("512 MiB in a memfd");
  return 1;
}

// Each process has its own descriptors; the kernel bounds the pages of all pipes of a uid.
static void pipes(void) {
  int pair[2], child = 0;
  gather();
  for (int i = 0; i < 40 && !child; i++) child = fork() == 0;
  while (pipe2(pair, O_NONBLOCK) == 0) {
    fcntl(pair[1], F_SETPIPE_SZ, 1 << 20);
    while (write(pair[1], block, sizeof block) > 0) continue;
  }
  complete();
  if (child) pause();
  await_all();
  escaped("20,000 pipes");
}

static int huge(void) {
  char *p = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (p != MAP_FAILED || errno == ENOMEM || errno == EINVAL) escaped("huge pages, which no resident set shows");
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "children")) children(0);
  if (!strcmp(what, "hidden")) children(1);
  if (!strcmp(what, "memfd")) return memfd();
  if (!strcmp(what, "huge")) return huge();
  if (!strcmp(what, "pipes")) pipes();
  touch(!strcmp(what, "shared") ? MAP_SHARED : MAP_PRIVATE, 1024);
  for (;;) pause();
}
