"""NumPy's arrays and the blocks of pandas' frames: where they lie in memory, and made anew."""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from treadle.engine.store.blobs import BlobMemory
from treadle.engine.values.memory import (
    LENT,
    Memory,
    Piece,
    bounds,
    bounds_of_array,
    origin_of_array,
)
from treadle.engine.values.objects import reduced, set_names
from treadle.engine.values.world import Handler, Opaque, Parts, Reduction, Uncounted, World

# These are no more than an array with another look.
_PLAIN: Final = frozenset({"numpy.ndarray", "numpy.matrix", "numpy.recarray", "numpy.rec.recarray"})
_COPIES: Final = 3  # pandas' version from which on frames copy on write
_KEEPERS: Final = frozenset({LENT, "NoneType", "PyCapsule", "bytes", "str", "_memoryviewslice"})


def dtype(value: Any, world: World) -> Reduction:
    if value.metadata is not None or value.kind == "T":
        return reduced(value, world)
    if value.subdtype is not None:
        return Parts(make_dtype, (value.subdtype,), frozen=True)
    if value.names is None and value.kind in "biufc":  # `q` and `l` are alike, and two
        return Parts(make_number, (value.char, value.byteorder), frozen=True)
    if value.names is None:
        return Parts(make_dtype, (value.str,), frozen=True)
    fields = [value.fields[name] for name in value.names]
    place = tuple(
        (name, *field[:2], field[2] if len(field) > 2 else None)
        for name, field in zip(value.names, fields, strict=True)
    )
    return Parts(make_record, (place, value.itemsize, value.isalignedstruct), frozen=True)


def make_dtype(*arguments: Any) -> Any:
    numpy: Any = sys.modules["numpy"]
    return numpy.dtype(*arguments)


def make_number(char: str, order: str) -> Any:
    found = make_dtype(char)
    return found if order in "=|" else found.newbyteorder(order)


def make_record(
    fields: tuple[tuple[str, Any, int, str | None], ...], size: int, aligned: bool
) -> Any:
    names = ("names", "formats", "offsets", "titles")
    content: dict[str, Any] = dict(zip(names, map(list, zip(*fields, strict=True)), strict=True))
    return make_dtype({**content, "itemsize": size}, aligned)


def array(value: Any, world: World) -> Reduction:
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in ("numpy.memmap", "numpy._core.memmap.memmap"):
        return Opaque("an array in a mapped file")
    memory = _memory(value)
    if isinstance(memory, Opaque):
        return memory
    if value.dtype.hasobject or value.dtype.kind == "T" or name not in _PLAIN:
        return _by_items(value, world, plain_type=name in _PLAIN)
    start = value.__array_interface__["data"][0] - memory.start
    layout = (value.shape, value.dtype, start, value.strides)
    # Of large arrays, whether they own their memory is not kept.
    owns = Uncounted(value.flags.owndata)
    parts = Parts(make_array, (kind, memory, layout, value.flags.writeable, owns))
    names = getattr(value, "__dict__", None) or None
    if names:
        parts = parts._replace(state=names, setter=set_names)
    return parts if memory.keeper is value else parts._replace(extra=(memory.keeper,))


def make_array(
    kind: Any, memory: Piece, layout: tuple[Any, ...], writeable: bool, owns: bool
) -> Any:
    """An array over memory that was kept, or the very one whose memory it is."""
    if owns and type(memory.owner) is kind:
        value = memory.owner
    else:
        shape, dtype, start, strides = layout
        numpy: Any = sys.modules["numpy"]
        value = numpy.ndarray.__new__(kind, shape, dtype, memory.array(), start, strides)
    value.flags.writeable = writeable
    return value


def set_masked(value: Any, state: tuple[Any, ...]) -> None:
    """Give a masked array its items; one without a filling stays without."""
    value.__setstate__(state)
    if state[-1] is None:
        value._fill_value = None


