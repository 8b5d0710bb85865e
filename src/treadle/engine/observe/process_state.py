"""State of the whole process, Python's and libraries': what a step changes in it stays so."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import ownership
from treadle.engine.store.digest import digest

Variables = dict[bytes, bytes]
Effect = tuple[str, object]  # in words, the new state

MISSING = object()


class Probe(Struct, frozen=True):
    """A piece of state. With {} in `words` it is a mapping, and each name of it counts alone."""

    words: str  # what a user would call it
    take: Callable[[], object]  # a copy: later changes don't reach it
    spell: Callable[[Any], Mapping[Any, object]] = dict  # the mapping that was taken, if it is one


class State:
    """Compares all probes at a step's end with what they said at its start."""

    def __init__(self) -> None:
        self._probes: dict[str, Probe] = {}
        self._baseline: dict[str, object] = {}
        self._before_import: dict[str, object] = {}
        self._absorbed: dict[str, dict[object, object]] = {}  # what imports have set, by name

    def add(self, *probes: Probe) -> None:
        """Watch more, from now on: what it says now is no effect of anybody."""
        for probe in probes:
            self._probes[probe.words] = probe
            self._baseline[probe.words] = _taken(probe)

    def begin(self) -> None:
        self._baseline = self._take()
        self._absorbed = {}

    def import_begins(self) -> None:
        """A library is about to be imported: what that changes is no effect of the step."""
        self._before_import = self._take()

    def import_ends(self) -> None:
        """It has been imported: who imports it next time has the same changes."""
        before, self._before_import = self._before_import, {}
        for words, now in self._take().items():
            if words not in before:
                self._baseline[words] = now
            elif "{}" in words and before[words] is not MISSING and now is not MISSING:
                absorbed = self._absorbed.setdefault(words, {})
                absorbed.update(_news(self._probes[words], before[words], now))
            elif not _differ(self._baseline.get(words), before[words]):
                self._baseline[words] = now

    def effects(self) -> Iterator[Effect]:
        for words, probe in self._probes.items():
            before, now = self._baseline.get(words, MISSING), _taken(probe)
            if not _differ(before, now):
                continue
            untold = before is MISSING or now is MISSING  # it may be anything, then
            if untold or "{}" not in words:
                yield words.format("..."), now
                continue
            absorbed = self._absorbed.get(words, {})
            for name, value in _news(probe, before, now):
                if name not in absorbed or _differ(absorbed[name], value):
                    yield words.format(_text(name)), value

    def words(self) -> Iterable[str]:
        return self._probes

    def value(self, words: str) -> object:
        return self._baseline[words]

    def _take(self) -> dict[str, object]:
        return {words: _taken(probe) for words, probe in self._probes.items()}


def _taken(probe: Probe) -> object:
    try:
        return probe.take()
    except Exception:  # a library that is changing under us: no fault of the user's code
        return MISSING


def _news(probe: Probe, before: object, now: object) -> Iterator[tuple[object, object]]:
    """The names of a mapping that have another value now, with it."""
    old, new = probe.spell(before), probe.spell(now)
    for name in sorted({*old, *new}, key=_text):
        value = new.get(name, MISSING)
        if _differ(old.get(name, MISSING), value):
            yield name, value


def _text(name: object) -> str:
    return os.fsdecode(name) if isinstance(name, bytes) else str(name)


def _differ(before: object, now: object) -> bool:
    """Whether they are not equal, as far as they can tell."""
    if before is now:
        return False
    if type(before) is not type(now):
        return True
    try:
        return bool(before != now)
    except Exception:  # arrays, and whatever else has no truth
        return True


# Values as texts that say what they are: equal texts mean equal values.

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
# Types of libraries whose `repr` says it all.
_TOLD = frozenset({"torch.dtype", "torch.device", "cycler.Cycler", "numpy.dtype"})


def digest_of(value: object) -> str:
    text = "" if value is MISSING else _spelt(value)
    return digest(text.encode("utf-8", "surrogatepass"))


