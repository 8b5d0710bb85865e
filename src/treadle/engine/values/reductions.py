"""What a value is taken apart into, for fingerprints and for the store alike."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

from msgspec import Struct

EMPTY: Final = "empty"  # an object that holds nothing
SEVERED: Final = "severed"  # a tensor without its graph


class Reference(NamedTuple):
    """Found again by its name in a module."""

    module: str
    name: str
    refs: tuple[str, ...] = ()  # whose content counts beside: "__main__:f"
    kept: bool = False  # an object that a library has put there: another one, or none, elsewhere


class Opaque(NamedTuple):
    """Can't be looked into."""

    words: str  # "a generator"
    inside: tuple[Any, ...] = ()  # what it is known to hold on to
    leaves: tuple[Any, ...] = ()  # what it was computed from and may change later
    # What can stand for it: `EMPTY` or `SEVERED`, and all that is known of it.
    instead: tuple[str, tuple[Any, ...]] | None = None
    ends: bool = False  # its end does something: runs code, writes to a file


class Parts(NamedTuple):
    """How it is made anew, as `__reduce__` says it."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    state: Any = None
    items: Collection[Any] | None = None
    pairs: Collection[tuple[Any, Any]] | None = None
    setter: Callable[[Any, Any], object] | None = None
    frozen: bool = False  # its identity does not matter, as nothing can change it
    extra: Any = None  # counts, and is not stored
    refs: tuple[str, ...] = ()
    # In the place of `make`, over a copy of its memory: where that is its own, though it may lie
    # in the memory of others of its kind, as the blocks of frames do.
    make_copy: Callable[..., Any] | None = None
    # What counts in the place of its arguments and state, and the block of a frame in which each
    # of it lies, if any.
    columns: tuple[tuple[Any, Any], ...] | None = None
    refusal: str = ""  # why it can be fingerprinted and not stored, in words
    weak: Any = None  # what of it lives only as long as somebody else holds on to it


Reduction = Reference | Opaque | Parts


class Uncounted(Struct, frozen=True):
    """Something that is stored and does not count."""

    value: Any


class ByValue(Struct, frozen=True):
    """A function that is taken by its content, though it has a name."""

    function: Any


class ModuleGlobals(Struct, frozen=True):
    """The global names of a module, as a function's globals: those of whoever loads it."""

    module: str
