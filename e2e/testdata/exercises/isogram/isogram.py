def isIsogram(phrase):
    letters = [c for c in phrase.lower() if c.isalpha()]
    return len(letters) == len(set(letters))