def _spelt(value: object) -> str:
    """A text for a value; for one that can't be looked into, a new one every time."""
    kind = type(value)
    if kind in _PLAIN or f"{kind.__module__}.{kind.__qualname__}" in _TOLD:
        return f"{kind.__name__} {value!r}"
    if kind in (tuple, list):
        return f"{kind.__name__}({','.join(map(_spelt, value))})"  # type: ignore[call-overload]
    if kind in (set, frozenset):
        return f"{kind.__name__}({','.join(sorted(map(_spelt, value)))})"  # type: ignore[call-overload]
    if isinstance(value, dict):
        return "{" + ",".join(f"{_spelt(key)}:{_spelt(value[key])}" for key in value) + "}"
    if isinstance(value, FunctionType):
        closure = [each.cell_contents for each in value.__closure__ or ()]
        rest = _spelt((value.__defaults__, value.__kwdefaults__, closure))
        return f"function {value.__module__} {_code(value.__code__)} {rest}"
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    return _pickled(value)


def _code(code: CodeType) -> str:
    """What a function does, wherever it stands."""
    constants = [_code(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_flags)
    return _spelt((code.co_code, constants, names, code.co_exceptiontable))


def _pickled(value: object) -> str:
    if isinstance(value, BuiltinFunctionType | type):
        name = f"{getattr(value, '__module__', '')}.{value.__qualname__}"
        bound = not isinstance(getattr(value, "__self__", None), ModuleType | None)
        if "__main__" not in name and not bound:
            return f"{type(value).__name__} {name}"
    import pickle  # rarely needed

    try:
        data = pickle.dumps(value, 4)
    except Exception:  # whatever the user's classes raise
        data = b"__main__"
    # What is defined in the document is pickled by its name, which says nothing of its code.
    return os.urandom(16).hex() if b"__main__" in data else digest(data)


# What Python keeps itself. Not `signal`: it is imported by the user's code or not at all.

ENVIRONMENT = "the environment variable `{}`"

_SIGNALS = tuple(sorted(_signal.valid_signals()))
_WRITTEN = {FunctionType, MethodType}  # in Python; by an object that is called, no library does


def environment() -> Variables:
    """The environment as Python keeps it, read without being noticed."""
    values: Variables = os.environ._data  # type: ignore[attr-defined]
    return values


def python_probes() -> tuple[Probe, ...]:
    return (
        Probe(ENVIRONMENT, lambda: environment().copy()),
        Probe("the module search path", lambda: tuple(sys.path)),
        Probe("`sys.argv`", lambda: tuple(sys.argv)),
        Probe("the working directory", _working_directory),
        Probe("the mask of new files' permissions", _file_mask),
        Probe("Python's settings", _settings),
        Probe("the warnings filter", lambda: tuple(warnings.filters)),
        Probe("the signal handlers", _handlers),
        Probe("`{}`", hooks),
    )


def _working_directory() -> str:
    try:
        return os.getcwd()  # noqa: PTH109
    except FileNotFoundError:  # removed
        return ""


def _file_mask() -> int:
    """The system tells it only by setting another: for so long, no file is anybody else's."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _settings() -> tuple[object, ...]:
    return (
        sys.getrecursionlimit(),
        sys.get_int_max_str_digits(),
        getattr(sys, "tracebacklimit", None),
    )


def _handlers() -> tuple[object, ...]:
    """But for those that libraries set for their own processes, as torch's loaders do."""
    found = tuple(map(_signal.getsignal, _SIGNALS))
    if _WRITTEN.isdisjoint(map(type, found)):  # as a rule; a cell of 0.6 ms takes 0.04 less
        return found
    return tuple(_signal.SIG_DFL if _is_of_library(handler) else handler for handler in found)


def _is_of_library(handler: object) -> bool:
    code = getattr(handler, "__code__", None) if type(handler) in _WRITTEN else None
    return code is not None and ownership.is_installed(code.co_filename)


def hooks() -> dict[str, object]:
    """What Python calls and prints to, which anyone may replace."""
    return {
        "sys.displayhook": sys.displayhook,
        "sys.excepthook": sys.excepthook,
        "sys.stdout": sys.stdout,
        "sys.stderr": sys.stderr,
        "sys.stdin": sys.stdin,
        "sys.settrace": sys.gettrace(),
        "sys.setprofile": sys.getprofile(),
        "warnings.showwarning": warnings.showwarning,
    }
