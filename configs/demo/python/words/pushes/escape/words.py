"""Prints what a terminal would obey."""
print("\x1b[2J\x1b[31m all tests passed \x1b[0m\x07 \u202e")
