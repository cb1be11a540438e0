"""What the audit hook does when pytest is at some point: it remembers what judges, and says what of it
has changed and which cases passed. Nothing but the hook refers to it."""

import builtins
import hashlib
import os
import sys
import types

import state

__builtins__ = dict(vars(builtins))  # the submission can replace the interpreter's


def hooked(manager):
    """Returns every function that is called at one of pytest's hooks."""
    callers = [value for value in vars(manager.hook).values() if hasattr(value, "get_hookimpls")]
    return {(caller.name, impl.function) for caller in callers for impl in caller.get_hookimpls()}


def judged(item):
    """Returns what decides how an item is judged: its class, its function with its code, and its parameters."""
    plain = state.function(getattr(item, "obj", None))
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    return type(item), plain, getattr(plain, "__code__", None), *parameters.values()


def shadows(item):
    """Returns which of its class's functions an item has replaced for itself."""
    return [name for name in vars(item) if isinstance(getattr(type(item), name, None), types.FunctionType)]


def fixtures(session):
    """Returns the functions of all fixtures by their names."""
    known = getattr(getattr(session, "_fixturemanager", None), "_arg2fixturedefs", {})
    return {(name, at): definition.func for name, every in known.items() for at, definition in enumerate(every)}


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


class Witness:
    """Each method is named after the event that it answers, and yields the records to send, each with
    whether the runner must have it before anything goes on."""

    def __init__(self, directory, tests, work):
        self.directory, self.tests, self.work = directory, tests, work + os.sep
        self.framework, self.loaded = state.framework(), set(sys.modules)
        self.items, self.fixtures, self.hooks = {}, {}, set()
        self.modules, self.running, self.told, self.session, self.repeats = [], [], set(), None, False

    def start(self, session):
        self.session, self.framework = session, {**state.framework(self.loaded), **self.framework}
        self.repeats = session.config.pluginmanager.hasplugin("rerunfailures")
        return ()

    def collection(self, session):
        self.hooks = hooked(session.config.pluginmanager)
        return ()

    def item(self, item):
        module = getattr(item, "module", None)
        if not any(module is known for known in self.modules):
            self.modules.append(module)
            self.tests.take()
        self.items[item.nodeid] = judged(item)
        return ()

    def collected(self, session):
        self.tests.take()
        self.fixtures = fixtures(session)
        return ()

    def before(self, item, call):
        self.running.append((call, call.excinfo is not None))
        changes = [f"{item.nodeid} {name}" for name in shadows(item)]
        if call.when == "call":
            changes += [f"hook {name}" for name, _ in hooked(item.config.pluginmanager) - self.hooks]
            known = self.items.get(item.nodeid)
            if known is not None and not all(a is b for a, b in zip(known, judged(item))):
                changes.append(item.nodeid)
        yield from self.changes(changes)

    def after(self, item, call, report):
        then, failed = self.running.pop()
        if then is not call:
            failed = True
        passed = call.when == "call" and report.outcome == "passed" and (not failed or hasattr(report, "wasxfail"))
        if call.when == "call" or failed:
            again = f" {getattr(item, 'execution_count', 1)}" if self.repeats else ""
            yield {"case": [item.nodeid + again, passed]}, False
        if call.when == "teardown":
            yield from self.changes(*self.tests.changed(False))

    def unconfigure(self, config):
        plugins = []
        for name, plugin in config.pluginmanager.list_name_plugin():
            module = sys.modules.get(plugin.__name__ if isinstance(plugin, types.ModuleType) else type(plugin).__module__)
            if plugin is not None and str(getattr(module, "__file__", "")).startswith(self.work):
                plugins.append("plugin " + str(name))
        yield from self.changes(plugins)

    def end(self):
        now, then = state.framework(), fixtures(self.session)
        changes, world = self.tests.changed(True)
        changes += [name for name, (_, plain, code, *_) in self.items.items() if getattr(plain, "__code__", None) is not code]
        changes += [name for name, was in self.framework.items() if not all(a is b for a, b in zip(was, now.get(name, (None, None))))]
        changes += ["fixture " + key[0] for key, value in self.fixtures.items() if then.get(key) is not value]
        yield from self.changes(changes, world)
        yield {"end": {"reports": digests(self.directory)}}, True

    def changes(self, names, world=()):
        """Yields records of changes that were not told yet."""
        for kind, found in ("changed", names), ("replaced", world):
            fresh = sorted(set(found) - self.told)[:20]
            self.told.update(fresh)
            if fresh:
                yield {kind: fresh}, True
