#include <locale.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wchar.h>

int main(void)
{
    sem_t *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED || sem_init(s, 1, 0) != 0 || setlocale(LC_ALL, "") == NULL)
        return 1;
    if (fork() == 0) {
        sem_post(s);
        exit(0);
    }
    sem_wait(s);
    wait(NULL);
    char name[4096];
    snprintf(name, sizeof name, "%s/wideXXXXXX", getenv("TMPDIR")); /* tmpfile() wants /tmp, which level uid has not */
    if (wcslen(L"Grüße") != 5 || mkstemp(name) < 0)
        return 2;
    wprintf(L"%ls\nok\n", L"Grüße");
    return 0;
}
