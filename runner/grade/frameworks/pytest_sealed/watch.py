"""Watches the interpreter for what changes, or reads, the test framework while it runs.

An audit hook cannot be removed. What it sees is with the runner before it happens.
"""

import _signal
import builtins
import inspect
import os
import sys
import threading

__builtins__ = dict(vars(builtins))  # the submission can replace the interpreter's

GENERATOR = inspect.CO_GENERATOR

# Whatever asks for these looks into the whole interpreter.
ALWAYS = (
    "sys.settrace", "sys.setprofile", "sys.monitoring.register_callback", "sys.addaudithook", "sys._current_frames",
    "sys._current_exceptions", "gc.get_objects", "gc.get_referrers", "gc.get_referents",
)
# By these one comes to the memory below the interpreter.
MEMORY = (
    "ctypes.addressof", "ctypes.call_function", "ctypes.cdata", "ctypes.cdata/buffer", "ctypes.dlopen", "ctypes.dlsym",
    "ctypes.dlsym/handle", "ctypes.PyObj_FromPtr", "ctypes.string_at", "ctypes.wstring_at",
)
MEMORY_MODULES = ("ctypes", "_ctypes", "cffi", "_cffi_backend", "_testcapi", "_testinternalcapi", "_xxsubinterpreters", "_interpreters")
FRAMES = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
PARTS = ("__code__", "__defaults__", "__kwdefaults__")


class Code:
    """Tells code of the submission from other code, by the names of files."""

    def __init__(self, trusted):
        own = [os.path.realpath(p) + os.sep for p in trusted if p]
        self._trusted = tuple(own + [p.rstrip(os.sep) + os.sep for p in trusted if p] + ["<frozen "])
        self._library = os.path.dirname(os.__file__) + os.sep
        self._known = {}

    def foreign(self, file):
        known = self._known.get(file)
        if known is None:
            known = self._known[file] = not str(file).startswith(self._trusted)
        return known

    def library(self, file):
        return file.startswith(self._library) and "-packages" not in file

    def calls(self, frame):
        """Reports whether code of the submission is among the callers."""
        while frame is not None:
            if self.foreign(frame.f_code.co_filename):
                return True
            frame = frame.f_back
        return False

    def loads(self, frame):
        """Reports whether a library other than ctypes that is being loaded called, and the submission only
        further out."""
        while frame is not None:
            code = frame.f_code
            if self.foreign(code.co_filename):
                return False
            if code.co_name == "<module>" and "/ctypes/" not in code.co_filename:
                return True
            frame = frame.f_back
        return False

    def leaks(self, frame, word):
        """Reports whether the submission gets at a frame (an attribute of that name) or at what else
        word names. A function of the library that uses it itself, such as namedtuple, keeps it."""
        if not self.calls(frame):
            return False
        code = frame.f_code
        if word not in code.co_names or not self.library(code.co_filename) or code.co_filename == inspect.__file__:
            return True
        if code.co_flags & GENERATOR or code.co_name in ("<lambda>", "currentframe"):
            return frame.f_back is None or frame.f_back.f_code.co_filename != code.co_filename
        return False


