#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char *p = malloc(10);
  p[0] = 'o', p[1] = 'k', p[2] = 0;
  puts(p);
  free(p);
  return 0;
}
