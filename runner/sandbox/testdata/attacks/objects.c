// Takes memory of the kernel's in small objects: watches of "epoll", descriptions of "mappings".
// Each child takes what one process can have. Or asks for "names" that are not there, which the
// kernel remembers, until it is ended. Or takes "terminals", of which the whole machine has some
// thousands.
#include "attack.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

enum { MOST = 500 }; // of each, in a process of 1,024 descriptors

static void watches(void) {
  int events[MOST];
  for (int i = 0; i < MOST; i++) events[i] = eventfd(0, 0);
  for (int i = 0; i < MOST; i++) {
    int fd = epoll_create1(0);
    for (int k = 0; k < MOST; k++) {
      struct epoll_event e = {.events = EPOLLIN};
      if (epoll_ctl(fd, EPOLL_CTL_ADD, events[k], &e)) return;
    }
  }
}

static void mappings(void) {
  for (int i = 0;; i++)
    if (mmap(0, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return;
}

static void names(void) {
  char path[256] = "/usr/lib/";
  struct stat st;
  for (long i = 0;; i++) {
    snprintf(path + 9, sizeof path - 9, "%0240ld", i);
    if (stat(path, &st) == 0) escaped(path);
  }
}

static void terminals(void) {
  int n = 0;
  while (open("/dev/ptmx", O_RDWR | O_NOCTTY) >= 0) n++;
  if (n > 16) escaped("more than 16 terminals");
  exit(0);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  if (!strcmp(what, "terminals")) terminals();
  if (!strcmp(what, "names")) names();
  gather();
  for (int i = 0; i < 16; i++)
    if (fork() == 0) {
      if (!strcmp(what, "epoll")) watches();
      if (!strcmp(what, "mappings")) mappings();
      complete();
      pause();
    }
  complete();
  await_all();
  escaped(what);
  return 0;
}
