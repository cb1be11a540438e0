"""The part of otter that notebooks and scripts use while they are graded."""
import inspect


class Notebook:
    """Runs tests where the submission asks for them. Everything else does nothing while grading."""

    checker = None  # runs one test file, by its name, in an environment

    def __init__(self, *args, **options):
        pass

    def check(self, question, global_env=None):
        if global_env is None:
            global_env = inspect.currentframe().f_back.f_globals
        return Notebook.checker(question, global_env)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **options: None
