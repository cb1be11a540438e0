/* Temporary files as programs make them that never heard of TMPDIR. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void) {
    char name[] = "/tmp/tempXXXXXX", text[3] = "";
    FILE *f = tmpfile();
    if (f == NULL || fputs("ok", f) < 0 || fseek(f, 0, SEEK_SET) != 0 || fgets(text, sizeof text, f) == NULL)
        return 1;
    int fd = mkstemp(name);
    if (fd < 0 || write(fd, text, 2) != 2 || rename(name, "/tmp/x") != 0)
        return 2;
    if (open("/tmp", O_TMPFILE | O_RDWR, 0600) < 0 || mkdir("/tmp/dir", 0700) != 0 || chdir("/tmp/dir") != 0)
        return 3;
    DIR *d = opendir("/tmp");
    if (d == NULL || (f = fopen("../x", "r")) == NULL || fgets(text, sizeof text, f) == NULL)
        return 4;
    puts(text);
    return 0;
}
