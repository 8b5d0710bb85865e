"""Who holds torch's tensors and their memory: others do, in C++, where Python doesn't see it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from treadle.engine.identity import identity


class Tensors:
    """Those among some objects, which are known to hold each other."""

    def __init__(self, items: Collection[Any]) -> None:
        self._torch: Any = sys.modules.get("torch")
        kind = getattr(self._torch, "Tensor", ())
        self._all = [item for item in items if isinstance(item, kind)]
        self._inner = Counter(map(identity, _inner(self._all)))

    def references(self) -> Iterator[int]:
        """The identities of those to which this, or torch itself, has a reference."""
        yield from map(identity, self._all)
        if self._all and _counts_twice(self._torch):
            yield from (identity(each) for each in self._all if each._use_count() > 1)

    def held_by_others(self, counts: Mapping[int, int]) -> set[int]:
        """The identities of those that torch holds for others, or whose memory others have.

        `counts` are the references of Python's that are known.
        """
        storages: dict[int, set[int]] = {}  # the tensors in each
        held = set()
        for each in self._all:
            try:
                storages.setdefault(each.untyped_storage()._cdata, set()).add(identity(each))
                if each._use_count() > 1 + self._inner[identity(each)]:
                    held.add(identity(each))
            except Exception:  # it has no such memory, or this torch can't tell
                held.add(identity(each))
        for each in self._all:
            if identity(each) not in held and self._is_shared(each, storages, counts):
                held.add(identity(each))
        return held

    def _is_shared(
        self, tensor: Any, storages: Mapping[int, set[int]], counts: Mapping[int, int]
    ) -> bool:
        """Whether its memory is that of others, too."""
        try:
            storage = tensor.untyped_storage()
            users = self._torch._C._storage_Use_Count(storage._cdata)
            if not storage.resizable():  # the memory is somebody else's, say an array's
                return True
        except Exception:
            return True
        if sys.getrefcount(storage) - _of_lone_storage(self._torch) > counts.get(
            identity(storage), 0
        ):
            return True
        return bool(users > len(storages[storage._cdata]) + 1)  # and Python's own object for it


def _inner(tensors: Iterable[Any]) -> Iterator[Any]:
    """The tensors that these hold."""
    for each in tensors:
        if each.is_leaf and each.grad is not None:
            yield each.grad
        if each._base is not None:
            yield each._base


def _of_lone_storage(torch: Any) -> int:
    """The references to a storage that nobody has but its tensor."""
    tensor = torch.empty(1)
    storage = tensor.untyped_storage()
    return sys.getrefcount(storage)


def _counts_twice(torch: Any) -> bool:
    """Whether Python counts a reference where torch has any: versions differ."""
    probe = torch.empty(1)
    before = sys.getrefcount(probe)
    view = probe.view(1)
    return view is not None and sys.getrefcount(probe) > before
