"""The loop of editing and building with two versions of Treadle, side by side in one run.

Each works in a folder of its own on the same documents. They take turns, and who comes first
changes from round to round: what else the machine does meets both alike.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.loop_documents import MANY, many, small
from benchmarks.timing import seconds_of

Command = tuple[str, ...]
Prepare = Callable[[Path, int], Path]  # a folder, a round from -1 on: the document to build now
FEW = 10


@dataclass(frozen=True)
class Case:
    """What is done in a round, and how far it is built."""

    label: str
    prepare: Prepare
    target: str


def cases() -> Iterator[Case]:
    yield Case("nothing changed", _unchanged, "pdf")
    yield Case("a word edited, to the PDF", _word_edited, "pdf")
    yield Case(f"one of {MANY:,} cells edited, to the .tex", _cell_edited, "tex")
    yield Case(f"{FEW} cheap chunks, cold, to the .tex", _cold, "tex")
    yield Case(f"{MANY:,} small cells, the first time", _first, "tex")


def side_by_side(folder: Path, ours: Command, other: Command, rounds: int) -> Iterator[str]:
    """A line a case: the medians of both in seconds, and ours over the other's."""
    yield f"{'':44}{'this':>10}{'other':>10}{'ratio':>8}"
    for number, case in enumerate(cases()):
        mine, theirs = _medians(case, folder / str(number), ours, other, rounds)
        yield f"{case.label:44}{mine:10.3f}{theirs:10.3f}{mine / theirs:8.2f}"


def _medians(
    case: Case, folder: Path, ours: Command, other: Command, rounds: int
) -> tuple[float, float]:
    sides = {folder / "this": ours, folder / "other": other}
    times: dict[Path, list[float]] = {place: [] for place in sides}
    for number in range(-1, rounds):  # the first is not counted: it makes what is kept
        for place in list(sides)[:: 1 if number % 2 else -1]:
            spent = _build(case, place, sides[place], number)
            if number >= 0:
                times[place].append(spent)
    mine, theirs = (statistics.median(found) for found in times.values())
    return mine, theirs


def _build(case: Case, place: Path, command: Command, number: int) -> float:
    place.mkdir(parents=True, exist_ok=True)
    path = case.prepare(place, number)
    return seconds_of((*command, "build", path.name, "--to", case.target), path.parent)


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _unchanged(folder: Path, _: int) -> Path:
    path = folder / "small.pmd"
    return path if path.exists() else _written(path, small("first"))


def _word_edited(folder: Path, number: int) -> Path:
    return _written(folder / "small.pmd", small(f"number {number}"))


def _cell_edited(folder: Path, number: int) -> Path:
    return _written(folder / "many.pmd", many(0, middle=number + 2))


def _cold(folder: Path, number: int) -> Path:
    """In a folder that is new in each round; none is removed before all is measured."""
    return _written(folder / str(number) / "few.pmd", many(number, count=FEW))


def _first(folder: Path, number: int) -> Path:
    return _written(folder / str(number) / "many.pmd", many(number))
