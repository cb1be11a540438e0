int main(void) { return no_idea; }
