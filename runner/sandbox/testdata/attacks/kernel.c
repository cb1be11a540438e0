// Takes memory that no resident set shows: page tables of memory that is only read
// ("tables"), of few addresses with a table each ("sparse"), buffers of connected sockets
// ("sockets"), files in /dev/shm ("shared"), locks on ranges of files ("locks").
#include "attack.h"
#include <sys/mman.h>
#include <sys/socket.h>

static char block[1 << 20];

static void tables(void) {
  const size_t size = 1UL << 39; // a gigabyte of tables
  volatile char *p = mmap(0, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;
  madvise((void *)p, size, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < size; at += 2 << 20) (void)p[at];
}

static void sparse(void) {
  char *base = (char *)0x100000000000;
  for (size_t i = 0; i < 60000; i++) {
    volatile char *p = mmap(base + (i << 21), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (p == MAP_FAILED) break;
    (void)*p;
  }
}

static void locks(void) {
  char name[32];
  for (int i = 0; i < 500; i++) {
    snprintf(name, sizeof name, "locked%d", i);
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    for (int k = 0; k < 2000; k++) {
      struct flock l = {.l_type = k % 2 ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET, .l_start = 2 * k, .l_len = 1};
      if (fcntl(fd, F_SETLK, &l)) return;
    }
  }
  exit(0); // two hundred megabytes, at the cost of its time
}

static void sockets(void) {
  int pair[2], child = 0;
  gather();
  for (int i = 0; i < 3 && !child; i++) child = fork() == 0;
  while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0)
    for (int i = 0; i < 2; i++)
      while (write(pair[i], block, 65536) > 0) continue;
  complete();
  if (child) pause();
  await_all();
}

static void shared(void) {
  char name[64];
  for (int i = 0; i < 20; i++) {
    snprintf(name, sizeof name, "/dev/shm/grader-%d-%d", getpid(), i);
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    if (fd < 0) exit(0); // closed, as where others use it too
    for (int k = 0; k < 25; k++)
      if (write(fd, block, sizeof block) < 0) return;
    close(fd);
    usleep(50000);
  }
}

int main(int argc, char **argv) {
  memset(block, 1, sizeof block);
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "tables")) tables();
  if (!strcmp(what, "sparse")) sparse();
  if (!strcmp(what, "locks")) locks();
  if (!strcmp(what, "sockets")) sockets();
  if (!strcmp(what, "shared")) shared();
  sleep(10);
  escaped(what);
  return 0;
}
