"""NumPy's arrays, torch's tensors: where they lie, and made anew. `HANDLERS`: pandas' as well."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from treadle.engine.store.blobs import BlobMemory
from treadle.engine.values.reductions import SEVERED, Opaque, Parts, Reduction, Uncounted
from treadle.engine.values.regions import (
    LENT,
    Memory,
    Piece,
    bounds,
    origin_of_array,
)
from treadle.engine.values.types import pandas_frames as frames
from treadle.engine.values.types import torch_graphs
from treadle.engine.values.types.objects import named, set_names, taken_apart
from treadle.engine.values.world import Handler, World

# These are no more than an array with another look.
_PLAIN: Final = frozenset({"numpy.ndarray", "numpy.matrix", "numpy.recarray", "numpy.rec.recarray"})
_COMPRESSED: Final = ("crow_indices", "col_indices", "values")
_MADE_OF: Final = {
    "torch.sparse_coo": ("_indices", "_values"),
    **dict.fromkeys(("torch.sparse_csr", "torch.sparse_bsr"), _COMPRESSED),
    **dict.fromkeys(
        ("torch.sparse_csc", "torch.sparse_bsc"), ("ccol_indices", "row_indices", "values")
    ),
}
_KEEPERS: Final = frozenset({LENT, "NoneType", "PyCapsule", "bytes", "str", "_memoryviewslice"})


def dtype(value: Any, world: World) -> Reduction:
    if value.metadata is not None or value.kind == "T":
        return taken_apart(value, world)
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
        return Opaque("an array in a mapped file", (value._mmap,))
    memory = _memory(value)
    if isinstance(memory, Opaque):
        return memory
    if value.dtype.hasobject or value.dtype.kind == "T" or name not in _PLAIN:
        return _by_items(value, world, plain_type=name in _PLAIN)
    start = value.__array_interface__["data"][0] - memory.start
    layout = (value.shape, value.dtype, start, value.strides)
    # While it is tried whether they come back, none owns its memory.
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
        value = numpy.ndarray.__new__(kind, shape, dtype, memory.array, start, strides)
    value.flags.writeable = writeable
    return value


def set_masked(value: Any, state: tuple[Any, ...]) -> None:
    """Give a masked array its items; one without a filling stays without."""
    value.__setstate__(state)
    if state[-1] is None:
        value._fill_value = None


def _by_items(value: Any, world: World, *, plain_type: bool) -> Reduction:
    """Arrays of objects, and arrays that know better how they are copied."""
    shared = Memory(*bounds(value), value, plain=False)
    flags = value.flags
    if not plain_type or value.dtype != object or not flags.forc:
        red = taken_apart(value, world)
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
    place = bounds(top)
    if type(giver).__name__ in _KEEPERS or isinstance(giver, BlobMemory):
        return Memory(*place, value, origin=origin_of_array(top))
    if _gives_memory(giver):
        return Opaque(f"an array in the memory of a {type(giver).__qualname__}", (giver,))
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


def row(value: Any, world: World) -> Reduction:
    """A row of a structured array, which is a view of it."""
    if value.base is None:
        return taken_apart(value, world)
    return Opaque(named(type(value)), (value.base,))


def iterator(value: Any, _: World) -> Reduction:
    """`array.flat`, which does not tell the garbage collector what it goes through."""
    return Opaque(named(type(value)), (value.base,))


def iterators(value: Any, _: World) -> Reduction:
    return Opaque(named(type(value)), tuple(value.operands))


# --- torch's tensors ---


def tensor(value: Any, _: World) -> Reduction:
    """A tensor or a parameter on the CPU that no gradient flows through."""
    torch: Any = sys.modules["torch"]
    if trouble := _trouble(value, torch):
        node = torch_graphs.node_of(value)
        leaves = () if node is None else torch_graphs.leaves(node)
        instead = None if node is None else _severed(value, node, torch)
        return Opaque(trouble, tuple(_shared(value, torch)), leaves, instead)
    make: Callable[..., Any]
    arguments: tuple[Any, ...]
    place = (value.dtype, tuple(value.shape), value.stride(), value.storage_offset())
    signs = (value.is_conj(), value.is_neg())
    if value._is_view() and not value.is_inference():
        unsaid = torch._C._autograd._get_creation_meta(value).name != "DEFAULT"
        make, arguments = make_view, (value._base, place, signs, unsaid)
    else:
        memory = _memory_of(value)
        arguments = (type(value), memory, place, signs, value.is_inference())
        make = make_tensor
    state = (
        value.requires_grad,
        value.grad,
        value.__dict__ or None,
        value._backward_hooks,
        getattr(value, "_post_accumulate_grad_hooks", None),
    )
    return Parts(make, arguments, state, setter=set_tensor)


def _trouble(value: Any, torch: Any) -> str:
    """Why a tensor can't be looked into, in words."""
    if type(value) is not torch.Tensor and type(value) is not torch.nn.Parameter:
        return f"a tensor of class `{type(value).__qualname__}`"
    if torch_graphs.node_of(value) is not None:
        return "a tensor with its computation graph"
    if value.layout is not torch.strided or value.device.type != "cpu":
        return f"a tensor on `{value.device}`, laid out as `{value.layout}`"
    if value.is_quantized or value.is_nested or _has_names(value):
        return "a quantized, nested or named tensor"
    return ""


