// Burns processor time: itself, in eight "threads", or in double-forked "children"
// whose first parent only waits.
#include "attack.h"
#include <pthread.h>

static void *spin(void *unused) {
  (void)unused;
  for (volatile unsigned long i = 0;; i++) {
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "threads")) {
    pthread_t t;
    for (int i = 0; i < 8; i++) pthread_create(&t, NULL, spin, NULL);
  }
  if (argc > 1 && !strcmp(argv[1], "children")) {
    for (int i = 0; i < 4; i++) {
      if (fork() == 0) {
        if (fork() == 0) spin(NULL);
        _exit(0);
      }
    }
    for (;;) pause();
  }
  spin(NULL);
}
