import collections

closed = False


def count(text):
    return dict(collections.Counter(text.split()))


def distinct(text):
    return set(text.split())


def longest(text):
    return max(text.split(), key=len)


def close(names):
    global closed
    closed = True
    names.clear()


def leftover(names):
    return names
