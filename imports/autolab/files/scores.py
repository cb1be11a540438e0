"""Turns what a lab of Autolab printed into results.json."""
import json
import sys

printed, results = sys.argv[1:]
with open("source/lab.json", encoding="utf-8") as file:
    most = {p["name"]: p["max_score"] for p in json.load(file)["problems"]}
with open(printed, encoding="utf-8", errors="replace") as file:
    lines = file.read().rstrip().split("\n")


def parsed(line):
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def number(value):
    if isinstance(value, bool):
        return None
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value == int(value) else value


def stages(feedback):
    """The stages of formatted feedback as lines."""
    for stage in feedback.get("stages") or [k for k in feedback if not k.startswith("_") and k != "stages"]:
        entries = feedback.get(stage) if isinstance(stage, str) else None
        if not isinstance(entries, dict):
            continue
        yield stage + ":"
        for key in entries.get("_order") or [k for k in entries if not k.startswith("_")]:
            value = entries.get(key) if isinstance(key, str) else None
            if isinstance(value, dict) and "passed" in value:
                hint = value.get("hint")
                value = ("passed" if value["passed"] else "failed") + (f": {hint}" if hint else "")
            yield f"  {key}: {value}"


scores = parsed(lines[-1]).get("scores")
found = {}
if isinstance(scores, dict):
    found = {name: number(value) for name, value in scores.items()}
    found = {name: value for name, value in found.items() if value is not None}
if not found:
    result = {"score": 0, "output": "\n".join(lines + ["the last line that the lab printed has no scores"])}
else:
    lines.pop()
    feedback = parsed(lines[-1]) if lines else {}
    if "_presentation" in feedback:
        lines.pop()
        lines += stages(feedback)
    tests = []
    for name, score in found.items():
        test = {"name": name, "score": score}
        if name in most:
            test["max_score"] = most[name]
        tests.append(test)
    result = {"score": sum(found.values()), "output": "\n".join(lines), "tests": tests}
with open(results, "w", encoding="utf-8") as file:
    json.dump(result, file)
