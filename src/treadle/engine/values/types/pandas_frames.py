"""pandas' frames: what their columns hold, and the blocks that these lie in.

With copy on write, frames that share memory behave as if each had its own. The note of who
shares is not pickled, so that blocks that come back must not share: each gets a copy.

What a frame is, its columns say. In which blocks they lie comes of how it was made (`df[:]` and
`df.copy()` lie otherwise), and makes no difference as long as each column lies in one piece.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from treadle.engine.values.reductions import Parts, Reduction
from treadle.engine.values.regions import Memory
from treadle.engine.values.types.objects import taken_apart
from treadle.engine.values.world import Handler, World

_COPIES: Final = 3  # pandas' version from which on frames copy on write
_MANY: Final = 100  # blocks, beyond which pandas warns
_OWN_BUSINESS: Final = frozenset({"_cache", "_readonly"})  # of an array in a block


def block(value: Any, world: World) -> Reduction:
    red = taken_apart(value, world)
    if not isinstance(red, Parts) or not _copies_on_write():
        return red
    return Parts(operator.call, (red.make, *red.arguments), red.state, make_copy=copy_block)


def column(value: Any, world: World) -> Reduction:
    """What manages the one block of a column: pandas itself would take it apart into arrays."""
    if not _copies_on_write():
        return taken_apart(value, world)
    counted = (_counted(value.blocks[0].values, world), value.axes[0])
    return Parts(
        type(value), (value.blocks[0], value.axes[0]), columns=((value.blocks[0], counted),)
    )


def frame(value: Any, world: World) -> Reduction:
    red = taken_apart(value, world)
    in_pieces = all(_in_pieces(each.values) for each in value.blocks)
    if not isinstance(red, Parts) or not _copies_on_write() or not in_pieces:
        return red
    alone, many = len(value.blocks) == 1, len(value.blocks) > _MANY
    columns = (*_columns(value, world), (None, (value.axes, alone, many)))
    return red._replace(columns=columns)


def _in_pieces(values: Any) -> bool:
    """Whether what belongs to a column lies together."""
    if values.ndim < 2 or min(values.shape) < 2 or type(values).__module__ != "numpy":
        return True
    of_columns, of_rows = map(abs, values.strides)
    return bool(of_rows <= of_columns)


def _columns(value: Any, world: World) -> Iterator[tuple[Any, Any]]:
    """The block that each column lies in, and what of it counts."""
    for number, place in zip(value.blknos, value.blklocs, strict=True):
        values = value.blocks[number].values
        yield value.blocks[number], _counted(values[place] if values.ndim == 2 else values, world)


def _counted(values: Any, world: World) -> Any:
    """An array of NumPy as it is; of another who it is, and what it says, but for what a view of
    it says otherwise."""
    red = world.reduce(values)
    if type(values).__module__ == "numpy" or not isinstance(red, Parts):
        return (values,)
    itself = Memory(id(values), id(values) + 1, values, plain=False)
    return itself, red.make, red.arguments, _unviewed(red.state)


def _unviewed(state: Any) -> Any:
    """A state without what a view says otherwise, and without what then says nothing."""
    if type(state) is tuple:
        return tuple(part for part in map(_unviewed, state) if type(part) is not dict or part)
    if type(state) is not dict:
        return state
    return {name: item for name, item in state.items() if name not in _OWN_BUSINESS}


def copy_block(make: Callable[..., Any], values: Any, *rest: Any) -> Any:
    """A block over a copy of these values, that lies as they do."""
    copied = values.copy("K") if type(values).__module__ == "numpy" else values.copy()
    names = getattr(values, "__dict__", None)
    if names:
        copied.__dict__.update(names)
    return make(copied, *rest)


def _copies_on_write() -> bool:
    pandas: Any = sys.modules.get("pandas")
    version = str(getattr(pandas, "__version__", "0")).partition(".")[0]
    if version.isdecimal() and int(version) >= _COPIES:
        return True
    asked = getattr(sys.modules.get("pandas._config"), "using_copy_on_write", None)
    return bool(asked is not None and asked())


HANDLERS: Final[Mapping[str, Handler]] = {
    "pandas.core.internals.managers.SingleBlockManager": column,
    "pandas.core.internals.managers.BlockManager": frame,
    "pandas._libs.internals.Block": block,
    "pandas.core.internals.blocks.Block": block,
}
