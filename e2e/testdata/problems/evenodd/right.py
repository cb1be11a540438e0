from functools import lru_cache


@lru_cache(maxsize=None)
def total(n):
    if n < 2:
        return 0
    half, upper = n // 2, (n + 1) // 2
    return total(half) + half + total(upper) + 2 * (upper - 1)


left, right = map(int, input().split())
print((total(right) - total(left - 1)) % (10**9 + 7))
