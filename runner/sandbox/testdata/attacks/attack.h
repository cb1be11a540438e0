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

// Processes that take something together call gather() before they fork. Each calls complete() when it has
// taken its part, and the first, which has called it too, then waits with await_all(), however busy the machine is. After that
// the runner has ten seconds in which it must look.
static int together[2];

static inline void gather(void) {
  if (pipe(together)) perror("pipe");
}

static inline void complete(void) { close(together[1]); }

static inline void await_all(void) {
  char none;
  if (read(together[0], &none, 1) != 0) perror("read");
  sleep(10);
}

static inline void escaped(const char *what) {
  printf("escaped: %s\n", what);
  fflush(stdout);
}
