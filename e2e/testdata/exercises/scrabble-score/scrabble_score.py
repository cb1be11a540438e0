VALUES = {letter: value
          for letters, value in [("AEIOULNRST", 1), ("DG", 2), ("BCMP", 3), ("FHVWY", 4), ("K", 5), ("JX", 8), ("QZ", 10)]
          for letter in letters}


def score(word):
    return sum(VALUES[letter] for letter in word.upper())
