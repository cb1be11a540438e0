def roman(number):
    """Writes a number from 1 to 3999 in Roman numerals."""
    return ""
