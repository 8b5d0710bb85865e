"""NumPy's arrays: how they lie in memory, and arrays made anew over memory that was kept."""

from __future__ import annotations

import sys
from typing import Any, Final

from treadle.engine.values.memory import Memory, Piece, bounds, origin_of_array
from treadle.engine.values.objects import reduced
from treadle.engine.values.reduction import Opaque, Parts, Reduction, Unseen
from treadle.engine.values.world import World

# ruff: noqa: ANN401  (numpy is never imported here)


# These are no more than an array with another look.
_PLAIN: Final = frozenset({"numpy.ndarray", "numpy.matrix", "numpy.recarray", "numpy.rec.recarray"})
_KEEPERS: Final = frozenset({"NoneType", "PyCapsule", "bytes", "str", "_memoryviewslice"})


def dtype(value: Any, world: World) -> Reduction:
    """The type of an array's items."""
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
    """A type of items."""
    numpy: Any = sys.modules["numpy"]
    return numpy.dtype(*arguments)


def make_number(char: str, order: str) -> Any:
    """A type of numbers."""
    found = make_dtype(char)
    return found if order in "=|" else found.newbyteorder(order)


def make_record(
    fields: tuple[tuple[str, Any, int, str | None], ...], size: int, aligned: bool
) -> Any:
    """A type of items with names for their fields."""
    names = ("names", "formats", "offsets", "titles")
    content: dict[str, Any] = dict(zip(names, map(list, zip(*fields, strict=True)), strict=True))
    return make_dtype({**content, "itemsize": size}, aligned)


def array(value: Any, world: World) -> Reduction:
    """An array of any kind."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in ("numpy.memmap", "numpy._core.memmap.memmap"):
        return Opaque("an array in a mapped file")
    memory = _memory(value)
    if isinstance(memory, Opaque):
        return memory
    if value.dtype.hasobject or value.dtype.kind == "T" or name not in _PLAIN:
        return _by_items(value, world, plain_type=name in _PLAIN)
    address = value.__array_interface__["data"][0]
    # Of large arrays, whether they own their memory is not kept.
    owns = Unseen(value.flags.owndata)
    place = (value.shape, value.strides, value.dtype, value.flags.writeable, owns)
    names = getattr(value, "__dict__", None) or None
    parts = Parts(make_array, (kind, memory, address - memory.start, *place))
    if names:
        parts = parts._replace(state=names, setter=set_names)
    return parts if memory.keeper is value else parts._replace(extra=(memory.keeper,))


def make_array(
    kind: Any,
    memory: Piece,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    dtype: Any,
    writeable: bool,
    owns: bool,
) -> Any:
    """An array over memory that was kept, or the very one whose memory it is."""
    numpy: Any = sys.modules["numpy"]
    if owns and type(memory.owner) is kind:
        value = memory.owner
    else:
        value = numpy.ndarray.__new__(kind, shape, dtype, memory.array(), offset, strides)
    value.flags.writeable = writeable
    return value


def set_names(value: Any, names: dict[str, Any]) -> None:
    """Give an array its attributes."""
    value.__dict__.update(names)


def set_masked(value: Any, state: tuple[Any, ...]) -> None:
    """Give a masked array its items; one without a filling stays without."""
    value.__setstate__(state)
    if state[-1] is None:
        value._fill_value = None


def _by_items(value: Any, world: World, *, plain_type: bool) -> Reduction:
    """Arrays of objects, and arrays that know better how they are copied."""
    address = value.__array_interface__["data"][0]
    place = bounds(address, value.itemsize, value.shape, value.strides)
    shared = Memory(*(place if value.size else (0, 0)), value, plain=False)
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
    """An array of objects, empty yet."""
    numpy: Any = sys.modules["numpy"]
    return numpy.ndarray.__new__(kind, shape, object, order=order)


def set_objects(value: Any, state: tuple[list[Any], bool, dict[str, Any] | None]) -> None:
    """Fill an array of objects."""
    items, writeable, names = state
    numpy: Any = sys.modules["numpy"]
    value[...] = numpy.fromiter(items, object, len(items)).reshape(value.shape)
    value.flags.writeable = writeable
    value.__dict__.update(names) if names else None


def _memory(value: Any) -> Memory | Opaque:
    """All the memory of whoever owns what the array lies in."""
    numpy: Any = sys.modules["numpy"]
    top = value
    while isinstance(top.base, numpy.ndarray) or type(top.base).__name__ == "DummyArray":
        # `as_strided` puts something between an array and its base.
        top = top.base if isinstance(top.base, numpy.ndarray) else top.base.base
    keeper: Any = top.base
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(keeper, getattr(torch, "Tensor", ())):
        tensor: Any = keeper
        storage = tensor.untyped_storage()
        start = storage.data_ptr()
        return Memory(start, start + storage.nbytes(), value, origin=("torch",))
    address = top.__array_interface__["data"][0]
    place = bounds(address, top.itemsize, top.shape, top.strides)
    giver = keeper.obj if isinstance(keeper, memoryview) else keeper
    if type(giver).__name__ in _KEEPERS or Piece.holds(giver):
        return Memory(*place, value, origin=origin_of_array(top))
    if _gives_memory(giver):
        return Opaque(f"an array in the memory of a {type(giver).__qualname__}")
    # Its methods may change the memory: whoever holds the array holds it as well.
    return Memory(*place, giver)


def _gives_memory(value: Any) -> bool:
    """Whether others can get at the memory of `value` without our seeing it."""
    try:
        memoryview(value)
    except TypeError:
        return False
    return True
