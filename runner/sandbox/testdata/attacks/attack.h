// What every attack includes. An attack prints "escaped: WHAT" for each thing that it
// was able to do and should not have been; saying nothing is the wall's success.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static inline void escaped(const char *what) {
  printf("escaped: %s\n", what);
  fflush(stdout);
}
