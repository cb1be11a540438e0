// Opens each path it is given, for reading and for writing, and lists it as a directory. Then
// looks through every process that it can see, and for secrets in its own environment.
#include "attack.h"
#include <dirent.h>

static void probe(const char *path) {
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  if (fd >= 0) escaped(path);
  close(fd);
  fd = open(path, O_WRONLY | O_NONBLOCK);
  if (fd >= 0) escaped(path);
  close(fd);
}

// Linux lets everybody open these files of a process that has ended and was not waited for. They are
// empty then: there is no memory left to describe (fs/proc/task_mmu.c).
static void probe_content(const char *path) {
  char first;
  int fd = open(path, O_RDONLY | O_NONBLOCK);
  if (fd >= 0 && read(fd, &first, 1) > 0) escaped(path);
  close(fd);
  fd = open(path, O_WRONLY | O_NONBLOCK);
  if (fd >= 0) escaped(path);
  close(fd);
}

static void look(const char *pid) {
  const char *files[] = {"environ", "mem", "fd", "root/etc", "cwd", "fdinfo", "stack", "syscall", "io", "auxv", "pagemap", "smaps_rollup"};
  const char *memory[] = {"maps", "smaps", "numa_maps"};
  char path[512];
  for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "/proc/%s/%s", pid, files[i]);
    probe(path);
  }
  for (unsigned i = 0; i < sizeof memory / sizeof *memory; i++) {
    snprintf(path, sizeof path, "/proc/%s/%s", pid, memory[i]);
    probe_content(path);
  }
}

static void own(void) {
  char text[65536];
  int fd = open("/proc/self/environ", O_RDONLY);
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  for (char *at = text; at < text + n; at += strlen(at) + 1)
    if (strncmp(at, "PATH=", 5) && strncmp(at, "TMPDIR=", 7)) escaped(at);
}

int main(int argc, char **argv) {
  own();
  for (int i = 1; i < argc; i++) {
    if (atoi(argv[i]) == getpid()) continue;
    probe(argv[i]);
    if (strspn(argv[i], "0123456789") == strlen(argv[i])) look(argv[i]);
  }
  char self[32], parent[32];
  snprintf(self, sizeof self, "%d", getpid());
  snprintf(parent, sizeof parent, "%d", getppid());
  if (strcmp(parent, "0")) look(parent);
  DIR *d = opendir("/proc");
  for (struct dirent *e; d && (e = readdir(d));)
    if (e->d_name[0] >= '0' && e->d_name[0] <= '9' && strcmp(e->d_name, self)) look(e->d_name);
  for (int fd = 3; fd < 1024; fd++)
    if (fcntl(fd, F_GETFD) >= 0 && (!d || fd != dirfd(d))) escaped("an inherited descriptor");
  return 0;
}
