// Makes each system call that a step must not have, of the group that it is told. A call that
// gets as far as its arguments has escaped too, so anything but a refusal counts.
#include "attack.h"
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/un.h>

static void refused(const char *name, long got) {
  if (got < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES)) return;
  printf("escaped: %s (%ld, %s)\n", name, got, got < 0 ? strerror(errno) : "no error");
  fflush(stdout);
}

#define CALL(name, ...) refused(#name, syscall(SYS_##name, __VA_ARGS__))

static void sockets(void) {
  for (int family = 0; family < 46; family++)
    for (int type = 1; type < 4; type++)
      if (socket(family, type, 0) >= 0) escaped("socket");
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0) escaped("socketpair of datagrams");
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
    escaped("no socketpair of streams, which programs need");
    return;
  }
  struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/run/none"};
  CALL(connect, pair[0], &to, sizeof to);
  CALL(bind, pair[0], &to, sizeof to);
  CALL(listen, pair[0], 1);
}

static char buf[256];

static void others(void) {
  CALL(ptrace, 16 /* attach */, getppid(), 0, 0);
  CALL(ptrace, 0 /* traceme */, 0, 0, 0);
  CALL(process_vm_readv, getppid(), buf, 1, buf, 1, 0);
  CALL(process_vm_writev, getppid(), buf, 1, buf, 1, 0);
  CALL(pidfd_open, getppid(), 0);
  CALL(pidfd_open, getpid(), 0);
  CALL(pidfd_getfd, 3, 0, 0);
  CALL(pidfd_send_signal, 3, 9, 0, 0);
  CALL(process_madvise, 3, buf, 1, 4, 0);
  CALL(process_mrelease, 3, 0);
  CALL(kcmp, getpid(), getppid(), 0, 0, 0);
  CALL(prlimit64, getppid(), 7, 0, buf);
  CALL(prlimit64, 1, 7, 0, buf);
  CALL(move_pages, 0, 0, 0, 0, 0, 0);
  CALL(migrate_pages, getppid(), 0, 0, 0);
}

static void kernel(void) {
  CALL(bpf, 0, buf, sizeof buf);
  CALL(perf_event_open, buf, 0, -1, -1, 0);
  CALL(io_uring_setup, 4, buf);
  CALL(userfaultfd, 1);
  CALL(personality, 0x0400000 /* READ_IMPLIES_EXEC */);
  CALL(kexec_load, 0, 0, 0, 0);
  CALL(init_module, buf, 1, "");
  CALL(syslog, 10, 0, 0);
  CALL(reboot, 0, 0, 0, 0);
  CALL(sethostname, "a", 1);
  CALL(clock_settime, 0, buf);
  CALL(swapon, "/none", 0);
  CALL(acct, 0);
  CALL(quotactl, 0, 0, 0, 0);
  CALL(fanotify_init, 0, 0);
  CALL(seccomp, 1, 0, 0);
  CALL(vmsplice, 1, buf, 1, 0);
  CALL(remap_file_pages, buf, 0, 0, 0, 0);
#ifdef __x86_64__
  CALL(iopl, 3);
  CALL(modify_ldt, 0, buf, 16);
#endif
}

static void namespaces(void) {
  CALL(unshare, CLONE_NEWUSER);
  CALL(unshare, CLONE_NEWNS);
  CALL(setns, 0, 0);
  long flags[] = {CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
  for (unsigned i = 0; i < sizeof flags / sizeof *flags; i++) {
    long pid = syscall(SYS_clone, flags[i] | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) _exit(0);
    refused("clone with a namespace", pid);
  }
  CALL(clone3, buf, 64);
}

static void mounts(void) {
  CALL(mount, "none", "/tmp", "tmpfs", 0, 0);
  CALL(umount2, "/proc", 0);
  CALL(pivot_root, ".", ".");
  CALL(chroot, ".");
  CALL(fsopen, "tmpfs", 0);
  CALL(open_tree, -100, "/", 1);
  CALL(move_mount, -1, "", -100, "/", 4);
  CALL(mount_setattr, -100, "/", 0, buf, 32);
  CALL(open_by_handle_at, -100, buf, 0);
  CALL(name_to_handle_at, -100, ".", buf, buf + 128, 0);
}

static void ipc(void) {
  CALL(keyctl, 0, -3, 1);
  CALL(add_key, "user", "a", "b", 1, -3);
  CALL(request_key, "user", "a", 0, 0);
  CALL(memfd_create, "a", 0);
  CALL(memfd_secret, 0);
  CALL(shmget, 1, 4096, 01600);
  CALL(msgget, 1, 01600);
  CALL(semget, 1, 1, 01600);
  CALL(mq_open, "/a", O_CREAT | O_RDWR, 0600, 0);
}

int main(int argc, char **argv) {
  const struct {
    const char *name;
    void (*make)(void);
  } groups[] = {{"sockets", sockets}, {"others", others}, {"kernel", kernel}, {"namespaces", namespaces}, {"mounts", mounts}, {"ipc", ipc}};
  for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++)
    if (argc > 1 && !strcmp(argv[1], groups[i].name)) {
      groups[i].make();
      return 0;
    }
  return 2;
}
