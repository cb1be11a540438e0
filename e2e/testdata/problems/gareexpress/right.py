n, x = int(input()), int(input())
print(n + -n % x)
