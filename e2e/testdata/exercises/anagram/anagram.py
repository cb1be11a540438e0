def findAnagrams(subject, candidates):
    word = subject.lower()
    return [c for c in candidates if c.lower() != word and sorted(c.lower()) == sorted(word)]
