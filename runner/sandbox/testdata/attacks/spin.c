// Burns processor time: itself, in eight "threads", in double-forked "children" whose first
// parent only waits, in children of a few milliseconds that nobody waits for ("brief"), or under
// a name that looks like a line of /proc and closed to those who look ("liar").
#include "attack.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

static void *spin(void *unused) {
  (void)unused;
  for (volatile unsigned long i = 0;; i++) {
  }
  return NULL;
}

static void children(void) {
  for (int i = 0; i < 4; i++) {
    if (fork() == 0) {
      if (fork() == 0) spin(NULL);
      _exit(0);
    }
  }
  for (;;) pause();
}

static void brief(void) {
  signal(SIGCHLD, SIG_IGN);
  for (;;) {
    if (fork() == 0) {
      while (clock() < 4 * CLOCKS_PER_SEC / 1000) continue;
      _exit(0);
    }
    usleep(2000);
  }
}

static void liar(void) {
  if (fork() == 0) {
    prctl(PR_SET_NAME, "a) Z 1 1\nUid:\t0");
    prctl(PR_SET_DUMPABLE, 0);
    spin(NULL);
  }
  for (;;) pause();
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  pthread_t t;
  for (int i = 0; !strcmp(how, "threads") && i < 8; i++) pthread_create(&t, NULL, spin, NULL);
  if (!strcmp(how, "children")) children();
  if (!strcmp(how, "brief")) brief();
  if (!strcmp(how, "liar")) liar();
  spin(NULL);
}
