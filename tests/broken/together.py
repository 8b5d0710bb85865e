"""Broken documents that are built as one: LaTeX goes on after an error, and tells of all.

`together.txt` says which; what is said of each, at its own lines, must be what is said of it alone.
Setting `TREADLE_ALONE` builds each alone, as `make test-long` does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from . import rewrite

ALONE = bool(os.environ.get("TREADLE_ALONE"))
PLACE = re.compile(r"report\.pmd:(\d+): ")


def grouped() -> list[tuple[Path, ...]]:
    """The documents that are built as one, and each other one alone."""
    lines = Path(__file__).with_name("together.txt").read_text("utf-8").splitlines()
    by_name = {path.stem: path for path in rewrite.DOCUMENTS}
    groups = [] if ALONE else [tuple(map(by_name.pop, line.split())) for line in lines]
    return [*groups, *((path,) for path in by_name.values())]


def joined(documents: Sequence[Path]) -> tuple[bytes, tuple[int, ...]]:
    """One document of them all, and how many lines stand before each, and in the whole."""
    if len(documents) == 1:
        return documents[0].read_bytes(), (0, 10**9)
    text, before = "", []
    for document in documents:
        text += f"<!-- {document.stem} -->\n\n"
        before.append(text.count("\n"))
        text += document.read_text("utf-8").rstrip("\n") + "\n\n"
    return text.encode(), (*before, 10**9)


def told_apart(said: str, before: Sequence[int]) -> list[str]:
    """What is said of each; its lines are counted from its own beginning."""
    found = ["" for _ in before[1:]]
    for line in said.splitlines():
        place = PLACE.match(line)
        number = int(place[1]) if place else 0
        at = next((at for at, (a, b) in enumerate(pairwise(before)) if a < number <= b), 0)
        own = f"report.pmd:{number - before[at]}: {line[place.end() :]}" if place else line
        found[at] += f"{own}\n"
    return found
