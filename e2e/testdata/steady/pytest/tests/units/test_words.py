import pytest

import words


@pytest.fixture
def register():
    names = set()
    yield names
    assert not words.leftover(names)


def test_counts():
    assert words.count("b a b") == {"a": 1, "b": 2}


def test_distinct():
    assert words.distinct("pear apple fig apple") == {"apple", "fig", "pear"}


@pytest.mark.parametrize("text, longest", [("a bb", "bb"), ("ccc d", "ccc")])
def test_longest(text, longest):
    assert words.longest(text) == longest


def test_closes(register):
    register.add("open")
    words.close(register)
    assert words.closed


def test_refuses():
    with pytest.raises(ValueError):
        words.longest("")
