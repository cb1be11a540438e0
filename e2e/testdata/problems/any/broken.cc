int main() { return no_idea; }
