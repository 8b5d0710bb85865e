"""Memory that came back from the store, for arrays and tensors to lie in."""
# ruff: noqa: ANN401  (neither numpy nor torch is imported here)

from __future__ import annotations

import sys
import weakref
from typing import Any, Final

Origin = tuple[Any, ...]  # plain data: what allocated memory, ("torch",) or ("numpy", ...)


def origin_of_array(owner: Any) -> Origin | None:
    """How an array is made that owns memory as this one does; None if that isn't simple."""
    simple = type(owner).__name__ == "ndarray" and owner.dtype.kind in "biufcSUMm"
    if not simple or not owner.flags.owndata or not owner.flags.forc:
        return None
    number = owner.dtype.kind in "biufc"
    names = (owner.dtype.char, owner.dtype.byteorder) if number else (owner.dtype.str, "=")
    return "numpy", *names, owner.shape, "C" if owner.flags.c_contiguous else "F"


class Piece:
    """A piece of memory; what lies in it shares it."""

    _kept: Final[weakref.WeakValueDictionary[int, Any]] = weakref.WeakValueDictionary()

    __slots__ = ("_array", "_storage", "owner", "view")

    def __init__(self, view: memoryview, owner: Any = None) -> None:
        """The memory, which can be written to; `owner` has allocated it for itself."""
        self.view = view
        self.owner = owner  # an array; None if the memory is nobody's
        self._array: Any = None
        self._storage: Any = None
        if view.nbytes and owner is None:
            self._kept[id(view.obj)] = view.obj

    @classmethod
    def holds(cls, memory: Any) -> bool:
        """Whether this is memory that came back from the store."""
        return cls._kept.get(id(memory)) is memory

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.view.nbytes

    def part(self, offset: int, size: int) -> Piece:
        """Some of it, shared."""
        return Piece(self.view[offset : offset + size])

    def array(self) -> Any:
        """An array of all of it, which arrays are views of."""
        if self.owner is not None:
            return self.owner if self.owner.flags.c_contiguous else self.owner.T
        if self._array is None:
            numpy: Any = sys.modules["numpy"]
            make = numpy.frombuffer if self.view.nbytes else numpy.array
            self._array = make(self.view, numpy.uint8)
        return self._array

    def storage(self) -> Any:
        """All of it as storage, which tensors are views of."""
        if self._storage is None:
            torch: Any = sys.modules["torch"]
            if self.view.nbytes:
                flat = torch.frombuffer(self.view, dtype=torch.uint8)
            else:
                flat = torch.empty(0, dtype=torch.uint8)
            self._storage = flat.untyped_storage()
        return self._storage


class TorchPiece(Piece):
    """Memory that torch has allocated: it can be resized, as long as no array lies in it."""

    __slots__ = ("_flat",)

    def __init__(self, flat: Any) -> None:
        """`flat`: a tensor of bytes."""
        self._flat = flat
        super().__init__(memoryview(b""), flat)

    @property
    def size(self) -> int:
        """Its bytes."""
        return int(self._flat.numel())

    def part(self, offset: int, size: int) -> Piece:
        """Some of it."""
        return Piece(memoryview(self._flat.numpy())[offset : offset + size])

    def array(self) -> Any:
        """An array of all of it."""
        return self._flat.numpy()

    def storage(self) -> Any:
        """The storage itself."""
        return self._flat.untyped_storage()


def allocated(content: memoryview, origin: Origin) -> Piece:
    """A copy of memory, allocated as it was at first."""
    name, *rest = origin
    if name == "torch":
        torch: Any = sys.modules["torch"]
        return TorchPiece(torch.frombuffer(bytearray(content), dtype=torch.uint8).clone())
    numpy: Any = sys.modules["numpy"]
    char, byteorder, shape, order = rest
    dtype = numpy.dtype(char)
    dtype = dtype if byteorder in "=|" else dtype.newbyteorder(byteorder)
    owner = numpy.empty(tuple(shape), dtype, order)
    view = memoryview(owner.reshape(-1, order="A").view(numpy.uint8))
    view[:] = content
    return Piece(view, owner)
