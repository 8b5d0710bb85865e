"""Which figures of a cell were made before which: under captions they stand in that order.

What the code shows itself, or is its last value, keeps its place; what is left open is known at the
end of the cell alone, and stands before what was made after it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from treadle.engine.trace import Display, Output

MADE = "made"  # in the metadata of a figure that was shown: a number, the lower the earlier
BEFORE = "before"  # of one that was left open: the `MADE` of the one that it stands before


class FigureOrder:
    """That of the cell that runs."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._count = 0
        self._shown: list[int] = []

    def of_shown(self, figure: Any) -> Mapping[str, object]:  # noqa: ANN401
        """What to note of a figure that is about to be shown: shown once more it is a new one."""
        for each in (*open_figures(), figure):
            if each not in self._made:
                self._count += 1
                self._made[each] = self._count
        number = self._made.pop(figure)
        self._shown.append(number)
        return {MADE: number}

    def of_left(self, figure: Any) -> Mapping[str, object]:  # noqa: ANN401
        """Of one that was left open."""
        number = self._made.get(figure, self._count)
        later = next((shown for shown in self._shown if shown > number), None)
        return {} if later is None else {BEFORE: later}


def open_figures() -> list[Any]:
    """Those that pyplot has open, in the order they were made."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    managers = helpers.Gcf.figs.items() if helpers is not None else ()
    return [manager.canvas.figure for _, manager in sorted(managers)]


def as_made(outputs: Sequence[Output]) -> Iterator[Output]:
    """The outputs, each figure that was left open before the one that was made after it."""
    shown = {output.metadata.get(MADE) for output in outputs if isinstance(output, Display)}
    moved: dict[object, list[Output]] = {}
    stay: list[Output] = []
    for output in outputs:
        before = output.metadata.get(BEFORE) if isinstance(output, Display) else None
        (moved.setdefault(before, []) if before and before in shown else stay).append(output)
    for output in stay:
        if isinstance(output, Display):
            yield from moved.pop(output.metadata.get(MADE), ())
        yield output
