"""The blocks of pandas' frames: in memory they may be shared, and are not for whoever uses them.

With copy on write, frames that share memory behave as if each had its own. The note of who
shares is not pickled, so that blocks that come back must not share: each gets a copy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from treadle.engine.values.memory import Memory, bounds
from treadle.engine.values.objects import reduced
from treadle.engine.values.reduction import Parts, Reduction
from treadle.engine.values.world import World

# ruff: noqa: ANN401  (pandas is never imported here)


_COPIES: Final = 3  # pandas' version from which on frames copy on write


def block(value: Any, world: World) -> Reduction:
    """A block of a frame's columns."""
    red = reduced(value, world)
    if not isinstance(red, Parts) or not _copies_on_write():
        return red
    return Parts(make_block, (red.make, *red.arguments), red.state, apart=True)


def column(value: Any, world: World) -> Reduction:
    """What manages the one block of a column: pandas itself would take it apart into arrays."""
    if not _copies_on_write():
        return reduced(value, world)
    return Parts(make_column, (type(value), value.blocks[0], value.axes[0]))


def make_column(kind: Any, only: Any, index: Any) -> Any:
    """The manager of a block."""
    return kind(only, index)


def make_block(make: Callable[..., Any], values: Any, *rest: Any) -> Any:
    """A block over these values."""
    return make(values, *rest)


def copy_block(make: Callable[..., Any], values: Any, *rest: Any) -> Any:
    """A block over a copy of these values, that lies as they do."""
    copied = values.copy("K") if type(values).__module__ == "numpy" else values.copy()
    names = getattr(values, "__dict__", None)
    if names:
        copied.__dict__.update(names)
    return make(copied, *rest)


def array_apart(value: Any, block: int) -> tuple[Memory, tuple[Any, ...]]:
    """Where an array of a block lies, and what of its layout counts."""
    address = value.__array_interface__["data"][0]
    place = bounds(address, value.itemsize, value.shape, value.strides)
    strides = zip(value.strides, value.shape, range(value.ndim), strict=True)
    order = tuple(axis for _, _, axis in sorted(each for each in strides if each[1] > 1))
    memory = Memory(*(place if value.size else (0, 0)), value, block=block)
    return memory, (value.dtype, value.shape, order, value.flags.writeable)


def _copies_on_write() -> bool:
    pandas: Any = sys.modules.get("pandas")
    version = str(getattr(pandas, "__version__", "0")).partition(".")[0]
    if version.isdecimal() and int(version) >= _COPIES:
        return True
    asked = getattr(sys.modules.get("pandas._config"), "using_copy_on_write", None)
    return bool(asked is not None and asked())
