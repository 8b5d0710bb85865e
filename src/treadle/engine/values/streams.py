"""What a walk over the value of one name has found."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct, field

from treadle.engine.values.regions import Memory

_TAKEN_APART: Final = 4  # and made anew, and looked at again


class ValueStream(Struct):
    name: str
    data: bytearray = field(default_factory=bytearray)
    memory: list[Memory] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    leaves: list[Any] = field(default_factory=list)  # what something opaque was computed from
    ends: bool = False  # something in it does something when it ends
    opaque: str = ""  # what in it can't be looked into, in words
    bare: bool = False  # and nothing can stand for something of it
    hidden: list[Any] = field(default_factory=list)  # and itself
    weak: list[Any] = field(default_factory=list)  # what it refers to, and does not hold on to
    refused: str = ""  # what in it can't be stored, in words
    plain: bool = True  # nothing but what pickle is known to keep as it is
    in_module: bool = False  # it is, or holds, an object of a module, and comes back as that
    defined: bool = False  # it is a class or function of this very name
    weight: int = 0  # how many objects were looked at, or what is as much work
    seconds: float = 0.0  # what that took
    unseen: str = ""  # why it was not looked at to its end, in words

    @property
    def times(self) -> int:
        """How many times as long as looking at it takes keeping it."""
        return 1 if self.plain else _TAKEN_APART
