"""Runs a submission for otter: the only notebook in its directory, otherwise the only Python file."""
import glob
import json
import random
import sys
import traceback
import types

import otter_commands
import otter_ipython


class Refused(Exception):
    """A submission that cannot be run."""


def cells():
    """Returns the code of the submission, and after each cell the tests that its metadata names."""
    for pattern in "*.ipynb", "*.py":
        names = [name for name in sorted(glob.glob(pattern)) if name != "__init__.py"]
        if len(names) > 1:
            raise Refused(f"there are several files of {pattern}, and otter grades exactly one: {', '.join(names)}")
        if names:
            with open(names[0], encoding="utf-8") as file:
                text = file.read()
            return notebook_cells(text, names[0]) if pattern == "*.ipynb" else [(text, [])]
    raise Refused("there is neither a notebook (.ipynb) nor a Python file (.py)")


def notebook_cells(text, name):
    try:
        notebook = json.loads(text)
        found = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        return [(otter_commands.plain(joined(cell["source"])), own(cell).get("tests") or []) for cell in found if not ignored(cell)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{name} cannot be read as a notebook of format 4: {error}") from error


def joined(source):
    return source if isinstance(source, str) else "".join(source)


def own(cell):
    return cell.get("metadata", {}).get("otter") or {}


def ignored(cell):
    return "otter_ignore" in cell.get("metadata", {}).get("tags", []) or own(cell).get("ignore", False)


def run(code, check, seed, variable):
    """Runs cells in one environment and returns it. As at otter, a cell that fails does not end the run."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    env = module.__dict__
    otter_ipython.install()
    for number, (source, tests) in enumerate(code, 1):
        try:
            if seed is not None:
                sow(env, seed, variable)
            exec(compile(source, f"cell {number}", "exec"), env)
        except BaseException:
            traceback.print_exc()
        for name in tests:
            check(name, env)
    return env


def sow(env, seed, variable):
    if variable is not None:
        env[variable] = seed
        return
    random.seed(seed)
    try:
        import numpy
    except ImportError:
        return
    numpy.random.seed(seed)
