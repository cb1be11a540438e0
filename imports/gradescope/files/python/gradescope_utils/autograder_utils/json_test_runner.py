"""Runs unittest suites, and writes Gradescope's results.json."""
import json
import sys
import time
from unittest import result


class JSONTestResult(result.TestResult):
    """Collects the entries of results.json."""

    def __init__(self, stream, descriptions, verbosity, results, leaderboard, failure_prefix):
        super(JSONTestResult, self).__init__(stream, descriptions, verbosity)
        self.descriptions, self.results, self.leaderboard, self.failure_prefix = descriptions, results, leaderboard, failure_prefix

    def _mark(self, test, name):
        method = getattr(test, getattr(test, "_testMethodName", ""), None)
        return getattr(method, "__%s__" % name, None)

    def getDescription(self, test):
        return self.descriptions and test.shortDescription() or str(test)

    def getOutput(self):
        """What the test printed to both streams."""
        if not self.buffer or self._stdout_buffer is None:
            return ""
        out, err = self._stdout_buffer.getvalue(), self._stderr_buffer.getvalue()
        if err and not out.endswith("\n"):
            out += "\n"
        return out + err

    def buildResult(self, test, err=None):
        entry = {"name": self.getDescription(test)}
        most, score = self._mark(test, "weight"), self._mark(test, "score")
        failed = err is not None
        if most is not None or score is not None:
            most = most or 0.0
            if score is None:
                score = 0.0 if failed else most
            entry["score"], entry["max_score"] = score, most
            failed = failed or score < most
        entry["status"] = "failed" if failed else "passed"
        output = self.getOutput() + self._failure(test, err, self.getOutput())
        for key, value in (("tags", self._mark(test, "tags")), ("output", output), ("visibility", self._mark(test, "visibility")),
                           ("number", self._mark(test, "number"))):
            if value:
                entry[key] = value
        return entry

    def _failure(self, test, err, printed):
        if err is None:
            return ""
        hidden = self._mark(test, "hide_errors")
        if hidden:
            return hidden
        gap = "" if not printed else "\n" if printed.endswith("\n") else "\n\n"
        return "%s%s%s\n" % (gap, self.failure_prefix, err[1])

    def processResult(self, test, err=None):
        column = self._mark(test, "leaderboard_column")
        if column:
            self.leaderboard.append({"name": column, "value": self._mark(test, "leaderboard_value"), "order": self._mark(test, "leaderboard_sort_order")})
        else:
            self.results.append(self.buildResult(test, err))

    def addSuccess(self, test):
        super(JSONTestResult, self).addSuccess(test)
        self.processResult(test)

    def addError(self, test, err):
        super(JSONTestResult, self).addError(test, err)
        self._mirrorOutput = False  # the output is in the entry
        self.processResult(test, err)

    def addFailure(self, test, err):
        super(JSONTestResult, self).addFailure(test, err)
        self._mirrorOutput = False
        self.processResult(test, err)


class JSONTestRunner(object):
    """Writes the results of a suite to a stream."""

    resultclass = JSONTestResult

    def __init__(self, stream=sys.stdout, descriptions=True, verbosity=1, failfast=False, buffer=True, visibility=None,
                 stdout_visibility=None, post_processor=None, failure_prefix="Test Failed: "):
        self.stream, self.descriptions, self.verbosity = stream, descriptions, verbosity
        self.failfast, self.buffer, self.post_processor, self.failure_prefix = failfast, buffer, post_processor, failure_prefix
        self.json_data = {"tests": [], "leaderboard": []}
        if visibility:
            self.json_data["visibility"] = visibility
        if stdout_visibility:
            self.json_data["stdout_visibility"] = stdout_visibility

    def _makeResult(self):
        return self.resultclass(self.stream, self.descriptions, self.verbosity, self.json_data["tests"], self.json_data["leaderboard"], self.failure_prefix)

    def run(self, test):
        """Runs a test or a suite, and hands the results to post_processor before they are written."""
        found = self._makeResult()
        found.failfast, found.buffer = self.failfast, self.buffer
        begun = time.time()
        found.startTestRun()
        try:
            test(found)
        finally:
            found.stopTestRun()
        self.json_data["execution_time"] = "%0.2f" % (time.time() - begun)
        self.json_data["score"] = sum(entry.get("score", 0.0) for entry in self.json_data["tests"])
        if self.post_processor is not None:
            self.post_processor(self.json_data)
        json.dump(self.json_data, self.stream, indent=4)
        self.stream.write("\n")
        return found
