import re
import sys
from collections import Counter


def count_words(text):
    return dict(Counter(re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*", text.lower())))


if __name__ == "__main__":
    for word, count in sorted(count_words(sys.stdin.read()).items()):
        print(word, count)
