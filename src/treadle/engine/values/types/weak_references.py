"""Weak references and proxies, which come back with what they refer to, where that is kept too."""

from __future__ import annotations

import gc
import weakref
from typing import Any

from treadle.engine.values.reductions import Opaque, Parts, Reduction
from treadle.engine.values.sharing.reach import is_of_process
from treadle.engine.values.types.objects import named
from treadle.engine.values.world import World


def reference(value: Any, _: World) -> Reduction:
    """It must not be kept without what it refers to; where it tells somebody of the end, only its
    maker makes it."""
    target = value()
    if target is None or is_of_process(target):
        return Opaque(named(type(value)))
    told = gc.get_referents(value)
    if type(value) is weakref.ref and not told:
        return Parts(weakref.ref, (target,), weak=target)
    return Opaque(named(type(value)), (target, *told), ends=bool(told))


def proxy(value: Any, _: World) -> Reduction:
    """What stands for another object, all of whose methods it has."""
    try:
        target = value.__repr__.__self__
    except ReferenceError:
        return Opaque("a weak proxy of something that is gone")
    if told := gc.get_referents(value):
        return Opaque("a weak proxy", (target, *told), ends=True)
    return Parts(weakref.proxy, (target,), weak=target)


def finalizer(value: Any, _: World) -> Reduction:
    """What is called when something is gone."""
    return Opaque("a finalizer", value.peek() or ())
