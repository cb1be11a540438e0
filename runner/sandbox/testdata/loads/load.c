// Uses so much of one thing and ends well: "cpu" in milliseconds, "memory" or "disk" in MiB,
// "output" in KiB, or "processes". It holds a pair of sockets, as many honest programs do.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 20];

static void cpu(long ms) {
  while (clock() < ms * (CLOCKS_PER_SEC / 1000)) continue;
}

static void memory(long mib) {
  memset(malloc(mib << 20), 1, mib << 20);
  usleep(100000);
}

static void disk(long mib) {
  FILE *f = fopen("out", "w");
  for (long i = 0; i < mib; i++) fwrite(block, 1, sizeof block, f);
  fclose(f);
  usleep(300000);
}

static void output(long kib) {
  for (long i = 0; i < kib; i++)
    if (fwrite(block, 1, 1024, stdout) != 1024) exit(2);
}

static void processes(long n) {
  for (long i = 1; i < n; i++) {
    pid_t child = fork();
    if (child < 0) exit(3);
    if (child == 0) {
      usleep(200000);
      _exit(0);
    }
  }
  while (wait(NULL) > 0) continue;
}

int main(int argc, char **argv) {
  int pair[2];
  if (argc < 3 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
  memset(block, 'x', sizeof block);
  struct {
    const char *name;
    void (*use)(long);
  } uses[] = {{"cpu", cpu}, {"memory", memory}, {"disk", disk}, {"output", output}, {"processes", processes}};
  for (unsigned i = 0; i < sizeof uses / sizeof *uses; i++)
    if (!strcmp(argv[1], uses[i].name)) uses[i].use(atol(argv[2]));
  return 0;
}
