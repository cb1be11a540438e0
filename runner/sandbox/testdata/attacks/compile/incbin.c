__asm__(".section .rodata\n.global text\ntext: .incbin \"SECRET\"\n");
extern const char text[];
int main(void) { return text[0]; }
