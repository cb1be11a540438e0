import sys

word, *candidates = sys.stdin.read().split()
for c in candidates:
    if c != word and sorted(c) == sorted(word):
        print(c)
