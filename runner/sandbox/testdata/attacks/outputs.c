// Puts other things where its output files should be.
#include "attack.h"

int main(int argc, char **argv) {
  int ok = symlink("/etc/passwd", "symlink");
  ok |= symlink(argc > 1 ? argv[1] : "/", "dirlink");
  ok |= mkfifo("fifo", 0600);
  ok |= mkdir("directory", 0700);
  close(open("one", O_CREAT | O_WRONLY, 0600));
  ok |= link("one", "two");
  close(open("closed", O_CREAT | O_WRONLY, 0000));
  close(open("new\nline", O_CREAT | O_WRONLY, 0600));
  close(open("\xff\xfe", O_CREAT | O_WRONLY, 0600));
  close(open("-rf", O_CREAT | O_WRONLY, 0600));
  int fd = open("sparse", O_CREAT | O_WRONLY, 0600);
  ok |= ftruncate(fd, 1 << 20);
  ok |= mkdir("locked", 0700);
  close(open("locked/inside", O_CREAT | O_WRONLY, 0600));
  ok |= chmod("locked", 0000);
  char name[251] = {0};
  memset(name, 'd', 250);
  for (int i = 0; i < 5; i++) ok |= mkdir(name, 0700) | chdir(name);
  close(open("a path of more than 1024 bytes", O_CREAT | O_WRONLY, 0600));
  ok |= chdir("../../../../..");
  if (mknod("device", S_IFBLK | 0600, 0x0100) == 0) escaped("a device node");
  if (link("/etc/passwd", "hardlink") == 0) escaped("a hard link to a file of the machine");
  if (argc > 1 && link(argv[1], "stolen") == 0) escaped("a hard link to another's file");
  return ok != 0;
}
