"""Remembers what judges, as it was before the submission could change it: pytest, the tests with
their helpers and constants, and the modules that the tests use."""

import builtins
import opcode
import os
import re
import sys
import types

__builtins__ = dict(vars(builtins))  # the submission can replace the interpreter's

# The builtins by which tests judge. Others, such as input, may be replaced.
BUILTINS = (
    "AssertionError", "Exception", "BaseException", "isinstance", "issubclass", "type", "len", "all", "any",
    "sorted", "sum", "min", "max", "abs", "round", "repr", "str", "int", "float", "bool", "list", "dict", "set",
    "tuple", "getattr", "hasattr", "zip", "map", "filter", "enumerate", "range", "bytes", "frozenset", "complex",
)
# These speak to the world. A program may have reasons of its own to replace their parts.
WORLD = ("sys", "os", "io", "time", "random", "signal", "threading", "logging", "subprocess", "socket", "asyncio")
PLAIN = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis))
STORES = {opcode.opmap[name] for name in ("STORE_GLOBAL", "STORE_ATTR", "STORE_NAME", "DELETE_GLOBAL", "DELETE_ATTR")}
EXTENDED = opcode.opmap["EXTENDED_ARG"]
IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([^#\n]+))", re.M)
NAME = re.compile(r"([\w.]+)(?:[ \t]+as[ \t]+\w+)?[ \t]*(?:,|$)")
missing = object()


def function(value):
    """Returns the plain function of whatever wraps it, or None."""
    value = getattr(value, "__func__", value)
    if isinstance(value, property):
        value = value.fget
    if type(value).__name__ == "FixtureFunctionDefinition":  # pytest 8.4
        value = getattr(value, "_fixture_function", None)
    return value if isinstance(value, types.FunctionType) else None


def framework(known=()):
    """Returns every function of the framework by its name, with its code, but of the known modules."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name in known or module is None or name.split(".")[0] not in ("pytest", "_pytest", "pluggy") and not name.startswith("unittest.case"):
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


def content(value):
    """Returns a text that tells what a constant is, None for a value that may change."""
    if type(value) in PLAIN:
        return f"{type(value).__name__}:{value!r}"
    if type(value) in (tuple, frozenset):
        parts = [content(part) for part in value]
        return None if None in parts else f"{type(value).__name__}:{parts!r}"
    if type(value) is types.CodeType:
        return f"code:{value.co_code!r}{value.co_names!r}{[content(c) for c in value.co_consts]!r}"
    return None


def shape(value):
    """Returns the objects and the texts that must stay the same of a value."""
    plain = function(value)
    if plain is None:
        text = content(value)
        return ((value,), ()) if text is None else ((), (text,))
    objects, texts = [value, plain, plain.__code__], [content(plain.__code__)]
    held = [*(plain.__defaults__ or ()), *(plain.__kwdefaults__ or {}).values(), *cells(plain)]
    for part in held:
        text = content(part)
        objects, texts = (objects, [*texts, text]) if text is not None else ([*objects, part], texts)
    return tuple(objects), tuple(texts)


def cells(plain):
    """Returns what the variables of the functions around a function hold."""
    found = []
    for cell in plain.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:
            found.append(None)
    return found


def same(before, now):
    return len(before[0]) == len(now[0]) and all(a is b for a, b in zip(before[0], now[0])) and before[1] == now[1]


def stored(code, names):
    """Adds the names that a code sets."""
    wide = 0
    for at in range(0, len(code.co_code), 2):
        op, arg = code.co_code[at], code.co_code[at + 1] | wide
        wide = arg << 8 if op == EXTENDED else 0
        if op in STORES and arg < len(code.co_names):
            names.add(code.co_names[arg])
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            stored(constant, names)


class Names:
    """The names of one module or class of the tests, as they were."""

    def __init__(self, title, space):
        self.title, self.space = title, space
        self.values = dict(vars(space))
        self.shapes = {name: shape(value) for name, value in self.values.items()}

    def changed(self, thorough):
        """Returns the names that are not as they were. Unless it is to be thorough, it looks only at
        which objects they stand for."""
        now, own, found = vars(self.space), None, []
        if not thorough and [*map(id, now.values())] == [*map(id, self.values.values())]:
            return []
        for name in [*self.values, *(n for n in now if n not in self.values and hasattr(builtins, n))]:
            before, value = self.values.get(name, missing), now.get(name, missing)
            if before is value and not thorough:
                continue
            if missing not in (before, value) and same(self.shapes[name], shape(value)):
                continue
            own = self.sets() if own is None else own
            if name not in own:
                found.append(f"{self.title}.{name}")
        return found

    def sets(self):
        """Returns the names that the tests themselves set."""
        names = {"__builtins__", "__warningregistry__", "__abstractmethods__", "__dict__", "__weakref__", "__doc__"}
        for value in self.values.values():
            for part in vars(value).values() if isinstance(value, type) else (value,):
                plain = function(part)
                if plain is not None:
                    stored(plain.__code__, names)
        return names


class Used:
    """The functions and classes of a module, or the functions of a class, that the tests use."""

    def __init__(self, title, space, was):
        self.title, self.space = title, space
        self.parts = {key: (value, getattr(value, "__code__", None)) for key, value in was.items() if callable(value)}

    def changed(self):
        now = vars(self.space)
        for key, (value, code) in self.parts.items():
            other = now.get(key)
            if other is not value or getattr(other, "__code__", None) is not code:
                yield f"{self.title}.{key}"


def imported(directory):
    """Returns the names of the modules that the Python files below a directory import."""
    names = set()
    for top, _, files in os.walk(directory):
        for file in files:
            if file.endswith(".py"):
                with open(os.path.join(top, file), encoding="utf-8", errors="replace") as f:
                    names.update(name for pair in IMPORT.findall(f.read()) for name in NAME.findall(pair[0] or pair[1]))
    return names


def contained(directory, most=5000):
    """Returns the names by which files and directories below a directory could be imported."""
    names = set()
    for _, inner, files in os.walk(directory):
        names.update(inner, (file.partition(".")[0] for file in files))
        if len(names) > most:
            break
    return names


class Libraries:
    """The modules of libraries as they are before any code of the submission is loaded."""

    def __init__(self, tests, work):
        """Loads what the tests will import, but what the tests or the submission may have themselves."""
        own = contained(work) | contained(tests) if tests else set()
        for name in sorted(imported(tests)) if tests else ():
            if name.split(".")[0] not in own:
                try:
                    __import__(name)
                except Exception:
                    pass  # the test says so better
        self.spaces = {}
        for name, module in list(sys.modules.items()):
            self.spaces[module] = dict(vars(module)) if isinstance(module, types.ModuleType) else {}

    def was(self, space):
        """Returns the names of a module or a class as they were; now, for one that came later."""
        if space not in self.spaces:
            self.spaces[space] = dict(vars(space))
        return self.spaces[space]

    def remember_classes(self, module):
        """Remembers the classes of a module that the tests use."""
        for value in self.was(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                self.was(value)


class Tests:
    """The modules of the tests, and what they use of other modules."""

    def __init__(self, directory, work, foreign):
        self.directories = tuple({directory + os.sep, os.path.realpath(directory) + os.sep}) if directory else ()
        self.foreign, self.known, self.names, self.used = foreign, set(), [], {}
        self.libraries = Libraries(directory, work)
        for name in imported(directory) if directory else ():
            if isinstance(sys.modules.get(name), types.ModuleType):
                self.libraries.remember_classes(sys.modules[name])

    def take(self):
        """Remembers the modules of the tests that have been loaded since."""
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if name not in self.known and isinstance(file, str) and file.startswith(self.directories):
                self.known.add(name)
                self.take_names(name, module)

    def take_names(self, title, space):
        self.names.append(Names(title, space))
        module = space.__name__ if isinstance(space, types.ModuleType) else None
        for key, value in list(vars(space).items()):
            if isinstance(value, types.ModuleType):
                self.take_module(value)
            elif isinstance(value, type) and module is not None and value.__module__ == module:
                self.take_names(f"{title}.{key}", value)
            elif isinstance(value, type):
                self.take_used(value)

    def take_module(self, module):
        self.take_used(module)
        for value in list(vars(module).values()):
            if isinstance(value, type) and value.__module__ == module.__name__:
                self.take_used(value)

    def take_used(self, space):
        """Remembers a module, or a class of one, that is not the submission's."""
        module = space if isinstance(space, types.ModuleType) else sys.modules.get(space.__module__)
        if module is None or self.foreign(getattr(module, "__file__", None) or "<frozen builtin>"):
            return
        title = module.__name__ if space is module else f"{module.__name__}.{space.__qualname__}"
        if title not in self.used and module is not builtins:
            self.used[title] = Used(title, space, self.libraries.was(space))

    def changed(self, thorough):
        """Returns which names of the tests have changed, with those of the modules that they use, and
        which parts of modules that speak to the world were replaced."""
        found, world = [], []
        for names in self.names:
            found += names.changed(thorough)
        for title, used in self.used.items():
            (world if title.split(".")[0] in WORLD else found).extend(used.changed())
        return found, world
