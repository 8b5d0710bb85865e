"""What a process that is started afresh gets of the session: a file of entries, each a name with
all that it rests on. Functions go by their code, classes by their statements, values by pickle.
"""

from __future__ import annotations

import ast
import functools
import io
import marshal
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from types import CodeType, FunctionType, ModuleType
from typing import Any

from treadle.engine.messages import CellSource
from treadle.engine.store.atomic import scratch_file, write_all
from treadle.engine.store.digest import digest
from treadle.engine.values.bytecode import global_names, names_in, run_at_once
from treadle.engine.worker.child_main import (
    FILLED,
    Entry,
    FunctionState,
    Made,
    Place,
    cached,
    from_main,
    new_function,
    set_function,
)

_MAIN = "__main__"
_CACHED = type(functools.lru_cache(lambda: None))
_ATTRIBUTES = (
    *("__name__", "__qualname__", "__module__", "__doc__"),
    *("__defaults__", "__kwdefaults__", "__annotations__"),
)
_OF_MODULES = ("__name__", "__builtins__", "__doc__", "__loader__", "__package__", "__spec__")
_IN_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
Compile = Callable[[ast.stmt, str], CodeType]


class Definitions:
    """Writes entries of the session's names to a file that other processes inherit."""

    def __init__(
        self,
        names: Mapping[str, Any],
        sources: Callable[[], Iterable[CellSource]],
        parse: Callable[[CellSource], ast.Module],
        compile_statement: Compile,
    ) -> None:
        """`names`: the session's; `sources`: of the cells that have run, in order."""
        self._names = names
        self._sources = sources
        self._parse = parse
        self._compile = compile_statement
        self.unsent: dict[str, str] = {}  # names whose values can't be sent, and why
        self._start_file()
        os.register_at_fork(after_in_child=self._start_file)  # else both write to one

    def _start_file(self) -> None:
        self._places: dict[str, tuple[dict[str, Any], Place]] = {}
        self._written: dict[str, Place] = {}  # by digest
        self._descriptor: int | None = None

    @property
    def descriptor(self) -> int:
        """That of the file."""
        if self._descriptor is None:
            self._descriptor = scratch_file("definitions")
        return self._descriptor

    def forget(self) -> None:
        """A new process gets the values as they are now."""
        self._places.clear()

    def place_of(self, name: str) -> Place:
        """Where it stands, with all that it rests on: written unless it was, and is unchanged.
        Raises PicklingError."""
        known = self._places.get(name)
        if known is not None and all(self._names.get(each) is v for each, v in known[0].items()):
            return known[1]
        entries = self._entries(name)
        if name not in entries:
            raise pickle.PicklingError(f"`{name}` can't be sent: {self.unsent[name]}")
        place = self._write(pickle.dumps(entries))
        named = {each for entry in entries.values() for each in (*entry.first, *entry.needs)}
        values = {each for each, entry in entries.items() if entry.kind == "value"}
        found = {name, *named} - values - self.unsent.keys()
        self._places[name] = {each: self._names.get(each) for each in found}, place
        return place

    def _write(self, data: bytes) -> Place:
        known = digest(data)
        if known not in self._written:
            offset = sum(place.length for place in self._written.values())
            write_all(self.descriptor, memoryview(data))
            self._written[known] = Place(self.descriptor, offset, len(data))
        return self._written[known]

    def _entries(self, name: str) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        waiting = [name]
        while waiting:
            each = waiting.pop()
            if each in found or each not in self._names or each in _OF_MODULES:
                continue
            try:
                entry = found[each] = self._entry(each)
            except Exception as failure:  # whatever an object's own methods raise
                self.unsent[each] = f"{type(failure).__name__}: {failure}"
                continue
            waiting += (*entry.first, *entry.needs)
        return found

    def _entry(self, name: str) -> Entry:
        """Raises what keeps it from being sent."""
        value = self._names[name]
        by_name = isinstance(value, type) or _is_of_typing(value)  # pickle knows no more of them
        if by_name and name_in(self._names, value) == name:
            return self._made(name, value)
        kind = "definition" if isinstance(value, FunctionType | ModuleType | _CACHED) else "value"
        data, needs = self._pickled(value, value)
        return Entry(
            kind, data, needs, empty=type(value) if needs and type(value) in FILLED else None
        )

    def _made(self, name: str, value: Any) -> Entry:  # noqa: ANN401
        """What its statement makes again: a class, or a variable for types."""
        statement = self._statement(name, value)
        first = {*names_in(run_at_once(statement))[0]}
        later = {*global_names(statement)[0]}
        held = {}
        for attribute, content in _held(value) if isinstance(value, type) else ():
            try:
                held[attribute], needs = self._pickled(content, None)
            except Exception:  # it is there as the statement makes it
                continue
            later.update(needs)
        made = Made(marshal.dumps(statement), held)
        others = tuple(sorted(first - {name}))
        return Entry("definition", pickle.dumps(made), tuple(sorted(later)), others)

    def _statement(self, name: str, value: Any) -> CodeType:  # noqa: ANN401
        """The code of the last statement that can have made the value."""
        for source in reversed([*self._sources()]):
            try:
                tree = self._parse(source)
            except SyntaxError:
                continue
            for statement in reversed([*_binding(name, tree.body)]):
                lines = range(statement.lineno, (statement.end_lineno or 0) + 1)
                if _may_be_from(value, source.file, lines):
                    return self._compile(statement, source.file)
        raise pickle.PicklingError(f"the statement that made `{name}` is not in the document")

    def _pickled(self, value: object, top: object) -> tuple[bytes, tuple[str, ...]]:
        """The pickle of a value, and the names that it needs; `top` does not go by its name."""
        buffer = io.BytesIO()
        pickler = _Pickler(buffer, self._names, top)
        pickler.dump(value)
        return buffer.getvalue(), tuple(sorted(pickler.needs))


