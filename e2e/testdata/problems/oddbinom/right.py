from functools import lru_cache


@lru_cache(maxsize=None)
def odd(n):
    if n < 2:
        return n
    if n % 2 == 0:
        return 3 * odd(n // 2)
    return 2 * odd(n // 2) + odd(n // 2 + 1)


print(odd(int(input())))
