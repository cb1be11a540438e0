// Makes the calls that have many uses (ioctl, fcntl, prctl, madvise, …) with those that a step
// must not have, by groups. Each is a call that this kernel carries out for an ordinary user, so
// success is an escape.
#include "attack.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

static void must_fail(const char *name, long got) {
  if (got >= 0) escaped(name);
}

static char block[1 << 16];

static int scratch_file(void) {
  int fd = open("scratch", O_CREAT | O_TRUNC | O_RDWR, 0600);
  if (write(fd, block, sizeof block) != sizeof block) _exit(3);
  return fd;
}

// fallocate by the requests that XFS had first, and what else a file system has requests for.
static void files(void) {
  struct {
    short type, whence;
    long long start, len;
    int sysid;
    unsigned pid;
    int pad[4];
  } range = {.len = 64L << 20};
  int fd = scratch_file();
  const unsigned long requests[] = {_IOW('X', 40, range), _IOW('X', 42, range), _IOW('X', 57, range)};
  for (unsigned i = 0; i < 3; i++) {
    must_fail("reserved blocks", ioctl(fd, requests[i], &range));
    must_fail("reserved blocks by a request of 64 bits", syscall(SYS_ioctl, fd, requests[i] | 1UL << 32, &range));
  }
  range.len = 4096;
  must_fail("a hole", ioctl(fd, _IOW('X', 43, range), &range));
  int flags = 0;
  must_fail("the flags of a file", ioctl(fd, _IOR('f', 1, long), &flags));
  must_fail("flags set on a file", ioctl(fd, _IOW('f', 2, long), &flags));
  must_fail("a device", mknod("whiteout", S_IFCHR, 0));
  must_fail("a device by renaming", syscall(SYS_renameat2, AT_FDCWD, "scratch", AT_FDCWD, "moved", 4));
}

// What others do to files.
static void watch(void) {
  signal(SIGIO, SIG_IGN);
  signal(SIGRTMIN, SIG_IGN);
  const char *dirs[] = {"/usr/bin", "/usr/lib", "/opt", "."};
  for (int i = 0; i < 4; i++) {
    int fd = open(dirs[i], O_RDONLY | O_DIRECTORY);
    if (fd >= 0) must_fail("watching a directory", fcntl(fd, F_NOTIFY, DN_ACCESS | DN_CREATE | DN_MULTISHOT));
    if (fd >= 0) must_fail("watching by a command of 64 bits", syscall(SYS_fcntl, fd, F_NOTIFY | 1UL << 32, DN_ACCESS));
  }
  int fd = scratch_file();
  must_fail("a signal for what happens", fcntl(fd, F_SETSIG, SIGRTMIN));
  must_fail("an owner", fcntl(fd, F_SETOWN, getpid()));
  close(fd);
  fd = open("scratch", O_RDONLY);
  must_fail("a lease", fcntl(fd, F_SETLEASE, F_RDLCK));
  struct iovec v = {block, 1};
  must_fail("what is in the cache", syscall(SYS_preadv2, fd, &v, 1, 0, 0, 8 /* RWF_NOWAIT */));
  struct {
    unsigned long off, len;
  } all = {0, 0};
  unsigned long counts[5];
  must_fail("what of a file is in the cache", syscall(451 /* cachestat */, fd, &all, counts, 0));
}

// Memory that is shared with others or hidden from sums.
static void pages(void) {
  char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(p, 1, 1 << 20);
  must_fail("merged pages", madvise(p, 1 << 20, 12 /* MADV_MERGEABLE */));
  must_fail("merged memory", prctl(67 /* PR_SET_MEMORY_MERGE */, 1, 0, 0, 0));
  must_fail("pages put out", madvise(p, 1 << 20, 21 /* MADV_PAGEOUT */));
  must_fail("cold pages", madvise(p, 1 << 20, 20 /* MADV_COLD */));
  int to[2], fd = scratch_file();
  if (pipe(to)) _exit(3);
  must_fail("a larger pipe", fcntl(to[1], F_SETPIPE_SZ, 1 << 20));
  off_t at = 0;
  must_fail("pages of a file in a pipe", splice(fd, &at, to[1], 0, 1, 0));
  must_fail("pages of a file in a pipe by sendfile", sendfile(to[1], fd, &at, 1));
  int other[2];
  if (pipe(other) || write(to[1], "x", 1) != 1) _exit(3);
  must_fail("pages of a pipe in another", tee(to[0], other[1], 1, 0));
}

static void sockets(void) {
  int pair[2], size = 0, before = 0;
  socklen_t len = sizeof size;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) _exit(3);
  struct ifreq list[16];
  struct ifconf conf = {.ifc_len = sizeof list, .ifc_req = list};
  must_fail("the machine's addresses", ioctl(pair[0], SIOCGIFCONF, &conf));
  struct ifreq first = {.ifr_ifindex = 1};
  must_fail("the machine's interfaces", ioctl(pair[0], SIOCGIFNAME, &first));
  struct sock_filter all = {BPF_RET | BPF_K, 0, 0, 0xffff};
  struct sock_fprog program = {1, &all};
  must_fail("a program on a socket", setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
  getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &before, &len);
  int more = 1 << 20;
  setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &more, sizeof more);
  getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, &len);
  if (size > before) escaped("a larger buffer of a socket");
  must_fail("out-of-band data", send(pair[0], "x", 1, MSG_OOB));
  must_fail("a handle on a process", getsockopt(pair[0], SOL_SOCKET, 77 /* SO_PEERPIDFD */, &size, &len));
}

static void processes(void) {
  long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  must_fail("a child of the wall's", pid);
  must_fail("a core for itself", prctl(62 /* PR_SCHED_CORE */, 1, 0, 0, 0));
  must_fail("a tracer", prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0));
  struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
  struct sock_fprog program = {1, &allow};
  must_fail("a filter of its own", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0));
  must_fail("a filter by an option of 64 bits", syscall(SYS_prctl, PR_SET_SECCOMP | 1UL << 32, SECCOMP_MODE_FILTER, &program, 0, 0));
  must_fail("a barrier on every processor", syscall(SYS_membarrier, 2, 0, 0));
}

int main(int argc, char **argv) {
  const struct {
    const char *name;
    void (*make)(void);
  } groups[] = {{"files", files}, {"watch", watch}, {"pages", pages}, {"sockets", sockets}, {"processes", processes}};
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++)
    if (argc > 1 && !strcmp(argv[1], groups[i].name)) {
      groups[i].make();
      return 0;
    }
  return 2;
}
