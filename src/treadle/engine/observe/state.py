"""State of the whole process: what a step changed in it stays for all later ones."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from msgspec import Struct

from treadle.engine.store.digest import digest

# Values as texts that say what they are: equal texts mean equal values.

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
# Types of libraries whose `repr` says it all.
_TOLD = frozenset({"torch.dtype", "torch.device", "cycler.Cycler", "numpy.dtype"})


def text_of(value: object) -> str:
    """A text for a value; for one that can't be looked into, a new one every time."""
    kind = type(value)
    if kind in _PLAIN or f"{kind.__module__}.{kind.__qualname__}" in _TOLD:
        return f"{kind.__name__} {value!r}"
    if kind in (tuple, list):
        return f"{kind.__name__}({','.join(map(text_of, value))})"  # type: ignore[call-overload]
    if kind in (set, frozenset):
        return f"{kind.__name__}({','.join(sorted(map(text_of, value)))})"  # type: ignore[call-overload]
    if isinstance(value, dict):
        return "{" + ",".join(f"{text_of(key)}:{text_of(value[key])}" for key in value) + "}"
    if isinstance(value, FunctionType):
        return _function(value)
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    return _pickled(value)


def _function(function: FunctionType) -> str:
    held = [cell.cell_contents for cell in function.__closure__ or ()]
    rest = (function.__defaults__, function.__kwdefaults__, held)
    return f"function {function.__module__} {_code(function.__code__)} {text_of(rest)}"


def _code(code: CodeType) -> str:
    """What a function does, wherever it stands."""
    constants = [_code(each) if isinstance(each, CodeType) else each for each in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_flags)
    return text_of((code.co_code, constants, names, code.co_exceptiontable))


def _pickled(value: object) -> str:
    if isinstance(value, BuiltinFunctionType | MethodType | type):
        name = f"{getattr(value, '__module__', '')}.{value.__qualname__}"
        if "__main__" not in name and not isinstance(value, MethodType):
            return f"{type(value).__name__} {name}"
    import pickle  # rarely needed

    try:
        data = pickle.dumps(value, 4)
    except Exception:  # whatever the user's classes raise
        data = b"__main__"
    # What is defined in the document is pickled by its name, which says nothing of its code.
    return os.urandom(16).hex() if b"__main__" in data else digest(data)


# State of the whole process: what a step changed in it stays for all later ones.

_MISSING = object()


class Probe(Struct, frozen=True):
    """A piece of state. With {} in `words` it is a mapping, and each name of it counts alone."""

    words: str  # what a user would call it
    take: Callable[[], object]  # a copy: later changes don't reach it
    spell: Callable[[Any], Mapping[Any, object]] = dict  # the mapping that was taken, if it is one


Effect = tuple[str, str]  # in words, digest of the new state


class State:
    """Compares all probes at a step's end with what they said at its start."""

    def __init__(self) -> None:
        """No probes yet."""
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
        """A step starts."""
        self._baseline = self._take()
        self._absorbed = {}

    def import_begins(self) -> None:
        """A library is about to be imported: what that changes is no effect of the step."""
        self._before_import = self._take()

    def import_ends(self) -> None:
        """It has been imported: who imports it next time has the same changes."""
        before, self._before_import = self._before_import, {}
        for words, now in self._take().items():
            known = self._baseline.get(words)
            if words not in before:
                self._baseline[words] = now
            elif "{}" in words:
                absorbed = self._absorbed.setdefault(words, {})
                absorbed.update(_news(self._probes[words], before[words], now))
            elif not _differ(known, before[words]):
                self._baseline[words] = now

    def effects(self) -> Iterator[Effect]:
        """What has changed since the step's start."""
        for words, probe in self._probes.items():
            before, now = self._baseline.get(words, _MISSING), _taken(probe)
            if before is _MISSING or not _differ(before, now):
                continue
            if "{}" not in words:
                yield words, _digest(now)
                continue
            absorbed = self._absorbed.get(words, {})
            for name, value in _news(probe, before, now):
                if name not in absorbed or _differ(absorbed[name], value):
                    yield words.format(_text(name)), _digest(value)

    def value(self, words: str) -> object:
        """What a probe said when the step started."""
        return self._baseline[words]

    def _take(self) -> dict[str, object]:
        return {words: _taken(probe) for words, probe in self._probes.items()}


def _taken(probe: Probe) -> object:
    try:
        return probe.take()
    except Exception:  # a library that is changing under us: no fault of the user's code
        return _MISSING


def _news(probe: Probe, before: object, now: object) -> Iterator[tuple[object, object]]:
    """The names of a mapping that have another value now, with it."""
    old, new = probe.spell(before), probe.spell(now)
    for name in sorted({*old, *new}, key=_text):
        value = new.get(name, _MISSING)
        if _differ(old.get(name, _MISSING), value):
            yield name, value


def _text(name: object) -> str:
    return os.fsdecode(name) if isinstance(name, bytes) else str(name)


def _digest(value: object) -> str:
    text = "" if value is _MISSING else text_of(value)
    return digest(text.encode("utf-8", "surrogatepass"))


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
