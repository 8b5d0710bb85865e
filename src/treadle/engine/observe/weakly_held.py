"""What a place of a module held, known without holding on to it: who drops it must see it go.

A list or a dictionary can't be referred to weakly, and its identity is given to the next one once
it is gone. But places look into it as well; one that holds the same is as good as the same.
"""

from __future__ import annotations

import weakref
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from treadle.engine.identity import identity
from treadle.engine.observe.ownership import is_projects
from treadle.engine.values.atoms import ATOMS

_CODE: Final = frozenset({FunctionType, MethodType})
_SOME: Final = 10  # of what a container holds
ON_HEAP: Final = 1 << 9  # of a type: made when the program runs, not with the interpreter


class Gone(NamedTuple):
    """In the place of what can't be had any more."""

    given: bool  # it was of the project's making, or held what was


class _Weakly(weakref.ref[Any]):
    __slots__ = ("module",)
    module: str


class _Container(NamedTuple):
    identity: int
    modules: frozenset[str]


def remembered(value: Any) -> object:  # noqa: ANN401
    """What tells later whether something else is this value."""
    kind = type(value)
    if kind in ATOMS or kind is ModuleType or _is_for_good(value):
        return value
    try:
        known = _Weakly(value)
    except TypeError:
        return _container(value) if issubclass(kind, list | dict) else value
    known.module = _module_of(value)
    return known


def _is_for_good(value: Any) -> bool:  # noqa: ANN401
    """Whether it was made in C for as long as the process lives: nobody sees it go."""
    if type(value) is BuiltinFunctionType:
        return type(value.__self__) is ModuleType
    return type(value) is type and not value.__flags__ & ON_HEAP


def _container(value: Any) -> _Container:  # noqa: ANN401
    items = dict.values(value) if isinstance(value, dict) else list.__iter__(value)
    return _Container(identity(value), frozenset(map(_module_of, islice(items, _SOME))))


def is_still(known: object, value: object) -> bool:
    """Whether the value is the one that is known. What is gone is no value, and not None either."""
    if type(known) is _Weakly:
        return value is not None and known() is value
    if type(known) is _Container:
        return known.identity == identity(value)
    if known is value:
        return True
    return type(known) is type(value) and type(known) in ATOMS and known == value


def recalled(known: object) -> object:
    """The value that is known, or `Gone`."""
    if type(known) is _Container:
        return Gone(any(map(is_projects, known.modules)))
    if type(known) is not _Weakly:
        return known
    value = known()
    return Gone(is_projects(known.module)) if value is None else value


def _module_of(value: Any) -> str:  # noqa: ANN401
    kind = type(value)
    is_code = kind in _CODE or issubclass(kind, type)
    return str(getattr(value if is_code else kind, "__module__", ""))
