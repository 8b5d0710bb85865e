"""The distributions that top-level modules belong to, from the folders they are installed in."""

from __future__ import annotations

import os
import re
import sys

_SUFFIXES = (".dist-info", ".egg-info")
_SEPARATORS = re.compile(r"[-_.]+")


class Distributions:
    """Maps names as in `import name` to names as "torch-2.14.1.dist-info"."""

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._known: dict[str, tuple[str, ...]] = {}
        self._folders: list[str] | None = None
        self._records: list[tuple[str, str, bytes]] | None = None

    def of(self, root: str) -> tuple[str, ...]:
        """All distributions that have something in a top-level module; mostly one."""
        known = self._known.get(root)
        if known is None:
            known = self._known[root] = self._named_like(root) or self._containing(root)
        return known

    def _named_like(self, root: str) -> tuple[str, ...]:
        wanted = normalised(root)
        for path in self._registered():
            name = os.path.basename(path)  # noqa: PTH119
            if normalised(name.split("-", 1)[0]) == wanted and _holds(path, root):
                return (name,)
        return ()

    def _containing(self, root: str) -> tuple[str, ...]:
        if self._records is None:
            self._records = [_record(path) for path in self._registered()]
        found = {name for name, _, data in self._records if _mentions(data, root)}
        return tuple(sorted(found))

    def _registered(self) -> list[str]:
        if self._folders is None:
            self._folders = registered(sys.path)
        return self._folders


def registered(paths: list[str]) -> list[str]:
    """The `.dist-info` folders on the paths; of a name the first one counts."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            names = sorted(os.listdir(path or "."))  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if name.endswith(_SUFFIXES):
                found.setdefault(normalised(name.split("-", 1)[0]), f"{path}/{name}")
    return list(found.values())


def normalised(name: str) -> str:
    """A distribution's name as all its spellings have it."""
    return _SEPARATORS.sub("-", name).lower()


def _holds(path: str, root: str) -> bool:
    """Whether the module stands beside the distribution's folder; it may come from elsewhere."""
    place = os.path.join(os.path.dirname(path), root)  # noqa: PTH118, PTH120
    return os.path.isdir(place) or os.path.isfile(f"{place}.py")  # noqa: PTH112, PTH113


def _record(path: str) -> tuple[str, str, bytes]:
    name = os.path.basename(path)  # noqa: PTH119
    parts = []
    for file in ("top_level.txt", "RECORD", "installed-files.txt"):
        try:
            with open(f"{path}/{file}", "rb") as lines:  # noqa: PTH123
                parts.append(lines.read())
        except OSError:
            continue
        break  # the first says it all, and the others can be long
    return name, path, b"\n" + b"\n".join(parts)


def _mentions(data: bytes, root: str) -> bool:
    name = b"\n" + root.encode()
    return any(name + ending in data for ending in (b"/", b".py,", b".", b"\n", b"\r"))
