M = 10**9 + 7


def fib(n):
    if n == 0:
        return 0, 1
    x, y = fib(n // 2)
    even, odd = x * (2 * y - x) % M, (x * x + y * y) % M
    return (odd, (even + odd) % M) if n % 2 else (even, odd)


print(fib(int(input()))[1])
