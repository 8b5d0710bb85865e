"""The canonical walk: a stream of bytes for each name, equal where the values behave equally.

Pickle's own bytes would not do: they tell apart equal strings that are one object or two, and say
nothing of memory. Here, what can change is numbered when it is first met, and a later meeting is
written as its number: so the stream says what is shared, and in what way. What can't change is
written by its content, wherever it is met, as it must not matter which of two equal ones it is.
"""

from __future__ import annotations

import sys
from time import thread_time
from types import FunctionType
from typing import Any, Final

from treadle.engine.values.allowance import Allowance, TooMuchError
from treadle.engine.values.atoms import ATOMS, is_nan
from treadle.engine.values.meetings import ValueStream
from treadle.engine.values.reductions import Reference
from treadle.engine.values.types.functions_and_classes import (
    class_by_value,
    function_by_value,
    recipe,
)
from treadle.engine.values.types.objects import singletons
from treadle.engine.values.value_writer import PER_LENGTH, TEXTS, ValueWriter
from treadle.engine.values.world import MAIN, World

_DEEPEST: Final = 60_000  # frames of Python, which take no C stack


class Walk(ValueWriter):
    """A walk over several names; what they share links them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._is_new = False

    def add(
        self, name: str, value: Any, most: int, allowance: Allowance, *, is_new: bool = False
    ) -> str:
        """Walk a value; else why not, in words, and nothing is known of it: it has more than `most`
        objects, more than there is time for (`TOO_LONG`), or is nested too deeply. There always is
        time for the least that can be asked for, `STRIDE`. Where it `is_new`, it takes time to keep
        it, too: without that, looking at it is of no use."""
        self._stream = stream = ValueStream(name)
        self._out = stream.data
        self._count, self._changing, self._block, self._is_new = 0, 0, 0, is_new
        self._start(most, allowance)
        self.streams.append(stream)
        begun = thread_time()
        try:
            self._whole(name, value)
        except RecursionError:
            self._forget_last()
            return "is nested too deeply, which can't be stored"
        except TooMuchError as failure:
            self._forget_last()
            return str(failure)
        stream.weight = self._weight
        stream.seconds = thread_time() - begun
        return ""

    def _to_come(self) -> int:
        return self._stream.times if self._is_new and not self._stream.bare else 0

    def _whole(self, name: str, value: Any) -> None:
        encode = ATOMS.get(type(value))
        if encode is not None and not is_nan(value) and not self._identities.may_be_one(value):
            if type(value) in TEXTS:
                self._weigh(len(value) // PER_LENGTH)
            self._out += encode(value)
            return
        if not self._singletons:
            self._in_modules = self._world.module_objects.places()
            self._singletons = singletons(self._world.singletons)
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEPEST))
        try:
            self._root(name, value)
        finally:
            sys.setrecursionlimit(limit)

    def _root(self, name: str, value: Any) -> None:
        """A class or function is walked itself only where it is what its name stands for."""
        is_class = isinstance(value, type)
        red = self._world.reduce(value) if is_class or type(value) is FunctionType else None
        if not isinstance(red, Reference) or (red.module, red.name) != (MAIN, name):
            self._visit(value)
            return
        self._stream.defined = True
        if not is_class:
            red = function_by_value(value, self._world)
            self._stream.is_own(red)  # no other of its dotted name is
            self._stream.own.update(red.refs)
            self._parts(red._replace(setter=None, refs=(), refusal=""))
            return
        self._parts(class_by_value(value))
        if recipe(value) is not None:
            self._stream.refused = ""
