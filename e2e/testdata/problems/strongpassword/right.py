def strong(p):
    return 8 <= len(p) <= 16 and any(map(str.islower, p)) and any(map(str.isupper, p)) and any(map(str.isdigit, p))


password = input().strip()
print("YES" if any(strong(password + more) for more in ("", "a", "A", "0")) else "NO")
