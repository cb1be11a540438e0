import re
import sys
from collections import Counter


def count_words(text):
    return dict(Counter(text.lower().split()))


if __name__ == "__main__":
    for word, count in sorted(count_words(sys.stdin.read()).items()):
        print(word, count)
