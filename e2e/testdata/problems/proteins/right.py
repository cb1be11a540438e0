def fits(letters):
    rest = iter("ATG")
    return all(c in rest for c in letters)


def merge(old, new):
    if len(old) < len(new):
        old, new = new, old
    return [min(a, b) for a, b in zip(old, new)] + old[len(new):]


n, s = int(input()), input().strip()
MANY = 1 << 29
best = [[] for _ in range(len(s) + 4)]
best[0] = [0]
answer = MANY
for i in range(len(s) + 1):
    for blocks, cost in enumerate(best[i]):
        total = cost + 3 * max(0, n - blocks)
        if total < answer:
            answer = total
    for used in range(1, min(3, len(s) - i) + 1):
        row = [cost + 3 - used for cost in best[i]]
        if row:
            best[i + used] = merge(best[i + used], ([MANY] if fits(s[i:i + used]) else []) + row)
    best[i] = []
print(answer)
