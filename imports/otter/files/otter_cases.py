"""Reads test files of otter-grader and runs their cases. See otter/test_files of ucbds-infra/otter-grader."""
import contextlib
import doctest
import inspect
import io
import os
import textwrap

from otter.test_files import test_case


class Case:
    """One test case. run takes the submission's environment and returns what failed, or "" if nothing did."""

    def __init__(self, name, points, hidden, success, failure, run):
        self.name, self.points, self.hidden = name, points, hidden
        self.success, self.failure, self.run = success, failure, run


class TestFile:
    """The cases of one file."""

    def __init__(self, path):
        self.path = path
        self.key = os.path.splitext(os.path.basename(path))[0]
        with open(path, encoding="utf-8") as file:
            self.source = file.read()
        env = {}
        exec(compile(self.source, path, "exec"), env)
        if env.get("OK_FORMAT", "test" in env):
            self.read_ok(env["test"])
        else:
            self.read_functions(env)

    def read_ok(self, spec):
        if len(spec["suites"]) != 1:
            raise ValueError(f"{self.path}: otter reads exactly one suite in a test file")
        suite = spec["suites"][0]
        if suite.get("type", "doctest") != "doctest" or suite.get("setup") or suite.get("teardown"):
            raise ValueError(f"{self.path}: otter reads only suites of doctests without setup and teardown")
        self.name, self.all_or_nothing = spec["name"], spec.get("all_or_nothing", False)
        self.cases = []
        for n, case in enumerate(suite["cases"], 1):
            name, code = case.get("name", f"{self.name} - {n}"), textwrap.dedent(case["code"])
            self.cases.append(Case(name, case.get("points"), case.get("hidden", True), case.get("success_message"), case.get("failure_message"),
                                   lambda env, name=name, code=code: run_doctest(name, code, env)))
        share(spec.get("points"), self.cases)

    def read_functions(self, env):
        self.name, self.all_or_nothing = env["name"], env.get("all_or_nothing", False)
        self.cases = []
        for case in [value for value in env.values() if isinstance(value, test_case)]:
            name = case.name if case.name is not None else f"{self.name} - {len(self.cases) + 1}"
            self.cases.append(Case(name, case.points, case.hidden, case.success_message, case.failure_message,
                                   lambda env, function=case.function: self.call(function, env)))
        share(env.get("points"), self.cases)

    def call(self, function, env):
        names = inspect.signature(function).parameters
        try:
            function(**{name: env if name == "env" else env.get(name) for name in names})
        except Exception as error:
            line = error.__traceback__.tb_next.tb_lineno if error.__traceback__.tb_next else 0
            lines = self.source.split("\n")[max(0, line - 1):line]
            return f"Error at line {line} in test {self.name}:\n" + "\n".join("  " + text for text in lines) + f"\n{type(error).__name__}: {error}"
        return ""


def share(total, cases):
    """Resolves the points of cases, as TestFile.resolve_test_file_points of otter does."""
    if isinstance(total, list):
        if len(total) != len(cases):
            raise ValueError("the list of points has another length than the list of cases")
        for case, points in zip(cases, total):
            case.points = points
        total = None
    given = [case.points for case in cases if case.points is not None]
    open_cases = len(cases) - len(given)
    rest = 0
    if total is not None:
        if sum(given) > total:
            raise ValueError("the cases have more points than their file")
        rest = (total - sum(given)) / open_cases if open_cases else 0
    elif not any(given):
        rest = 1 / open_cases if open_cases else 0
    for case in cases:
        if case.points is None:
            case.points = rest


def run_doctest(name, code, env):
    examples = doctest.DocTestParser().get_examples(code, name)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        failed = doctest.DocTestRunner(verbose=True).run(doctest.DocTest(examples, env, name, None, None, code), clear_globs=False).failed
    return (said.getvalue() or "failed") if failed else ""