def _by_items(value: Any, world: World, *, plain_type: bool) -> Reduction:
    """Arrays of objects, and arrays that know better how they are copied."""
    shared = Memory(*bounds_of_array(value), value, plain=False)
    flags = value.flags
    if not plain_type or value.dtype != object or not flags.forc:
        red = reduced(value, world)
        if not isinstance(red, Parts):
            return red
        extra = (shared, value.shape, value.strides, flags.writeable, red.extra)
        masked = type(value).__name__ == "MaskedArray" and type(red.state) is tuple
        setter = set_masked if masked else red.setter
        return red._replace(extra=extra, setter=setter)
    order = "C" if flags.c_contiguous else "F"
    return Parts(
        make_objects,
        (type(value), value.shape, order),
        (list(value.ravel()), flags.writeable, getattr(value, "__dict__", None) or None),
        setter=set_objects,
        extra=shared,
    )


def make_objects(kind: Any, shape: tuple[int, ...], order: str) -> Any:
    numpy: Any = sys.modules["numpy"]
    return numpy.ndarray.__new__(kind, shape, object, order=order)


def set_objects(value: Any, state: tuple[list[Any], bool, dict[str, Any] | None]) -> None:
    items, writeable, names = state
    numpy: Any = sys.modules["numpy"]
    value[...] = numpy.fromiter(items, object, len(items)).reshape(value.shape)
    value.flags.writeable = writeable
    value.__dict__.update(names) if names else None


def _memory(value: Any) -> Memory | Opaque:
    """All the memory of whoever owns what the array lies in."""
    numpy: Any = sys.modules["numpy"]
    torch: Any = sys.modules.get("torch")
    top: Any = value
    giver: Any = _giver(value)
    while isinstance(giver, numpy.ndarray):
        top, giver = giver, _giver(giver)
    if isinstance(giver, getattr(torch, "Tensor", ())):
        tensor: Any = giver
        storage = tensor.untyped_storage()
        start = storage.data_ptr()
        return Memory(start, start + storage.nbytes(), value, origin=("torch",))
    address = top.__array_interface__["data"][0]
    place = bounds(address, top.itemsize, top.shape, top.strides)
    if type(giver).__name__ in _KEEPERS or isinstance(giver, BlobMemory):
        return Memory(*place, value, origin=origin_of_array(top))
    if _gives_memory(giver):
        return Opaque(f"an array in the memory of a {type(giver).__qualname__}")
    # Its methods may change the memory: whoever holds the array holds it as well.
    return Memory(*place, giver)


def _giver(array: Any) -> Any:
    """Whose memory an array lies in: another array's, or that of something else."""
    base = array.base
    if type(base).__name__ == "DummyArray":  # which `as_strided` puts between an array and its base
        base = base.base
    return base.obj if isinstance(base, memoryview) else base


def _gives_memory(value: Any) -> bool:
    """Whether others can get at the memory of `value` without our seeing it."""
    try:
        memoryview(value)
    except TypeError:
        return False
    return True


# --- blocks of frames ---
#
# With copy on write, frames that share memory behave as if each had its own. The note of who
# shares is not pickled, so that blocks that come back must not share: each gets a copy.


def block(value: Any, world: World) -> Reduction:
    red = reduced(value, world)
    if not isinstance(red, Parts) or not _copies_on_write():
        return red
    return Parts(operator.call, (red.make, *red.arguments), red.state, make_copy=copy_block)


def column(value: Any, world: World) -> Reduction:
    """What manages the one block of a column: pandas itself would take it apart into arrays."""
    if not _copies_on_write():
        return reduced(value, world)
    return Parts(type(value), (value.blocks[0], value.axes[0]))


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
    "numpy.ndarray": array,
    "numpy.dtype": dtype,
    "pandas.core.internals.managers.SingleBlockManager": column,
    "pandas._libs.internals.Block": block,
    "pandas.core.internals.blocks.Block": block,
}