class _Pickler(pickle.Pickler):
    """Writes what the session has a name for by that name, and other functions by their code."""

    def __init__(self, file: io.BytesIO, names: Mapping[str, Any], top: object) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._names = names
        self._top = top
        self.needs: set[str] = set()

    def reducer_override(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, ModuleType):
            return _module(value)
        if not isinstance(value, type | FunctionType | _CACHED) and not _is_of_typing(value):
            return NotImplemented
        if value is not self._top and (name := name_in(self._names, value)):
            self.needs.add(name.partition(".")[0])
            return from_main, (name,)
        if isinstance(value, FunctionType) and _is_without_name(value):
            return self._function(value)
        if isinstance(value, _CACHED) and value.__module__ == _MAIN:
            return cached, (value.__wrapped__, value.cache_parameters())
        return NotImplemented

    def _function(self, function: FunctionType) -> Any:  # noqa: ANN401
        module = function.__globals__.get("__name__", _MAIN)
        if module == _MAIN:
            self.needs.update(global_names(function.__code__)[0])
        cells = function.__closure__ or ()
        attributes = {name: getattr(function, name) for name in _ATTRIBUTES}
        state = FunctionState(attributes, function.__dict__, tuple(map(_content, cells)))
        new = (marshal.dumps(function.__code__), module, len(cells))
        return new_function, new, state, None, None, set_function


def _module(value: ModuleType) -> Any:  # noqa: ANN401
    if sys.modules.get(value.__name__) is not value:
        raise pickle.PicklingError(f"no import finds the module `{value.__name__}`")
    return import_module, (value.__name__,)


def _is_of_typing(value: object) -> bool:
    return type(value).__module__ == "typing" and hasattr(value, "__name__")


def name_of(value: object) -> str:
    """What it calls itself; empty: nothing."""
    names = (_attribute(value, name) for name in ("__qualname__", "__name__"))
    return next((name for name in names if isinstance(name, str)), "")


def _attribute(value: object, name: str) -> object:
    """An attribute, without code of the value's class: a `__getattr__` may raise anything."""
    with suppress(AttributeError):
        return object.__getattribute__(value, name)
    return None


def name_in(names: Mapping[str, Any], value: Any) -> str:  # noqa: ANN401
    """The dotted name by which the session has a function or class; empty: it has none."""
    dotted = name_of(value)
    if _attribute(value, "__module__") != _MAIN or not dotted:
        return ""
    first, *rest = dotted.split(".")
    found = names.get(first)
    for attribute in rest:
        found = getattr(found, attribute, None)
    return dotted if found is value else ""


def _is_without_name(function: FunctionType) -> bool:
    """Whether no module has it under its name: one that another function has made, as a rule."""
    if function.__module__ == _MAIN:
        return True
    return "<locals>" in function.__qualname__ or function.__name__ == "<lambda>"


def _content(cell: Any) -> tuple[Any, ...]:  # noqa: ANN401
    try:
        return (cell.cell_contents,)
    except ValueError:  # nothing is bound to it yet
        return ()


def _binding(name: str, body: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """The statements, but for those in functions and classes, that bind a name to a class."""
    for statement in body:
        if isinstance(statement, ast.ClassDef) and statement.name == name:
            yield statement
        targets = statement.targets if isinstance(statement, ast.Assign) else ()
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(statement, ast.stmt)
            yield statement
        if not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for block in _IN_BLOCKS:
                yield from _binding(name, getattr(statement, block, ()))


def _may_be_from(value: object, file: str, lines: range) -> bool:
    """Whether a class may come from there: a method of its own tells."""
    inside = vars(value).values() if isinstance(value, type) else ()
    codes = [item.__code__ for item in inside if isinstance(item, FunctionType)]
    codes = [code for code in codes if code.co_qualname.startswith(f"{name_of(value)}.")]
    here = [code.co_firstlineno in lines for code in codes if code.co_filename == file]
    return any(here) or not here


def _held(value: type) -> Iterator[tuple[str, Any]]:
    """What the class holds besides what makes it a class, as it may have been set since."""
    if hasattr(value, "__members__"):  # an enumeration can't be changed
        return
    for name, content in vars(value).items():
        if name.startswith("__") or name == "_abc_impl":
            continue
        if isinstance(content, FunctionType):
            if not content.__qualname__.startswith(f"{value.__qualname__}."):
                yield name, content
        elif not hasattr(content, "__get__"):
            yield name, content
