"""Tells the audit hook at which point pytest is. It knows nothing itself: the submission can reach it
through pytest."""

import sys

import pytest

audit = sys.audit


class Witness:
    """The plugin. Its hooks are functions, each of which raises an audit event."""

    @staticmethod
    def pytest_sessionstart(session):
        audit("grader.start", session)

    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(session):
        audit("grader.collection", session)

    @staticmethod
    def pytest_itemcollected(item):
        audit("grader.item", item)

    @staticmethod
    def pytest_collection_finish(session):
        audit("grader.collected", session)

    @staticmethod
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(item, call):
        audit("grader.before", item, call)
        outcome = yield
        audit("grader.after", item, call, outcome.get_result())

    @staticmethod
    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(config):
        audit("grader.unconfigure", config)


def run(arguments):
    """Runs pytest with the plugin and returns its status."""
    try:
        return pytest.main(arguments, plugins=[Witness()])
    finally:
        audit("grader.end")


def codes():
    """Returns the codes of the functions that may tell."""
    hooks = [getattr(Witness, name) for name in vars(Witness) if name.startswith("pytest_")]
    return {hook.__code__ for hook in [*hooks, run]}
