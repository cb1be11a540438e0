"""Reads what run.sh printed of a Gradescope autograder, and turns its results.json into a share of the points.

Arguments: INPUT ANSWER FEEDBACK_DIR POINTS. Exit status 42 when a score was found, 43 when there is none.
What students may see goes into message.txt, everything into judgemessage.txt.
"""
import html
import json
import math
import re
import sys

LIMIT = 100_000  # characters of an output


def number(value):
    """A number that may be written as text, None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def text(value):
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def cut(words):
    """Both ends of a text that is too long."""
    if len(words) <= LIMIT:
        return words
    return words[: LIMIT // 2] + "\n[…]\n" + words[-LIMIT // 2:]


def plain(words, form):
    """An output as plain text: markup and terminal colours are taken out."""
    words = cut(text(words))
    if form == "html":
        words = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|$)", "", words)
        words = re.sub(r"(?i)<(br|/p|/div|/tr|/li|/h[1-6]|/pre)\b[^>]*>", "\n", words)
        words = html.unescape(re.sub(r"<[^>]*>", "", words))
    elif form == "ansi":
        words = re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]", "", words)
    return words.strip()


def visible(test, default):
    """Whether students may see a test now. after_due_date and after_published wait, as hidden does."""
    return (text(test.get("visibility")) or default or "visible") == "visible"


class Test:
    def __init__(self, raw, n, results):
        self.score, self.most = number(raw.get("score")), number(raw.get("max_score"))
        self.name = plain(raw.get("name") or raw.get("number") or f"test {n}", text(raw.get("name_format") or results.get("test_name_format")))
        self.output = plain(raw.get("output"), text(raw.get("output_format") or results.get("test_output_format")))
        self.visible = visible(raw, text(results.get("visibility")))
        status = text(raw.get("status"))
        self.passed = status == "passed" if status in ("passed", "failed") else self.score is not None and self.score == self.most

    def line(self):
        mark = "ok  " if self.passed else "FAIL"
        points = "" if self.score is None else f" {self.score:g}" + ("" if self.most is None else f"/{self.most:g}")
        return f"{mark} {self.name}{points}" + ("\n" + indent(self.output) if self.output and not self.passed else "")


def indent(words):
    return "\n".join("     " + line for line in words.splitlines())


def read(printed):
    """The parts of what run.sh printed."""
    found = re.match(rb"(?:TIMEOUT (\d+)\n)?RESULTS +(\d+)\n", printed)
    if not found:
        return "", "", printed.decode("utf-8", "replace")
    limit, size, rest = found.group(1) or b"", int(found.group(2)), printed[found.end():]
    return limit.decode(), rest[:size].decode("utf-8", "replace").strip(), rest[size:].decode("utf-8", "replace")


def parse(source):
    """results.json, and why it cannot be read."""
    if not source:
        return None, "the autograder left no results.json"
    try:
        results = json.loads(source)
    except (ValueError, RecursionError) as e:
        return None, f"results.json is not JSON: {e}"
    if not isinstance(results, dict):
        return None, "results.json is not an object"
    tests = results.get("tests")
    if tests is not None and not isinstance(tests, list):
        return None, "tests in results.json is not a list"
    return results, ""


def total(results, tests):
    """The score, which the top level's overrides; None where there is none."""
    score = number(results.get("score"))
    if score is not None:
        return score
    scores = [t.score for t in tests if t.score is not None]
    return sum(scores) if scores else None


def main(feedback, points):
    limit, source, stdout = read(sys.stdin.buffer.read())
    results, why = parse(source)
    student, staff = [], []
    if limit:
        student.append(f"the autograder was ended after {limit} s (its time limit); what it had written until then counts")
    if results is None:
        return finish(feedback, student + [why], [why, stdout], None)
    tests = [Test(t, n, results) for n, t in enumerate(results.get("tests") or [], 1) if isinstance(t, dict)]
    score = total(results, tests)
    waiting = sum(1 for t in tests if not t.visible)
    shown = text(results.get("visibility")) in ("", "visible")
    output = plain(results.get("output"), text(results.get("output_format")))
    if output and shown:
        student.append(output)
    student += [t.line() for t in tests if t.visible]
    if waiting:
        student.append(f"{waiting} test{'s' if waiting > 1 else ''} not shown")
    if text(results.get("stdout_visibility")) == "visible":
        student.append(cut(stdout).strip())
    staff += [output] + [("hidden " if not t.visible else "") + t.line() for t in tests]
    for key in ("leaderboard", "extra_data", "execution_time"):
        if results.get(key) is not None:
            staff.append(f"{key}: {cut(text(results[key]))}")
    staff.append(cut(stdout))
    if score is None:
        student.append("results.json has no score, neither at its top nor in a test")
    return finish(feedback, student, staff, None if score is None else min(max(score / points, 0), 1))


def finish(feedback, student, staff, share):
    for name, lines in (("message.txt", student), ("judgemessage.txt", staff)):
        with open(feedback + name, "w", encoding="utf-8", errors="replace") as f:
            f.write("\n".join(line for line in lines if line))
    if share is None:
        return 43
    with open(feedback + "score.txt", "w") as f:
        f.write(f"{share:.6f}\n")
    return 42


if __name__ == "__main__":
    sys.exit(main(sys.argv[3], float(sys.argv[4])))
