// limits WHAT: meets one limit, and ends as programs do that are refused something.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char block[1 << 20];

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int recurse(int n)
{
    volatile char frame[4096];
    frame[n % sizeof frame] = (char)n;
    return recurse(n + 1) + frame[0];
}

static int file(int removes)
{
    if (removes)
        signal(SIGXFSZ, SIG_IGN);
    int f = open("out", O_CREAT | O_WRONLY, 0600);
    for (;;)
        if (write(f, block, sizeof block) < 0) {
            int why = errno;
            unlink("out");
            errno = why;
            return fail("out");
        }
}

static int files(void)
{
    for (int n = 0;; n++) {
        char name[32];
        snprintf(name, sizeof name, "out%d", n);
        int f = open(name, O_CREAT | O_WRONLY, 0600);
        if (f < 0 || write(f, block, sizeof block) < 0)
            return fail(name);
        close(f);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "time"))
        for (volatile long n = 0;; n++)
            ;
    if (!strcmp(what, "wall"))
        for (;;)
            pause();
    if (!strcmp(what, "memory"))
        for (;;)
            memset(malloc(sizeof block), 1, sizeof block);
    if (!strcmp(what, "recursion"))
        return recurse(0);
    if (!strcmp(what, "file") || !strcmp(what, "removed"))
        return file(what[0] == 'r');
    if (!strcmp(what, "files"))
        return files();
    if (!strcmp(what, "output"))
        for (;;)
            fwrite(block, 1, sizeof block, stdout);
    if (!strcmp(what, "open"))
        for (;;)
            if (open("/dev/null", O_RDONLY) < 0)
                return fail("/dev/null");
    if (!strcmp(what, "processes"))
        for (;;)
            switch (fork()) {
            case -1:
                return fail("fork");
            case 0:
                pause();
                return 0;
            }
    return 3;
}
