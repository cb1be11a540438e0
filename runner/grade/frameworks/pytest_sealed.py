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


def hooked(manager):
    """Returns every function that is called at one of pytest's hooks."""
    callers = [value for value in vars(manager.hook).values() if hasattr(value, "get_hookimpls")]
    return {(caller.name, impl.function) for caller in callers for impl in caller.get_hookimpls()}


def shadows(item):
    """Returns which of its class's functions an item has replaced for itself."""
    return [name for name in vars(item) if isinstance(getattr(type(item), name, None), types.FunctionType)]


class Witness:
    """A plugin whose hooks are functions of witness."""


def witness():
    """Returns a plugin that remembers pytest and the tests as they were, what it saw of them, and a
    function that tells it. What it knows stands in no attribute, where the submission could change it."""
    before, tests, allowed, shadowed, passed, changes, told = {}, [], set(), set(), set(), [], {}
    work = os.getcwd()
    collected, inside, shadowing, plain_of, listed = framework, below, shadows, function, hooked

    def pytest_sessionstart(session):
        before.update(collected())

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(session):
        allowed.update(listed(session.config.pluginmanager))

    def pytest_collection_finish(session):
        for item in session.items:
            plain = plain_of(getattr(item, "function", None) or getattr(item, "obj", None))
            if plain is not None:
                tests.append((item.nodeid, plain, plain.__code__))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(item, call):
        failed = call.excinfo is not None
        shadowed.update(item.nodeid + " " + name for name in shadowing(item))
        if call.when == "call":
            shadowed.update(f"hook {name}" for name, _ in listed(item.config.pluginmanager) - allowed)
        outcome = yield
        if call.when == "call" and (not failed or outcome.get_result().outcome == "passed" and hasattr(outcome.get_result(), "wasxfail")):
            passed.add(item.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(config):
        now = collected()
        for name, (value, code) in before.items():
            other = now.get(name, (None, None))
            if other[0] is not value or other[1] is not code:
                changes.append(name)
        changes.extend(name for name, plain, code in tests if plain.__code__ is not code)
        for name, plugin in config.pluginmanager.list_name_plugin():
            module = sys.modules.get(plugin.__name__ if isinstance(plugin, types.ModuleType) else type(plugin).__module__)
            if plugin is not None and inside(getattr(module, "__file__", None), work):
                changes.append("plugin " + str(name))
        told.update(changed=sorted(changes + list(shadowed))[:20], passed=len(passed))

    plugin = Witness()
    for hook in pytest_sessionstart, pytest_collection, pytest_collection_finish, pytest_runtest_makereport, pytest_unconfigure:
        setattr(plugin, hook.__name__, hook)
    return plugin, lambda: told


def listen():
    """Notes what only those ask for who look into the interpreter. A hook of this kind cannot be removed."""
    noted = set()
    watched = {"sys.settrace", "sys.setprofile", "gc.get_objects", "gc.get_referrers", "gc.get_referents"}

    def hook(event, _):
        if event in watched:
            noted.add(event)

    sys.addaudithook(hook)
    return noted


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


def signer(word, directory, noted):
    """Returns a function that signs what the witness told."""
    write, dump, summed, join = open, json.dumps, digests, os.path.join

    def sign(told):
        if word is not None and told:
            with write(join(directory, ".signed"), "w", encoding="utf-8") as f:
                f.write(dump({"word": word, "reports": summed(directory), "noted": sorted(noted), **told}))

    return sign


def main():
    directory = os.environ.get("REPORTS")
    sign = signer(take(directory), directory, listen())
    plugin, tell = witness()
    status = pytest.main(sys.argv[1:], plugins=[plugin])
    sign(tell())
    sys.exit(status)


if __name__ == "__main__":
    main()
