"""Turns cells of notebooks into Python: commands of IPython and of the shell, which nothing runs here, are left out. See
"Built-in magic commands" and "Python vs IPython" in the documentation of IPython."""
import io
import re
import tokenize

# A command that runs a statement: its name and its options. The statement is kept.
RUNS = re.compile(r"%{1,2}(?:time(?:[ \t]+--\S+)*|timeit(?:[ \t]+(?:-[nrp][ \t]*\d+|-[tcqov]+(?=[ \t]|$)))*|prun(?:[ \t]+(?:-[lsTD][ \t]*\S+|-[rq]+(?=[ \t]|$)))*)(?:[ \t]+|$)")
COMMAND = re.compile(r"[%!]")
ASSIGNED = re.compile(r"([\w.,* \t]+(?:\[[^\]=\n]*\])?[ \t]*=[ \t]*)([%!])(?!=)(.*)")
HELP = re.compile(r"\?{0,2}%{0,2}[\w.*]+\?{0,2}[ \t]*$")


def plain(source):
    """Returns the Python of a cell."""
    source = source.lstrip("\n")
    setup = ""
    if source.startswith("%%"):
        kind, _, rest = source.partition("\n")
        if kind.split()[0] not in ("%%time", "%%timeit", "%%prun", "%%capture"):
            print(f"not run: a cell of {kind}")
            return ""
        if kind.split()[0] != "%%capture":
            setup = RUNS.sub("", kind, count=1) + "\n"
        source = rest
    lines = source.split("\n")
    for n, line in enumerate(lines):
        python = statement(line)
        if python != line and begins_statement(lines[:n]):
            print(f"not run: {line.strip()}" if python.strip() in ("pass", "") else f"run as {python.strip()}: {line.strip()}")
            lines[n] = python
            if not python.endswith("\\"):
                leave_out_rest(lines, n, line)
    return setup + "\n".join(lines)


def leave_out_rest(lines, n, command):
    """Empties the lines on which a command of several lines goes on."""
    while command.endswith("\\") and n + 1 < len(lines):
        n += 1
        command, lines[n] = lines[n], ""


def statement(line):
    """Returns the Python of a line, the line itself if it is no command."""
    text = line.lstrip(" \t")
    indent = line[:len(line) - len(text)]
    runs = RUNS.match(text)
    assigned = ASSIGNED.match(text)
    if runs:
        return indent + (text[runs.end():] or "pass")
    if COMMAND.match(text) or "?" in text and HELP.match(text):
        return indent + "pass"
    if assigned:
        target, sign, command = assigned.groups()
        runs = RUNS.match(sign + command)
        if runs:
            return indent + target + (command[runs.end() - 1:] or "None")
        return indent + target + ("[]" if sign == "!" else "None")
    return line


def begins_statement(lines):
    """Reports whether a statement begins after the lines: they leave no bracket, string or backslash open."""
    try:
        for _ in tokenize.generate_tokens(io.StringIO("".join(line + "\n" for line in lines)).readline):
            pass
    except tokenize.TokenError as error:
        return "EOF" not in error.args[0] and "triple-quoted" not in error.args[0]
    except SyntaxError:  # the cell fails as it does in a notebook
        pass
    return True
