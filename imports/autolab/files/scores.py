"""Turns what a lab of Autolab printed into results.json."""
import json
import re
import sys

printed, results, problem = sys.argv[1:]
with open("source/lab.json", encoding="utf-8") as file:
    most = {p["name"]: p["max_score"] for p in json.load(file)["problems"]}
with open(printed, encoding="utf-8", errors="replace") as file:
    lines = file.read().rstrip().split("\n")


def quoted(line):
    """Quotes bare keys: Autolab also reads {scores: {Correctness: 5}}."""
    return re.sub(r"(?<![a-zA-Z0-9])([a-zA-Z0-9]+):", r'"\1":', line)


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


scores = (parsed(lines[-1]) or parsed(quoted(lines[-1]))).get("scores")
found, remarks = {}, [problem] if problem else []
if isinstance(scores, dict):
    found = {name: number(value) for name, value in scores.items()}
    found = {name: value for name, value in found.items() if value is not None}
if not found:
    remarks.append("the last line that the lab printed has no scores")
    result = {"score": 0, "output": "\n".join(remarks + lines)}
else:
    lines.pop()
    feedback = parsed(lines[-1]) if lines else {}
    if "_presentation" in feedback:
        lines.pop()
        lines += stages(feedback)
    tests = [{"name": name, "score": score, "max_score": most[name]} for name, score in found.items() if name in most]
    unknown = [name for name in found if name not in most]
    if unknown:
        remarks.append("not counted, because the lab has no such problems: " + ", ".join(unknown))
    result = {"score": sum(test["score"] for test in tests), "output": "\n".join(lines + remarks), "tests": tests}
with open(results, "w", encoding="utf-8") as file:
    json.dump(result, file)
