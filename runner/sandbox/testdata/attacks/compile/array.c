// An object file of sixteen gigabytes.
char a[1L << 34] = {1};
int main(void) { return a[1]; }
