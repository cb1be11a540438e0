# Takes what it can without end, in the ways that Python makes easy.
import os
import sys
import threading

what = sys.argv[1]
if what == "fork":
    while True:
        try:
            os.fork()
        except OSError:
            pass
elif what == "memory":
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1 << 20)))
elif what == "number":
    print(9 ** 9 ** 9)
elif what == "threads":
    while True:
        try:
            threading.Thread(target=lambda: sum(range(10 ** 9))).start()
        except RuntimeError:
            pass
elif what == "recursion":
    sys.setrecursionlimit(10 ** 9)

    def deeper(n):
        return deeper(n + 1) + 1

    deeper(0)
