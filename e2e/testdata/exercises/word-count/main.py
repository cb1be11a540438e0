import re
import sys
from collections import Counter

counts = Counter(re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*", sys.stdin.read().lower()))
for word in sorted(counts):
    print(word, counts[word])
