import re


def encode(string):
    return re.sub(r"(.)\1+", lambda m: str(len(m[0])) + m[1], string)


def decode(string):
    return re.sub(r"(\d+)(.)", lambda m: m[2] * int(m[1]), string)


def consistency(string):
    return decode(encode(string))
