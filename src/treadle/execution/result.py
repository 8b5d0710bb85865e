"""What a worker gives back. Results are plain data: they travel as JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    """Text printed, by Python, a C library or a subprocess."""

    name: str  # "stdout" or "stderr"
    text: str


@dataclass(frozen=True)
class Value:
    """The text of a displayed value, as `repr` gives it."""

    text: str


@dataclass(frozen=True)
class Latex:
    """A displayed value that brings its own LaTeX (`_repr_latex_`)."""

    text: str


@dataclass(frozen=True)
class Table:
    """A DataFrame or a list of records: cells as text, one alignment a column."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[str, ...]  # "l" or "r"


@dataclass(frozen=True)
class Figure:
    """A figure file, relative to the worker's figures folder; sizes in inches."""

    path: str
    width: float
    height: float


@dataclass(frozen=True)
class Source:
    """In `term` mode: a statement as a Python prompt would echo it, with >>> and ..."""

    text: str


Output = Stream | Value | Latex | Table | Figure | Source


@dataclass(frozen=True)
class Failure:
    """An exception: its last line, its traceback (the user's frames only), its line."""

    message: str  # "ValueError: bad"
    traceback: str
    file: str
    line: int


@dataclass(frozen=True)
class ChunkResult:
    """What a chunk printed, displayed and drew, in the order it happened."""

    outputs: tuple[Output, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0
    caption: str = ""
    alt: str = ""
    shown_source: str = ""  # the text of the object named by `source=`


@dataclass(frozen=True)
class InlineResult:
    """The text of each inline code of a prose block, in order."""

    texts: tuple[str, ...] = ()
    failure: Failure | None = None
    seconds: float = 0.0


Result = ChunkResult | InlineResult


@dataclass(frozen=True)
class Group:
    """Names of the session whose values share something that can change: an alias group.

    Most groups have one name. `token` says what the values are, together with what they share,
    so that equal tokens mean equal behaviour; it is empty where a value can't be looked into.
    `refs` are the classes and functions the values rest on, as "module:name", of `__main__` and
    of the project's own modules; "module:*" is a module as a whole.
    """

    names: tuple[str, ...]
    token: str
    refs: tuple[str, ...] = ()
    entry: str = ""  # in the store; empty: not there
    trouble: str = ""  # why not: "a generator can't be stored"


@dataclass(frozen=True)
class Observed:
    """What a step was seen to depend on and to change, besides values of the session.

    Paths are absolute; digests are `store.digest`'s; an empty digest: it was not there.
    """

    reads: tuple[tuple[str, str], ...] = ()  # file, digest of what it held before the step
    writes: tuple[tuple[str, str], ...] = ()  # file, digest of what it holds after the step
    listings: tuple[tuple[str, str], ...] = ()  # folder, digest of the names in it
    stats: tuple[tuple[str, str, str], ...] = ()  # path, "kind" | "size" | "all", what it said
    environment: tuple[tuple[str, str], ...] = ()  # variable, digest of its value; "*": all
    modules: tuple[tuple[str, str], ...] = ()  # the project's own modules loaded by now, file
    imported: tuple[tuple[str, str], ...] = ()  # of these, loaded by this step
    distributions: tuple[str, ...] = ()  # "torch-2.14.1.dist-info", of all that is loaded
    unknown: tuple[str, ...] = ()  # what can't be seen into: "it starts the program `git`"
    effects: tuple[tuple[str, str], ...] = ()  # process-wide state changed, digest of the new
    placed: bool = False  # what it printed may name lines of the document
    styled: bool = False  # it drew, or could read how figures are to look


@dataclass(frozen=True)
class Stepped:
    """What came of a `Step`. Where something could not be restored, nothing ran."""

    result: Result
    groups: tuple[Group, ...] = ()  # those that are new or changed
    deleted: tuple[str, ...] = ()
    observed: Observed = Observed()
    unrestored: tuple[str, ...] = ()  # names that did not come back as they were
