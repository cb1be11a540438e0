for _ in range(int(input())):
    count = int(input())
    name = input()
    if {"pea soup", "pancakes"} <= {input() for _ in range(count)}:
        print(name)
        break
else:
    print("Anywhere is fine I guess")
