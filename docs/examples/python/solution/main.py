import sys

from roman import roman

for line in sys.stdin:
    print(roman(int(line)), flush=True)  # a driver waits for every line
