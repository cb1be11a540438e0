"""A small linter that prints its findings as SARIF."""
import ast
import json
import sys


def findings(name):
    with open(name) as f:
        text = f.read()
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 100:
            yield number, "long-line", "a line of %d characters" % len(line)
        if line != line.rstrip():
            yield number, "trailing-blank", "blanks at the end of the line"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "bare-except", "except without a type"
        if isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names):
            yield node.lineno, "star-import", "import of everything"


name = sys.argv[1]
found = list(findings(name))
print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
    {"ruleId": rule, "message": {"text": text}, "locations": [
        {"physicalLocation": {"artifactLocation": {"uri": name}, "region": {"startLine": line}}}]}
    for line, rule, text in found]}]}))
sys.exit(1 if found else 0)
