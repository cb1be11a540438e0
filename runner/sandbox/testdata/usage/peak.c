// peak BYTES [MILLISECONDS]: touches that many bytes and ends, at once or after a while.
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
    size_t bytes = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    long wait = argc > 2 ? atol(argv[2]) : 0;
    if (bytes > 0) {
        char *p = malloc(bytes);
        memset(p, 1, bytes);
        if (p[bytes / 2] != 1)
            return 1;
    }
    struct timespec t = {wait / 1000, wait % 1000 * 1000000};
    nanosleep(&t, NULL);
    return 0;
}
