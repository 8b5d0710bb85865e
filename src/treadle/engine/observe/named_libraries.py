"""Which libraries' modules code names: by itself, and by way of the project's code it can reach."""

from __future__ import annotations

import opcode
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import Any, NamedTuple

from treadle.engine.identity import identity
from treadle.engine.observe import ownership
from treadle.engine.scan.effect_names import CHANGES, looks_made_for_effect, may_change
from treadle.engine.values.atoms import ATOMS
from treadle.engine.values.bytecode import global_names, instructions, nested
from treadle.engine.values.world import ByType, names_kept

_NUMBA = "numba.random"
_WRAPPERS = (staticmethod, classmethod)
_ITEMS = frozenset(opcode.opmap[name] for name in ("STORE_SUBSCR", "DELETE_SUBSCR"))
_ATTRIBUTES = frozenset(opcode.opmap[name] for name in ("STORE_ATTR", "DELETE_ATTR"))
_MAKE, _CALL = opcode.opmap["MAKE_FUNCTION"], opcode.opmap["CALL"]
_BETWEEN = frozenset(
    opcode.opmap[name]
    for name in ("CACHE", "PRECALL", "SET_FUNCTION_ATTRIBUTE")
    if name in opcode.opmap
)
_Scope = Mapping[str, Any]
_Found = tuple[CodeType, _Scope]


class Text(NamedTuple):
    """What is known of a code object and the code in it."""

    code: CodeType  # kept alive, as its identity is its key
    words: frozenset[str]  # names of all kinds
    attributes: frozenset[str]  # those it sets or deletes, of whatever object
    items: bool  # whether it sets or deletes some, of lists and dictionaries
    decorates: bool  # whether it gives functions or classes that it makes to others
    identities: bool  # whether it asks for some


class Texts:
    """Code objects, and the modules of classes, each looked into once."""

    def __init__(self) -> None:
        self._known: dict[int, Text] = {}
        self._kept = ByType(names_kept)

    def of(self, code: CodeType) -> Text:
        known = self._known.get(identity(code))
        if known is None:
            known = self._known[identity(code)] = _text(code)
        return known

    def kept_as(self, value: object) -> list[str]:
        """The names under which the module that defines its class keeps the very object."""
        kind = type(value)
        names = self._kept.of(kind)
        return [name for name in names if vars(sys.modules[kind.__module__]).get(name) is value]


