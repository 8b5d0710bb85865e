"""What a value is taken apart into, for fingerprints and for the store alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class Reference(NamedTuple):
    """Found again by its name in a module."""

    module: str
    name: str
    refs: tuple[str, ...] = ()  # whose content counts beside: "__main__:f"


class Opaque(NamedTuple):
    """Can't be looked into."""

    words: str  # "a generator"
    inside: tuple[Any, ...] = ()  # what it is known to hold on to
    leaves: tuple[Any, ...] = ()  # what it was computed from and may change later


class Parts(NamedTuple):
    """How it is made anew, as `__reduce__` says it."""

    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    state: Any = None
    items: Iterable[Any] | None = None
    pairs: Iterable[tuple[Any, Any]] | None = None
    setter: Callable[[Any, Any], object] | None = None
    frozen: bool = False  # its identity does not matter, as nothing can change it
    extra: Any = None  # counts, and is not stored
    refs: tuple[str, ...] = ()
    apart: bool = False  # its memory is its own, though it may share it with its likes
    refusal: str = ""  # why it can be fingerprinted and not stored, in words


Reduction = Reference | Opaque | Parts


class Unseen:
    """Something that is stored and does not count."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:  # noqa: ANN401
        """What is stored."""
        self.value = value


class ByValue:
    """A function that is taken by its content, though it has a name."""

    __slots__ = ("function",)

    def __init__(self, function: Any) -> None:  # noqa: ANN401
        """The function."""
        self.function = function
