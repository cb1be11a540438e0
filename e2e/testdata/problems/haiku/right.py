count = int(input())
syllables = []
while len(syllables) < count:
    syllables += input().split()


def counts(word):
    reach = [set() for _ in range(len(word) + 1)]
    reach[0].add(0)
    for i in range(len(word)):
        for j in range(i + 1, min(i + 7, len(word)) + 1):
            if word[i:j] in syllables:
                reach[j] |= {k + 1 for k in reach[i]}
    return reach[-1]


def fits(line, want):
    total = {0}
    for word in line.split():
        total = {a + b for a in total for b in counts(word)}
    return want in total


print("haiku" if all([fits(input(), want) for want in (5, 7, 5)]) else "come back next year")
