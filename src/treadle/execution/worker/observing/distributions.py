"""The distributions that top-level modules belong to, from the folders they are installed in."""

from __future__ import annotations

import os
import sys

from treadle.dataflow.distributions import name_of, registered

_Record = tuple[str, bytes]  # a distribution, and the names of its modules or files, a line each

_FULL = ("RECORD", "installed-files.txt")
_BRIEF = ("top_level.txt", *_FULL)  # the first of them is short, and mostly complete


class Distributions:
    """Maps names as in `import name` to names as "torch-2.14.1.dist-info"."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._known: dict[str, tuple[str, ...]] = {}
        self._folders: dict[str, str] | None = None
        self._records: list[_Record] | None = None
        self._full_records: list[_Record] | None = None

    def of(self, root: str) -> tuple[str, ...]:
        """All distributions that have something in a top-level module; mostly one."""
        known = self._known.get(root)
        if known is None:
            known = self._known[root] = self._named_like(root) or self._containing(root)
        return known

    def _named_like(self, root: str) -> tuple[str, ...]:
        path = self._registered().get(name_of(root))
        if path is None or not _holds(path, root):
            return ()
        return (os.path.basename(path),)  # noqa: PTH119

    def _containing(self, root: str) -> tuple[str, ...]:
        if self._records is None:
            self._records = [_record(path, _BRIEF) for path in self._registered().values()]
        return _found(self._records, root) or self._containing_by_full_records(root)

    def _containing_by_full_records(self, root: str) -> tuple[str, ...]:
        if self._full_records is None:
            self._full_records = [_record(path, _FULL) for path in self._registered().values()]
        return _found(self._full_records, root)

    def _registered(self) -> dict[str, str]:
        if self._folders is None:
            self._folders = registered(sys.path)
        return self._folders


def _holds(path: str, root: str) -> bool:
    """Whether the module stands beside the distribution's folder; it may come from elsewhere."""
    place = os.path.join(os.path.dirname(path), root)  # noqa: PTH118, PTH120
    return os.path.isdir(place) or os.path.isfile(f"{place}.py")  # noqa: PTH112, PTH113


def _record(path: str, files: tuple[str, ...]) -> _Record:
    """What the first of these files says a distribution has brought."""
    for file in files:
        try:
            with open(f"{path}/{file}", "rb") as lines:  # noqa: PTH123
                return os.path.basename(path), b"\n" + lines.read() + b"\n"  # noqa: PTH119
        except OSError:
            continue
    return os.path.basename(path), b""  # noqa: PTH119


def _found(records: list[_Record], root: str) -> tuple[str, ...]:
    starts = [b"\n" + root.encode() + ending for ending in (b"/", b".", b"\n", b"\r")]
    names = [name for name, data in records if any(start in data for start in starts)]
    return tuple(sorted(names))
