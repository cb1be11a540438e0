"""Runs pytest, and tells the runner what it reported.

The runner leaves a key in $REPORTS, which is taken away before any code of the submission is loaded.
A report that was planted, or changed after pytest wrote it, is not signed with it, and neither is one
by a pytest, or of tests, that were changed meanwhile. What reaches into the interpreter is told before
it happens. Code that writes in the memory of the process can do as it likes: this is evidence, no wall.
"""

import json
import os
import sys

HERE = os.path.dirname(__file__)
SET_ASIDE = "GRADER_SET_ASIDE"  # variables that the interpreter must not see


def fix_hashes():
    """Starts the interpreter again where it was isolated (-I), and so chose another order of sets than
    PYTHONHASHSEED asks for. It is isolated from all other variables again; what tests start finds them."""
    arguments = getattr(sys, "orig_argv", [])  # Python 3.10
    if SET_ASIDE in os.environ:
        os.environ.update(json.loads(os.environ.pop(SET_ASIDE)))
    elif sys.flags.hash_randomization and "-I" in arguments and "PYTHONHASHSEED" in os.environ:
        arguments[arguments.index("-I")] = "-s"
        aside = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
        kept = {name: value for name, value in os.environ.items() if name not in aside}
        kept["PYTHONHASHSEED"], kept[SET_ASIDE] = aside["PYTHONHASHSEED"], json.dumps(aside)
        if sys.dont_write_bytecode or "PYTHONDONTWRITEBYTECODE" in aside:
            kept["PYTHONDONTWRITEBYTECODE"] = "1"
        os.execve(sys.executable, arguments, kept)


def load():
    """Loads the launcher's own modules and returns a function that starts the watch, if there is a
    runner to tell. Nobody can import them afterwards."""
    sys.path.insert(0, HERE)
    import channel
    import state
    import watch
    import witness

    sys.path.remove(HERE)
    for module in channel, state, watch, witness:
        del sys.modules[module.__name__]
    trusted = [*sys.path, HERE, os.environ.get("NEEDS")]

    def begin(launcher, reporters):
        directory, code, work = os.environ.get("REPORTS"), watch.Code(trusted), os.getcwd()
        opened = channel.connect(directory)
        if opened is not None:
            tests = state.Tests(os.environ.get("NEEDS"), work, code.foreign)
            watch.install(opened, code, witness.Witness(directory, tests, work), launcher, reporters)

    return begin


def main():
    fix_hashes()
    begin = load()
    sys.path.insert(0, HERE)
    import plugin

    sys.path.remove(HERE)
    begin(sys._getframe().f_code, plugin.codes())
    del begin
    sys.exit(plugin.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
