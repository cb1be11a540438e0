input()
rolls = input().split()
unique = [r for r in rolls if rolls.count(r) == 1]
print(rolls.index(max(unique)) + 1 if unique else "none")