class Named:
    """The modules that the code of a step names, and what it says of them."""

    def __init__(self, texts: Texts) -> None:
        self.modules: dict[str, ModuleType] = {}  # those of libraries
        self.own: set[str] = set()  # those of the project, by name
        self.objects: dict[
            str, Any
        ] = {}  # that all sessions have in common, by what they're called
        self.words: set[str] = set()
        self.used: set[str] = set()  # the same, but for modules that are only now imported
        self.attributes: set[str] = set()  # as in `Text`
        self.sets_items = False
        self.decorates = False
        self.identities = False
        self.asked: set[str] = set()  # modules of functions that look made to change something
        self.in_c: set[str] = set()  # functions in C that look made for their effect, dotted
        self._texts = texts
        self._followed: set[int] = set()
        self._missing: list[tuple[str, frozenset[str], _Scope]] = []

    def follow(self, code: CodeType, scope: _Scope) -> None:
        """Add what `code`, with these global names, names and leads to."""
        waiting: list[_Found] = [(code, scope)]
        while waiting:
            code, scope = waiting.pop()
            if identity(code) in self._followed:
                continue
            self._followed.add(identity(code))
            text = self._texts.of(code)
            self.words |= text.words
            self.used |= text.words if scope else frozenset()
            self.attributes |= text.attributes
            self.sets_items |= text.items
            self.decorates |= text.decorates
            self.identities |= text.identities
            for word in text.words:
                value = scope.get(word, sys.modules.get(word))
                if value is None:
                    self._missing.append((word, text.words, scope))
                else:
                    waiting += self._taken(value, text.words)

    def follow_compiled(self) -> None:
        """Add what functions lead to that the code itself has compiled."""
        for word, words, scope in [*self._missing]:
            if _is_compiled(scope.get(word)):
                for code, its_scope in self._taken(scope[word], words):
                    self.follow(code, its_scope)

    def follow_imported(self) -> None:
        """Add what is named after modules that have been imported since, or of these: a package
        gets its submodules one by one."""
        for word, words, _ in [*self._missing]:
            for code, scope in self._taken(sys.modules.get(word), words):
                self.follow(code, scope)

    def _taken(self, value: object, words: frozenset[str]) -> Iterator[_Found]:
        """The project's code that `value` leads to; modules that it lies in are noted."""
        seen: set[int] = set()
        waiting = [value]
        while waiting:
            value = waiting.pop()
            if identity(value) in seen:
                continue
            seen.add(identity(value))
            if isinstance(value, FunctionType) and ownership.is_of_project(value.__code__):
                yield value.__code__, value.__globals__
            waiting += self._behind(value, words)

    def _behind(self, value: Any, words: frozenset[str]) -> Iterator[object]:  # noqa: ANN401
        """What code that uses the value can use by it."""
        if isinstance(value, ModuleType):
            self.note(value.__name__)
            names = vars(value)
            yield from [names[word] for word in words if word in names]
        elif isinstance(value, FunctionType):
            self.note(value.__module__)
            if may_change(value.__name__):
                self.asked.add(value.__module__)
            yield from filter(_is_code, map(content_of, value.__closure__ or ()))
        elif isinstance(value, type):
            self.note(value.__module__)
            if may_change(value.__name__):
                self.asked.add(value.__module__)
            if ownership.is_projects(value.__module__):
                yield from (*vars(value).values(), *value.__bases__)
        elif isinstance(value, MethodType | partial):
            yield from (getattr(value, "__self__", None), getattr(value, "func", None))
            yield getattr(value, "__func__", None)
        elif isinstance(value, _WRAPPERS):
            yield value.__func__
        elif isinstance(value, property):
            yield from (value.fget, value.fset, value.fdel)
        elif isinstance(value, BuiltinFunctionType):
            self.note(value.__module__)
            if isinstance(value.__self__, ModuleType) and looks_made_for_effect(value.__name__):
                self.in_c.add(f"{value.__module__}.{value.__name__}")
        elif _is_compiled(value):
            if "random" in self._texts.of(value.py_func.__code__).words:
                self.in_c.add(_NUMBA)  # it has a generator of its own, in C
            yield value.py_func
        elif ownership.is_projects(type(value).__module__):
            yield type(value)
        elif name := name_in_process(value):
            self.objects[name] = value
        elif kept := self._texts.kept_as(value):
            self.note(type(value).__module__)
            self.words.update(kept)

    def note(self, name: object) -> None:
        """The module of this name and the packages that it lies in; of the project's, itself."""
        known = name in self.modules or name == "sys"  # whose state `State` knows
        if not isinstance(name, str) or known:
            return
        if ownership.is_projects(name):
            self.own.add(name)
            return
        parts = name.split(".")
        for count in range(1, len(parts) + 1):
            outer = ".".join(parts[:count])
            module = sys.modules.get(outer)
            if isinstance(module, ModuleType):
                self.modules[outer] = module


def name_in_process(value: object) -> str:
    """What an object that all sessions have in common is called: "logging.getLogger('a')"; empty
    for any other, and where it keeps nothing. Its own recipe of a copy leads to itself."""
    reduce = getattr(type(value), "__reduce__", None)
    if not isinstance(reduce, FunctionType) or not type(value).__dictoffset__:
        return ""
    if ownership.is_of_project(reduce.__code__):  # to look is not to call what the user wrote
        return ""
    try:
        make, arguments, *_ = reduce(value)
        plain = isinstance(make, FunctionType) and all(type(each) in ATOMS for each in arguments)
        if not plain or make(*arguments) is not value:
            return ""
        return f"{make.__module__}.{make.__qualname__}({', '.join(map(repr, arguments))})"
    except Exception:  # whatever a library's classes raise
        return ""


def _text(code: CodeType) -> Text:
    words: set[str] = set()
    attributes: set[str] = set()
    items = decorates = False
    for inner in nested(code):
        words.update(inner.co_names)
        last = -1
        for operation, argument in instructions(inner):
            if operation in _ATTRIBUTES:
                attributes.add(inner.co_names[argument])
            items |= operation in _ITEMS
            decorates |= operation == _CALL and not argument and last in (_CALL, _MAKE)
            last = last if operation in _BETWEEN else operation
    items |= not CHANGES.isdisjoint(words)
    identities = "id" in words and "id" in global_names(code)[0]
    return Text(code, frozenset(words), frozenset(attributes), items, decorates, identities)


def _is_compiled(value: Any) -> bool:  # noqa: ANN401
    """Whether it is a function that numba has compiled."""
    is_numbas = type(value).__module__.startswith("numba.")
    return is_numbas and isinstance(getattr(value, "py_func", None), FunctionType)


def _is_code(value: object) -> bool:
    return isinstance(value, FunctionType | type | ModuleType)


def content_of(cell: CellType) -> object:
    """What a closure's variable holds; None where it is not bound yet."""
    try:
        return cell.cell_contents
    except ValueError:
        return None
