"""The part of otter.test_files that test files use."""


class test_case:
    """Marks a function of a test file as a test case."""

    def __init__(self, name=None, points=None, hidden=False, success_message=None, failure_message=None):
        self.name, self.points, self.hidden = name, points, hidden
        self.success_message, self.failure_message = success_message, failure_message
        self.function = None

    def __call__(self, function):
        self.function = function
        return self
