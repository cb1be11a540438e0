"""Tells the runner, which is outside of the wall, what happens in this process."""

import builtins
import hmac
import json
import os

__builtins__ = dict(vars(builtins))  # the submission can replace the interpreter's

ONCE, EVENTS, ANSWERS = ".once", ".events", ".answers"
ANSWER_SIZE = 64


def connect(directory):
    """Returns a channel to the runner, None where there is none.

    The runner leaves a key and two pipes in $REPORTS. All three are taken away before any
    code of the submission is loaded.
    """
    if directory is None:
        return None
    once, events, answers = (os.path.join(directory, name) for name in (ONCE, EVENTS, ANSWERS))
    try:
        with open(once, "rb") as f:
            key = f.read()
        ends = os.open(events, os.O_WRONLY), os.open(answers, os.O_RDONLY)
        for name in once, events, answers:
            os.unlink(name)
    except OSError:
        return None  # another run of the same test has them
    opened = channel(key, *ends)
    next(opened)
    opened.send(({"start": True}, True))
    return opened


def channel(key, events, answers):
    """A generator that sends each pair (record, wait) that it is sent, and waits for the runner's
    answer where it is told to. It yields an exception that a signal handler raised meanwhile.

    Records are numbered and signed, so that the runner sees when one is missing or is not ours. What
    this knows stands in the frame of a generator, and nobody gets that without an audit event.
    """
    write, read, sign, dump, process, leave = os.write, os.read, hmac.digest, json.dumps, os.getpid, os._exit
    own, count, late = process(), 0, None
    while True:
        record, wait = yield late
        late = None
        if process() != own:
            continue  # a copy of this process, whose end decides nothing
        count += 1
        text = b"%d %s" % (count, dump([wait, record]).encode())
        line = sign(key, text, "sha256").hex().encode() + b" " + text + b"\n"
        while line:
            try:
                line = line[write(events, line):]
            except OSError:
                leave(70)
            except BaseException as problem:
                late = problem
        answer = b""
        while wait and len(answer) < ANSWER_SIZE:
            try:
                answer += read(answers, ANSWER_SIZE - len(answer)) or leave(70)
            except OSError:
                leave(70)
            except BaseException as problem:
                late = problem
        if wait and answer != sign(key, b"answer %d" % count, "sha256").hex().encode():
            leave(70)  # somebody else has answered
