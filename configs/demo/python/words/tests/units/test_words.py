import os
import sys

sys.path.insert(0, os.getcwd())

from words import count_words


def test_empty():
    assert count_words("") == {}


def test_keeps_apostrophes():
    assert count_words("It's a dog's life") == {"it's": 1, "a": 1, "dog's": 1, "life": 1}


def test_many_words():
    assert count_words("Go " * 10000) == {"go": 10000}


def test_leaves_its_argument_alone():
    text = "One fish TWO fish"
    count_words(text)
    assert text == "One fish TWO fish"
