// Uses up what all processes of one user, or of the machine, share, and touches what belongs to
// others by ways that are no reading and no writing. It is told the ids of processes.
#include "attack.h"
#include <sched.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <time.h>

static void priorities(int pid) {
  if (setpriority(PRIO_PROCESS, pid, 19) == 0) escaped("another's priority");
  if (syscall(SYS_ioprio_set, 1, pid, 3 << 13) == 0) escaped("another's turn at the disk");
  struct sched_param idle = {0};
  if (sched_setscheduler(pid, SCHED_IDLE, &idle) == 0) escaped("another's scheduler");
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  if (sched_setaffinity(pid, sizeof one, &one) == 0) escaped("another's processors");
  struct rlimit none = {0, 0};
  if (prlimit(pid, RLIMIT_NOFILE, &none, NULL) == 0) escaped("another's limits");
  int fd = open("/dev/null", O_RDONLY);
  if (fcntl(fd, F_SETOWN, pid) == 0) fcntl(fd, F_SETSIG, SIGKILL);
  if (setpgid(pid, 0) == 0) escaped("another's group");
}

static void own(void) {
  if (setpriority(PRIO_PROCESS, 0, -5) == 0) escaped("a better priority");
  struct sched_param first = {.sched_priority = 1};
  if (sched_setscheduler(0, SCHED_FIFO, &first) == 0) escaped("a real-time priority");
  struct rlimit more = {1 << 20, 1 << 20};
  if (setrlimit(RLIMIT_NOFILE, &more) == 0 || setrlimit(RLIMIT_NPROC, &more) == 0) escaped("higher limits");
  setpriority(PRIO_USER, getuid(), 19);
}

static void queues(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  long queued = 0;
  while (queued < 100000 && sigqueue(getpid(), SIGRTMIN + 1, (union sigval){0}) == 0) queued++;
  long timers = 0;
  timer_t t;
  struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
  while (timers < 100000 && timer_create(CLOCK_MONOTONIC, &e, &t) == 0) timers++;
  if (queued + timers > 4096) escaped("queued signals and timers without end");
}

static void watch(void) {
  const char *places[] = {"/", "/tmp", "/var/tmp", "/dev/shm", "/usr/bin", "/run", "/proc"};
  int fd = inotify_init();
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++)
    if (inotify_add_watch(fd, places[i], IN_ALL_EVENTS) >= 0) escaped("watching what others do");
}

static void stall(void) {
  int fd = open(".", O_RDONLY);
  if (syscall(SYS_syncfs, fd) == 0) escaped("writing back a whole file system");
}

static void core(void) {
  struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY}, now;
  setrlimit(RLIMIT_CORE, &any);
  getrlimit(RLIMIT_CORE, &now);
  if (now.rlim_max > 1) escaped("core dumps");
  if (fork() == 0) abort();
  wait(NULL);
  if (access("core", F_OK) == 0) escaped("a core dump");
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    int pid = atoi(argv[i]);
    if (pid > 0 && pid != getpid()) priorities(pid);
  }
  own();
  queues();
  watch();
  stall();
  core();
  return 0;
}