def checks(code):
    """Returns by event a function of its arguments and of the frame that raised it; what it returns,
    if anything, is noted."""

    def frame_of(args, frame):
        return args[1] in FRAMES and code.leaks(frame, args[1]) and args[1]

    def part_of(args, frame):
        return args[1] in PARTS and code.leaks(frame, args[1]) and "setting " + args[1]

    def imports(args, frame):
        module, file = args[0], args[1]
        if file and str(file).endswith(".so") and code.foreign(file):
            return "an extension module"
        name = module.split(".")[0]
        return name if name in MEMORY_MODULES and code.calls(frame) and not code.loads(frame) else None

    def reaches(event):
        def memory(args, frame):
            shared = code.library(frame.f_code.co_filename) and "/multiprocessing/" in frame.f_code.co_filename
            return event if not shared and code.calls(frame) and not code.loads(frame) else None

        return memory

    def opens(args, frame):
        path = args[0]
        if not isinstance(path, (str, bytes)) or not os.fsdecode(path).endswith("mem"):
            return None
        real = os.path.realpath(os.fsdecode(path))
        return "/proc/PID/mem" if real.startswith("/proc/") or real.endswith("/mem") and not os.path.lexists(real) else None

    def links(args, frame):
        return "a link into /proc" if os.path.realpath(os.fsdecode(args[0])).startswith("/proc/") else None

    def compiles(args, frame):
        file = args[1]
        named = isinstance(file, str) and not file.startswith("<") and not code.foreign(file)
        return "code under the name of a library" if named and code.foreign(frame.f_code.co_filename) else None

    def makes_code(args, frame):
        own = frame.f_code.co_name == "coroutine" and code.library(frame.f_code.co_filename)
        return "code.__new__" if not own and code.calls(frame) else None

    def unmarshals(args, frame):
        by = frame.f_back
        own = "importlib" in frame.f_code.co_filename and by is not None and "importlib" in by.f_code.co_filename
        return "marshal.loads" if not own and code.calls(frame) else None

    found = {event: lambda args, frame, event=event: event for event in ALWAYS}
    found.update({event: reaches(event) for event in MEMORY})
    found.update({
        "sys._getframe": lambda args, frame: code.leaks(frame, "_getframe") and "sys._getframe",
        "signal.signal": lambda args, frame: code.calls(frame) and "signal.signal",
        "object.__getattr__": frame_of, "object.__setattr__": part_of, "import": imports, "open": opens,
        "os.symlink": links, "os.link": links, "compile": compiles, "code.__new__": makes_code,
        "marshal.loads": unmarshals,
    })
    return found


def install(opened, code, witness, launcher, reporters):
    """Adds the hook. It sends what it notes over the channel, and what the witness says of the audit
    events "grader.NAME", if a function with one of the codes in reporters raised them and nothing
    but the framework called it below the launcher, which has the code launcher."""
    watched, told, looking, frames = checks(code), set(), {}, FRAMES
    getframe, thread, lock, send = sys._getframe, threading.get_ident, threading.RLock(), opened.send

    def tell(record, wait=True):
        with lock:
            late = send((record, wait))
        if late is not None:
            raise late

    def caller():
        me = thread()
        looking[me] = True  # the next question for a frame is our own
        try:
            return getframe(2)
        finally:
            looking.pop(me, None)

    def authentic(frame):
        """Reports whether a reporter was called, below the launcher, by nothing but the framework."""
        if frame.f_code not in reporters:
            return False
        while frame is not None and frame.f_code is not launcher:
            if code.foreign(frame.f_code.co_filename):
                return False
            frame = frame.f_back
        return frame is not None

    def note(what):
        if what and what not in told:
            tell({"note": what})
            told.add(what)

    def hook(event, args):
        if event.startswith("grader."):
            if not authentic(caller()):
                note("a report of its own")
                return
            for record, wait in getattr(witness, event[7:])(*args):
                tell(record, wait)
            return
        check = watched.get(event)
        if check is None or event == "sys._getframe" and looking.pop(thread(), False):
            return
        if event == "object.__getattr__" and args[1] not in frames:
            return
        note(check(args, caller()))

    hold_signals()
    sys.addaudithook(hook)


def hold_signals():
    """Makes signal.signal raise an audit event: a handler is given the frame that it interrupts."""
    audit = sys.audit

    def holder(function):
        result = None
        while True:
            arguments = yield result
            try:
                result = function(*arguments), None
            except BaseException as problem:
                result = None, problem

    held = holder(_signal.signal)
    next(held)

    def signal(signalnum, handler, /):
        audit("signal.signal", signalnum)
        result, problem = held.send((signalnum, handler))
        if problem is not None:
            raise problem
        return result

    signal.__doc__ = _signal.signal.__doc__
    _signal.signal = signal
