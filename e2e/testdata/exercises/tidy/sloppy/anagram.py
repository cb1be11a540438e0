from sys import *
try:
    word, *candidates = stdin.read().split()  
except:
    exit(1)
for c in candidates:
    if c != word and sorted(c) == sorted(word): print(c)
