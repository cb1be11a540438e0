// Writes without end and without a newline to the descriptor that it is told, or says
// something that is no text: "nul", "invalid" UTF-8, "escapes" of terminals.
#include "attack.h"

static int say(const char *text, size_t n) {
  for (int i = 0; i < 100; i++)
    if (write(1, text, n) < 0) return 1;
  return 0;
}

int main(int argc, char **argv) {
  static char block[65536];
  const char *how = argc > 1 ? argv[1] : "1";
  if (!strcmp(how, "nul")) return say(block, 1000);
  if (!strcmp(how, "invalid")) return say("\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", 11);
  if (!strcmp(how, "escapes")) return say("\033]0;title\007\033[2J\033[31m\033]52;c;aGk=\007\033P1$r\033\\\r", 38);
  for (;;)
    if (write(atoi(how), block, sizeof block) < 0) return 1;
}
