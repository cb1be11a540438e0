from roman import roman


def test_adds():
    assert roman(2) == "II"
    assert roman(3678) == "MMMDCLXXVIII"


def test_subtracts():
    assert roman(4) == "IV"
    assert roman(900) == "CM"


def test_both():
    assert roman(1994) == "MCMXCIV"
