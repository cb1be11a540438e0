"""referee.py INPUT ANSWER FEEDBACK_DIR TURNS: says whether the secret is higher or lower."""
import os
import sys


def end(status, message):
    with open(os.path.join(sys.argv[3], "message.txt"), "w") as f:
        f.write(message + "\n")
    sys.exit(status)


secret = int(open(sys.argv[1]).read())
turns = int(sys.argv[4])
for turn in range(1, turns + 1):
    line = sys.stdin.readline()
    if not line:
        end(43, "no guess came in turn %d" % turn)
    try:
        guess = int(line)
    except ValueError:
        end(43, "not a number: %r" % line[:40])
    if guess == secret:
        print("right", flush=True)
        end(42, "found in turn %d" % turn)
    print("higher" if guess < secret else "lower", flush=True)
end(43, "not found in %d turns" % turns)
