"""What is tried together, in one document, as a start takes longer than most of it.

A line of a `together.txt` names what shares a document; all else is alone, as is each with
`TREADLE_ALONE` in the environment (`make test-long`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ALONE = bool(os.environ.get("TREADLE_ALONE"))


def grouped(by_name: Mapping[str, T], together: Path) -> list[tuple[T, ...]]:
    """What is tried together, and each other one alone."""
    left = dict(by_name)
    lines = [] if ALONE else together.read_text("utf-8").splitlines()
    groups = [tuple(left.pop(name) for name in line.split()) for line in lines]
    return [*groups, *((one,) for one in left.values())]


def joined(documents: Sequence[Path]) -> tuple[bytes, tuple[int, ...]]:
    """One document of them all, and how many lines of it stand before each."""
    if len(documents) == 1:
        return documents[0].read_bytes(), (0,)
    text, before = "", []
    for document in documents:
        text += f"<!-- {document.stem} -->\n\n"
        before.append(text.count("\n"))
        text += document.read_text("utf-8").rstrip("\n") + "\n\n"
    return text.encode(), tuple(before)


def names(documents: Sequence[Path]) -> str:
    """The name of a test of these."""
    return "+".join(path.stem for path in documents)
