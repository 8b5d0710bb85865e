"""What a worker gives back. Results are plain data: they travel as JSON."""

from __future__ import annotations

from msgspec import Struct

from treadle.dataflow.records import Group as Group
from treadle.dataflow.records import Observed as Observed


class Stream(Struct, frozen=True, tag=True):
    """Text printed, by Python, a C library or a subprocess."""

    name: str  # "stdout" or "stderr"
    text: str


class Value(Struct, frozen=True, tag=True):
    """The text of a displayed value, as `repr` gives it."""

    text: str


class Latex(Struct, frozen=True, tag=True):
    """A displayed value that brings its own LaTeX (`_repr_latex_`)."""

    text: str


class Table(Struct, frozen=True, tag=True):
    """A DataFrame or a list of records: cells as text, one alignment a column."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]  # "l" or "r"


class Figure(Struct, frozen=True, tag=True):
    """A figure file, relative to the worker's figures folder; sizes in inches."""

    path: str
    width: float
    height: float


class Source(Struct, frozen=True, tag=True):
    """In `term` mode: a statement as a Python prompt would echo it, with >>> and ..."""

    text: str


Output = Stream | Value | Latex | Table | Figure | Source


class Failure(Struct, frozen=True):
    """An exception: its last line, its traceback (the user's frames only), its line."""

    message: str  # "ValueError: bad"
    traceback: str
    file: str
    line: int
    column: int = 0  # from 1; 0: unknown


class Comparison(Struct, frozen=True):
    """What code has compared with what: the largest deviation is at most the tolerance; both are
    0 where nothing but the same will do. A bound, which nothing exceeds, has no tolerance. `of` is
    the label; empty: those that the chunk checks."""

    of: str
    against: str
    cases: int
    tolerance: float | None
    deviation: float


class ChunkResult(Struct, frozen=True, omit_defaults=True, tag=True):
    """What a chunk printed, displayed and drew, in the order it happened."""

    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    peak_memory: int = 0  # bytes that the worker has held at most, by the chunk's end
    caption: str = ""
    alt: str = ""
    shown_source: str = ""  # the text of the object named by `source=`
    comparisons: tuple[Comparison, ...] = ()
    cut: tuple[str, ...] = ()  # streams to which it printed too much: what came later is dropped


class InlineResult(Struct, frozen=True, omit_defaults=True, tag=True):
    """The text of each inline code of a prose block, in order."""

    texts: tuple[str, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0


Result = ChunkResult | InlineResult


class Stepped(Struct, frozen=True, omit_defaults=True, tag=True):
    """What came of a `Step`. Where something could not be restored, nothing ran."""

    result: Result
    groups: tuple[Group, ...] = ()  # those that are new or changed
    deleted: tuple[str, ...] = ()
    observed: Observed = Observed()
    unrestored: tuple[str, ...] = ()  # names that did not come back as they were
    damaged: tuple[str, ...] = ()  # entries of the store that this was found out about
    blobs: tuple[str, ...] = ()  # all that the groups' entries and the figures need in the store
    figures: tuple[tuple[str, str], ...] = ()  # figure files, their digests
    unstored: tuple[int, str, str] | None = None  # the OSError of the store: a full disk
    nonce: str = ""  # of a run that can't be told from another by what it depends on
