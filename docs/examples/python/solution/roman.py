SIGNS = [
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
]


def roman(number):
    """Writes a number from 1 to 3999 in Roman numerals."""
    text = ""
    for value, sign in SIGNS:
        while number >= value:
            text, number = text + sign, number - value
    return text
