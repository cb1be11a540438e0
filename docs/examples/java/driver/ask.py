"""Asks for Roman numerals, one after the other, and judges the answers: 42 right, 43 wrong."""
import random
import sys

SIGNS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]


def roman(number):
    text = ""
    for value, sign in SIGNS:
        while number >= value:
            text, number = text + sign, number - value
    return text


def main(feedback):
    for number in random.Random(1968).sample(range(1, 4000), 50):
        print(number, flush=True)
        answer = sys.stdin.readline().strip()
        if answer != roman(number):
            with open(feedback + "message.txt", "w") as f:
                f.write(f"{number} is {roman(number)}, not {answer!r}")
            return 43
    return 42


if __name__ == "__main__":
    sys.exit(main(sys.argv[3]))
