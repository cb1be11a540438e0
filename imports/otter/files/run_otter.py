"""Grades a submission as otter-grader does on Gradescope, and writes results.json. See GradingResults of
ucbds-infra/otter-grader."""
import glob
import json
import os
import sys
import textwrap
import traceback

import otter
import otter_submission
import otter_cases

config = {}
if os.path.exists("source/otter_config.json"):
    with open("source/otter_config.json", encoding="utf-8") as file:
        config = json.load(file)
results = os.path.abspath("results/results.json")


def write(result):
    with open(results, "w", encoding="utf-8") as file:
        json.dump(result, file)


class Outcome:
    """A test file with what failed in each of its cases."""

    def __init__(self, file, env):
        self.file, self.failed = file, []
        for case in file.cases:
            try:
                self.failed.append(case.run(env))
            except BaseException as error:  # such as a SystemExit of the submission's function
                self.failed.append(f"{type(error).__name__}: {error}")

    def passed(self, public=False):
        return not any(failed for case, failed in zip(self.file.cases, self.failed) if not (public and case.hidden))

    def failed_public(self):
        return [case.name for case, failed in zip(self.file.cases, self.failed) if failed and not case.hidden]

    def score(self):
        if self.file.all_or_nothing:
            return self.possible() if self.passed() else 0
        return sum(case.points for case, failed in zip(self.file.cases, self.failed) if not failed)

    def possible(self):
        return sum(case.points for case in self.file.cases)

    def summary(self, public=False):
        shown = [(case, failed) for case, failed in zip(self.file.cases, self.failed) if not (public and case.hidden)]
        all_passed = self.passed(public)
        lines = [f"{self.file.name} results:" + (" All test cases passed!" if all_passed else "")]
        for case, failed in shown:
            message = case.failure if failed else case.success
            if message is not None:
                lines.append(f"{case.name} message: {message}")
            if not all_passed:
                lines += [f"{case.name} result:", textwrap.indent("Test case failed\n" + failed.strip() if failed else "Test case passed", "    ")]
        return lines[0] + "".join("\n" + textwrap.indent(line, "" if all_passed else "    ") for line in lines[1:])

    def __repr__(self):
        return self.summary()


files = {file.key: file for file in map(otter_cases.TestFile, sorted(glob.glob("source/tests/*.py")))}
outcomes = {}


def check(question, env):
    if question not in files:
        raise FileNotFoundError(f"Test {question} does not exist")
    outcomes[question] = Outcome(files[question], env)
    return outcomes[question]


otter.Notebook.checker = staticmethod(check)
os.chdir("submission")
sys.path.append(os.getcwd())
try:
    env = otter_submission.run(otter_submission.cells(), check, config.get("seed"), config.get("seed_variable"))
except otter_submission.Refused as refusal:
    write({"score": 0, "output": str(refusal)})
    sys.exit()
except BaseException:
    write({"score": 0, "output": "the submission was not graded:\n" + traceback.format_exc()})
    sys.exit()
for key in files:
    if key not in outcomes:
        check(key, env)

done = [outcomes[key] for key in files]
visibility = "after_published" if config.get("show_hidden") else "hidden"
if config.get("show_all_public") and not any(case.hidden for file in files.values() for case in file.cases):
    visibility = "visible"
result = {"tests": []}
if not config.get("show_hidden") or config.get("force_public_test_summary", True):
    failed = [name for outcome in done for name in outcome.failed_public()]
    texts = [f"{len(failed)} of the public cases failed: {', '.join(failed)}"] if failed else []
    result["tests"].append({
        "name": "Public Tests", "visibility": "visible", "output": "\n\n".join(texts + [outcome.summary(public=True) for outcome in done]),
        "status": "passed" if all(outcome.passed(public=True) for outcome in done) else "failed",
    })
for outcome in done:
    result["tests"].append({
        "name": outcome.file.name, "score": round(outcome.score(), 5), "max_score": round(outcome.possible(), 5),
        "visibility": visibility, "output": outcome.summary(),
    })
if config.get("show_stdout"):
    result["stdout_visibility"] = "after_published"
total, possible = sum(outcome.score() for outcome in done), sum(outcome.possible() for outcome in done)
part = total / possible if possible else 0
if config.get("points_possible") is not None:
    result["score"] = part * config["points_possible"]
if config.get("score_threshold") is not None:
    most = config.get("points_possible") or possible
    result["score"] = most if part >= config["score_threshold"] else 0
write(result)
