"""State of the process, and of modules: what a step changes in it stays for all later ones."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress
from operator import is_, is_not
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from msgspec import Struct

from treadle.engine.observe import modules
from treadle.engine.observe.modules import Modules
from treadle.engine.store.digest import digest

Effect = tuple[str, str]  # in words, digest of the new state

_MISSING = object()


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
            elif "{}" in words:
                absorbed = self._absorbed.setdefault(words, {})
                absorbed.update(_news(self._probes[words], before[words], now))
            elif not _differ(self._baseline.get(words), before[words]):
                self._baseline[words] = now

    def effects(self) -> Iterator[Effect]:
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


# Attributes of modules: `helpers.N = 5` changes what everybody finds there.

_PROMPT = "_"  # the last value shown, as at a prompt
_WARNED = "__warningregistry__"  # Python's own notes; each chunk warns for itself all the same

_Contents = dict[str, object]  # a copy of a module's attributes


class Attributes:
    """Compares the attributes of modules, by identity, with those at the step's start."""

    def __init__(self, namespace: Mapping[str, object], modules: Modules) -> None:
        """Of the modules that the session's names are bound to, and of the project's own."""
        self._namespace = namespace
        self._modules = modules
        self._names: Mapping[str, object] = {}  # the namespace when the step started
        self._bound: dict[str, ModuleType] = {}  # the modules in it, by the names they have
        self._before: dict[ModuleType, _Contents] = {}
        self._at_import: dict[ModuleType, _Contents] = {}

    def begin(self, names: Mapping[str, object]) -> None:
        self._follow(*rebound(self._names, names))
        self._names = names
        self._before = {module: vars(module).copy() for module in self._watched()}

    def imported(self, module: ModuleType) -> None:
        self._before[module] = vars(module).copy()

    def import_begins(self) -> None:
        """A library is about to be loaded: it may set what it likes, also in others."""
        self._at_import = {module: vars(module).copy() for module in self._before}

    def import_ends(self) -> None:
        """Libraries have been loaded: the session's names will show which of them matter."""
        for module, then in self._at_import.items():
            before, now = self._before.get(module), vars(module)
            if before is None:
                continue
            for name in _changed(then, now):
                if name in now:
                    before[name] = now[name]
                else:
                    before.pop(name, None)
        self._at_import = {}
        for name in sys.modules.keys() - self._modules.seen:
            new = sys.modules.get(name)
            if type(new) is ModuleType and new not in self._before and _is_loaded(new):
                self._before[new] = vars(new).copy()

    def effects(self, bound: Iterable[str], gone: Iterable[str]) -> Iterator[Effect]:
        """What has been set or deleted since; these names of the session were bound or deleted."""
        self._follow(bound, gone)
        for module in self._watched():
            before = self._before.get(module)
            for name in () if before is None else _changed(before, vars(module)):
                own = module.__name__ in self._modules.own
                passing = name == _WARNED or _is_part(module, name)
                if not passing and (own or _counts(module, name)):
                    yield _effect(module, name)

    def end(self) -> None:
        self._before = {}

    def _watched(self) -> Iterable[ModuleType]:
        stdlib = sys.stdlib_module_names
        bound = [each for each in self._bound.values() if each.__name__ not in stdlib]
        own = map(sys.modules.get, self._modules.own)
        loaded = [each for each in own if isinstance(each, ModuleType)]
        return dict.fromkeys([builtins, *bound, *loaded])

    def _follow(self, bound: Iterable[str], gone: Iterable[str]) -> None:
        for name in (*gone, *bound):
            self._bound.pop(name, None)
            value = self._namespace.get(name)
            if type(value) is ModuleType:
                self._bound[name] = value


def rebound(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The names whose value is another object now, or was not there; and those that are gone.

    A document may bind thousands, a chunk binds few: names keep their order, as a rule, and new
    ones come last, so that no step of Python a name is needed.
    """
    names, count = list(now), len(before)
    if names[:count] == list(before):
        changed = compress(names, map(is_not, before.values(), now.values()))
        return [*changed, *names[count:]], []
    bound = [name for name, value in now.items() if before.get(name, _MISSING) is not value]
    return bound, [name for name in before if name not in now]


def _changed(before: Mapping[str, object], now: Mapping[str, object]) -> list[str]:
    same = len(before) == len(now) and all(map(is_, before.values(), now.values()))
    if same and list(before) == list(now):  # as a rule, and found out at once
        return []
    names = sorted({*before, *now})
    return [name for name in names if before.get(name, _MISSING) is not now.get(name, _MISSING)]


def _is_loaded(module: ModuleType) -> bool:
    """Whether its import is done: until then what the project's own module sets is no effect."""
    spec = getattr(module, "__spec__", None)
    return modules.is_library(module) or getattr(spec, "_initializing", False) is not True


def _is_part(module: ModuleType, name: str) -> bool:
    """Whether the attribute is a submodule, which its import has set."""
    value = vars(module).get(name)
    return isinstance(value, ModuleType) and value.__name__ == f"{module.__name__}.{name}"


def _counts(module: ModuleType, name: str) -> bool:
    """Whether it is not a library's own doing, or ours.

    Libraries keep state in private names, and load their parts when they are needed.
    """
    if module is builtins:
        return name != _PROMPT
    value = vars(module).get(name)
    if name.startswith("_") or isinstance(value, ModuleType):
        return False
    return not (isinstance(value, FunctionType) and modules.is_ours(value.__code__.co_filename))


def _effect(module: ModuleType, name: str) -> Effect:
    words = f"the builtin `{name}`" if module is builtins else f"`{module.__name__}.{name}`"
    return words, _digest(vars(module).get(name, _MISSING))


# Values as texts that say what they are: equal texts mean equal values.

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
# Types of libraries whose `repr` says it all.
_TOLD = frozenset({"torch.dtype", "torch.device", "cycler.Cycler", "numpy.dtype"})


def _digest(value: object) -> str:
    text = "" if value is _MISSING else _spelt(value)
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
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        rest = _spelt((value.__defaults__, value.__kwdefaults__, cells))
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
