"""Runs pytest, and signs what it reported.

The runner leaves a word in $REPORTS/.once. It is taken away before any code of the
submission is loaded; who knows it at the end was there at the start. A report that was
planted, or changed after pytest wrote it, is not signed, and neither is one by a pytest
that was changed while it ran. Code that searches the interpreter's memory for the word
finds it: this is evidence, no wall.
"""

import builtins
import hashlib
import json
import os
import sys
import types

import pytest

FRAMEWORK = ("pytest", "_pytest", "pluggy", "unittest.case")
BUILTINS = (
    "AssertionError", "Exception", "BaseException", "isinstance", "issubclass", "type", "len", "all", "any",
    "sorted", "sum", "min", "max", "abs", "round", "repr", "str", "int", "float", "bool", "list", "dict", "set",
    "tuple", "getattr", "hasattr",
)


def take(directory):
    """Returns the word and removes it; None where there is none."""
    try:
        name = os.path.join(directory, ".once")
        with open(name, encoding="ascii") as f:
            word = f.read()
        os.unlink(name)
    except (OSError, TypeError, ValueError):
        return None
    return word


def function(value):
    """Returns the plain function of whatever wraps it in a class, or None."""
    value = getattr(value, "__func__", value)
    if isinstance(value, property):
        value = value.fget
    return value if isinstance(value, types.FunctionType) else None


def framework():
    """Returns every function of the framework by its name, with its code."""
    found = {}
    for name, module in list(sys.modules.items()):
        if module is None or not name.startswith(FRAMEWORK) or name.split(".")[0] not in ("pytest", "_pytest", "pluggy", "unittest"):
            continue
        for key, value in list(vars(module).items()):
            remember(found, name + "." + key, value)
            if isinstance(value, type) and value.__module__ == name:
                for method, inner in list(vars(value).items()):
                    remember(found, f"{name}.{key}.{method}", inner)
    for name in BUILTINS:
        found["builtins." + name] = (getattr(builtins, name), None)
    return found


def remember(found, name, value):
    plain = function(value)
    if plain is not None:
        found[name] = (plain, plain.__code__)


def below(path, directory):
    return isinstance(path, str) and os.path.realpath(path).startswith(os.path.realpath(directory) + os.sep)


class Seal:
    """A plugin that remembers pytest and the tests as they were."""

    def __init__(self):
        self.framework, self.tests, self.work = {}, [], os.getcwd()
        self.changes = None

    def pytest_sessionstart(self, session):
        self.framework = framework()

    def pytest_collection_finish(self, session):
        for item in session.items:
            plain = function(getattr(item, "function", None) or getattr(item, "obj", None))
            if plain is not None:
                self.tests.append((item.nodeid, plain, plain.__code__))

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config):
        self.changes = self.changed(config.pluginmanager)

    def changed(self, manager):
        """Returns the names of what is not as it was."""
        names = []
        now = framework()
        for name, (value, code) in self.framework.items():
            other = now.get(name, (None, None))
            if other[0] is not value or other[1] is not code:
                names.append(name)
        names += [name for name, plain, code in self.tests if plain.__code__ is not code]
        for name, plugin in manager.list_name_plugin():
            module = sys.modules.get(plugin.__name__ if isinstance(plugin, types.ModuleType) else type(plugin).__module__)
            if plugin is not None and below(getattr(module, "__file__", None), self.work):
                names.append("plugin " + str(name))
        return sorted(names)


def digests(directory):
    """Returns the SHA-256 of every report by its path below the directory."""
    found = {}
    for top, _, files in os.walk(directory):
        for name in files:
            path = os.path.join(top, name)
            if name.endswith(".xml") and os.path.isfile(path):
                with open(path, "rb") as f:
                    found[os.path.relpath(path, directory)] = hashlib.sha256(f.read()).hexdigest()
    return found


def main():
    directory = os.environ.get("REPORTS")
    word = take(directory)
    seal = Seal()
    write, dump, summed = open, json.dumps, digests
    status = pytest.main(sys.argv[1:], plugins=[seal])
    if word is not None and seal.changes is not None:
        signed = {"word": word, "reports": summed(directory), "changed": seal.changes[:20]}
        with write(os.path.join(directory, ".signed"), "w", encoding="utf-8") as f:
            f.write(dump(signed))
    sys.exit(status)


if __name__ == "__main__":
    main()