def _severed(value: Any, node: Any, torch: Any) -> tuple[str, tuple[Any, ...]] | None:
    """What a computed tensor is without its graph, if there is nothing else to it."""
    name = type(node).__name__
    if type(value) is not torch.Tensor or _trouble(value.detach(), torch) or name == "CppFunction":
        return None
    place = (value.dtype, tuple(value.shape), value.stride(), value.storage_offset())
    return (SEVERED, (_memory_of(value), *place, name)) if torch_graphs.is_all(value) else None


def _shared(value: Any, torch: Any) -> Iterator[Memory]:
    """The memory that others may have of a tensor that can't be looked into: its own, or that of
    the tensors that it is made of."""
    if value.device.type != "cpu":
        return
    # torch's word for one that has none; nothing else may hide that two names share something.
    with torch._C.DisableTorchFunctionSubclass(), contextlib.suppress(RuntimeError):
        for part in _MADE_OF.get(str(value.layout), ()):
            yield _memory_of(getattr(value, part)())
        memory = _memory_of(value)
        if memory.start:  # else it is only said to have some
            yield memory


def _memory_of(value: Any) -> Memory:
    storage = value.untyped_storage()
    start = storage.data_ptr()
    return Memory(start, start + storage.nbytes(), storage, origin=("torch",))


def _has_names(value: Any) -> bool:
    asked = getattr(value, "has_names", None)  # not every version of torch has it
    return bool(asked is not None and asked())


def make_tensor(
    kind: Any, memory: Piece, place: tuple[Any, ...], signs: tuple[bool, bool], inference: bool
) -> Any:
    torch: Any = sys.modules["torch"]
    dtype, shape, strides, offset = place
    with torch.inference_mode() if inference else contextlib.nullcontext():
        value = torch.empty(0, dtype=dtype, device="cpu")
        value.set_(memory.storage, offset, shape, strides)
    value = _with_signs(value, signs)
    return value if kind is torch.Tensor else torch.Tensor._make_subclass(kind, value, False)


def make_view(base: Any, place: tuple[Any, ...], signs: tuple[bool, bool], unsaid: bool) -> Any:
    """A tensor that autograd knows to be a view of another; `unsaid`: without gradient."""
    torch: Any = sys.modules["torch"]
    dtype, shape, strides, offset = place
    with torch.no_grad() if unsaid else contextlib.nullcontext():
        value = base if base.dtype == dtype else base.view(dtype)
        return _with_signs(value, signs).as_strided(shape, strides, offset)


def _with_signs(value: Any, signs: tuple[bool, bool]) -> Any:
    conjugate, negative = signs
    value = value.conj() if conjugate != value.is_conj() else value
    return value._neg_view() if negative != value.is_neg() else value


def set_tensor(value: Any, state: tuple[Any, ...]) -> None:
    requires_grad, grad, names, hooks, late_hooks = state
    if value.requires_grad != requires_grad:
        value.requires_grad_(requires_grad)
    if grad is not None:
        value.grad = grad
    if names:
        value.__dict__.update(names)
    if hooks is not None:
        value._backward_hooks = hooks
    if late_hooks is not None:
        value._post_accumulate_grad_hooks = late_hooks


HANDLERS: Final[Mapping[str, Handler]] = {
    "numpy.ndarray": array,
    "numpy.dtype": dtype,
    "numpy.void": row,
    "numpy.flatiter": iterator,
    "numpy.nditer": iterators,
    **frames.HANDLERS,
    "torch.Tensor": tensor,
    "torch._tensor.Tensor": tensor,
    "torch._C.TensorBase": tensor,
}
