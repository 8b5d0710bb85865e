"""What a plugin of the worker is: an object with any of three hooks, each of which may be absent.

`display(value)` gives a `Bundle` for a value that a cell shows, or None where it knows nothing
better than the next plugin; an empty bundle shows nothing. `value_handlers()` gives handlers by
the full names of types, for values that pickle can't keep: see `values.handlers`.
`around_cell(cell)` gives a context manager: the cell runs within.

A package adds a plugin by an entry point of the group "treadle.plugins" that names what makes it:
a callable that takes a `Host`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Protocol

from msgspec import Struct

GROUP = "treadle.plugins"


class Bundle(Struct, frozen=True):
    """A value as it is shown, by MIME type: texts, and bytes for what is no text."""

    data: Mapping[str, str | bytes] = {}
    metadata: Mapping[str, object] = {}


class Host(Protocol):
    """What a plugin can ask of the worker that makes it."""

    settings: Mapping[str, object]  # those that the command gives this plugin

    def after_import(self, name: str, action: Callable[[ModuleType], None]) -> None:
        """Call `action` with the module as soon as it has been imported, or now if it has been."""

    def show(self, bundle: Bundle) -> None:
        """Show something now, among the output of the cell that runs."""

    def note(self, name: str, value: object) -> None:
        """Keep plain data in the cell's trace, as `Trace.notes[name]`."""

    def rest_on(self, fact: str) -> None:
        """What the cell gives depends on this fact, which the command states for each build."""

    def reachable(self) -> Iterator[object]:
        """The values that the cell at hand can reach by names."""


def installed_plugins(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What packages on these paths offer: "module:name", and the folder of its distribution.

    Read by hand: `importlib.metadata` would take longer than all else that a build does at first.
    """
    for path in dict.fromkeys(paths):
        for folder in _distributions(path):
            for line in _section(f"{path}/{folder}/entry_points.txt"):
                yield line.partition("=")[2].strip(), folder


def made(name: str, host: Host) -> Any:  # noqa: ANN401
    """The plugin that "module:name" makes. Raises what importing or making it raises."""
    module, _, attribute = name.partition(":")
    __import__(module)
    return getattr(sys.modules[module], attribute)(host)


def _distributions(path: str) -> list[str]:
    try:
        names = os.listdir(path or ".")  # noqa: PTH208
        return sorted(name for name in names if name.endswith(".dist-info"))
    except OSError:
        return []


def _section(path: str) -> list[str]:
    """The lines of our group in such a file, if there is one."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
    except (OSError, UnicodeDecodeError):
        return []
    inside = text.partition(f"[{GROUP}]")[2].partition("\n[")[0]
    return [line for line in inside.splitlines() if "=" in line]
