"""Decorators that say how a test is scored and shown."""
from functools import wraps


def _attribute(name, convert=lambda value: value):
    """Makes a decorator that sets an attribute of the test."""

    def decorator(value):
        def mark(function):
            setattr(function, name, convert(value))
            return function

        return mark

    return decorator


weight = _attribute("__weight__")
number = _attribute("__number__", str)
visibility = _attribute("__visibility__")


def hide_errors(message="Test failed"):
    """Shows this message in place of the error."""
    return _attribute("__hide_errors__")(message)


def tags(*names):
    return _attribute("__tags__")(names)


def _with_setter(function, keyword, attribute):
    """Hands the test a function, by keyword, whose argument becomes an attribute of the test."""

    @wraps(function)
    def wrapper(*args, **kwargs):
        kwargs[keyword] = lambda value: setattr(wrapper, attribute, value)
        return function(*args, **kwargs)

    return wrapper


class partial_credit(object):
    """The test sets its score by set_score."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, function):
        function.__weight__ = self.weight
        return _with_setter(function, "set_score", "__score__")


class leaderboard(object):
    """The test sets a value of the leaderboard by set_leaderboard_value."""

    def __init__(self, column_name, sort_order="desc"):
        self.column_name, self.sort_order = column_name, sort_order

    def __call__(self, function):
        function.__leaderboard_column__ = self.column_name
        function.__leaderboard_sort_order__ = self.sort_order
        return _with_setter(function, "set_leaderboard_value", "__leaderboard_value__")
