// Opens files until nobody gets any: in each of as many processes as it may have.
#include "attack.h"

int main(void) {
  for (int i = 0; i < 100; i++)
    if (fork() == 0) break;
  int n = 0;
  while (open("/dev/null", O_RDONLY) >= 0) n++;
  if (n > 1024) escaped("more than 1024 descriptors");
  sleep(1);
  return 0;
}
