// Looks for what the slot's room has besides this step's own files: under the mounts that cover it, through other
// processes' roots, and in every mount that it is told of. It leaves marks wherever it can write, and is told to find those of
// an earlier step.
#include "attack.h"
#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char *hidden[] = {"/.wall", "/.reads", "/.empty", "/.wall/.", "/proc/1/root/.wall", "/proc/1/cwd/.wall", "/proc/self/root/.wall", "/newroot",
                               "/oldroot", "/proc/1/root/oldroot", "/proc/2/root/.reads"};

static void list(const char *path) {
  DIR *d = opendir(path);
  if (d == NULL) return;
  for (struct dirent *e; (e = readdir(d)) != NULL;)
    if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) {
      printf("escaped: %s has %s\n", path, e->d_name);
      fflush(stdout);
    }
  closedir(d);
}

static void mark(const char *dir, int leave) {
  char path[4200];
  snprintf(path, sizeof path, "%s/grader-left", dir);
  struct stat st;
  if (!leave && lstat(path, &st) == 0) {
    printf("escaped: an earlier step left %s\n", path);
    fflush(stdout);
  }
  int fd = leave ? open(path, O_CREAT | O_WRONLY, 0666) : -1;
  if (fd >= 0) close(fd);
}

int main(void) {
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
    list(hidden[i]);
    if (umount2(hidden[i], MNT_DETACH) == 0) escaped("umount");
  }
  for (int leave = 0; leave < 2; leave++) {
    static const char *dirs[] = {"/.empty", "/.wall", "/.reads", "/", "/dev", "/dev/shm", "/tmp"};
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) mark(dirs[i], leave);
    FILE *mounts = fopen("/proc/self/mountinfo", "r");
    char line[8192], point[4096];
    while (mounts != NULL && fgets(line, sizeof line, mounts) != NULL)
      if (sscanf(line, "%*s %*s %*s %*s %4095s", point) == 1 && strcmp(point, "/dev/pts") != 0 && strncmp(point, "/proc", 5) != 0) mark(point, leave);
    if (mounts != NULL) fclose(mounts);
  }
  return 0;
}
