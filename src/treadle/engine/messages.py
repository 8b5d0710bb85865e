"""How tasks and results travel between the command and its worker: a line of JSON each.

A bare string is not a result but news: the latest line of output of the chunk that runs.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from msgspec import Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from treadle.engine.store.traces import decoded, encoded
from treadle.engine.trace import Group as Group
from treadle.engine.trace import Observed as Observed

# What a worker is asked to do. Tasks are plain data: they travel as JSON.


class FigureStyle(Struct, frozen=True):
    """How figures look: the document's fonts and its text width."""

    text_width: float = 6.3  # inches
    font_size: float = 10.0  # points: the document's; labels in figures are a little smaller
    font_family: str = "serif"


class WorkerSetup(Struct, frozen=True):
    """What a worker needs once, before its first task."""

    directory: str  # the document's folder: the working directory
    code_path: str  # put first on sys.path: where the extracted modules lie
    figures: str  # the folder figures are written to (absolute)
    params: dict[str, object] = {}
    style_file: str | None = None  # where `late_style` finds the figures' style; None: the usual
    threads: int | None = None  # for numerical libraries; None: as many as they like
    store: str | None = None  # the store's folder; None: nothing is observed, stored or restored
    key: bytes = b""  # the store's


class InlineCode(Struct, frozen=True):
    """One `<%= %>` (`shows`) or `<% %>`."""

    code: str
    shows: bool
    line: int


class InlineTask(Struct, frozen=True, tag=True):
    """The inline code of one prose block, run in order."""

    file: str
    seed: int
    codes: tuple[InlineCode, ...]


class ChunkTask(Struct, frozen=True, omit_defaults=True, tag=True):
    """One chunk: self-contained, so that any worker with the same past can run it."""

    label: str
    code: str
    file: str  # what tracebacks name
    line: int  # line of the first line of `code` in `file`
    seed: int
    figure_stem: str  # figures are written as <figure_stem>-1.pdf, ...
    term: bool = False
    fig: bool = True
    f_size: tuple[float, float] | None = None  # inches
    dpi: int = 200
    f_spines: bool = True
    module: str | None = None  # dotted name: import it instead of running `code` ...
    names: tuple[str, ...] = ()  # ... and bind these names of it
    source: str | None = None  # an object whose source is shown (Pweave's `source`)
    timeout: float | None = None  # seconds; longer than that is a failure
    memory: int | None = None  # bytes the worker may hold while it runs


Task = ChunkTask | InlineTask


class Load(Struct, frozen=True, tag=True):
    """Bind `names` to what they were in an alias group that the store holds."""

    entry: str  # the digest of the group's entry
    names: tuple[str, ...]  # a part of the group's names, or all
    token: str  # what `Group.token` was


class Define(Struct, frozen=True, tag=True):
    """Bind `name` by its `def` or `class` statement, as it stands in the document now."""

    name: str
    code: str  # the statement alone, with its decorators
    file: str
    line: int  # of the first line of `code` in `file`
    token: str  # what the definition's `Group.token` was
    imported: tuple[str, ...] = ()  # names that imports in the same piece of code bind


class Step(Struct, frozen=True, omit_defaults=True, tag=True):
    """A task, and what must be put in place before it runs, in this order."""

    task: Task
    absent: tuple[str, ...] = ()  # names that must not be bound, removed first
    imports: tuple[str, ...] = ()  # dotted modules an earlier chunk imported: again, silently
    futures: tuple[str, ...] = ()  # `from __future__` features that earlier chunks asked for
    restores: tuple[Load | Define, ...] = ()
    reaches: tuple[str, ...] | None = None  # the names whose values it can reach; None: all
    binds: tuple[str, ...] = ()  # the names it may bind
    submodules: tuple[str, ...] = ()  # dotted modules that chunks up to this one import by name
    effects: tuple[str, ...] = ()  # statements that look made for their effect: "lib.configure"


# What a worker gives back. Results are plain data: they travel as JSON.


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


# How tasks and results travel between the command and its worker: a line of JSON each.
#
# A bare string is not a result but news: the latest line of output of the chunk that runs.

TYPE = "$type"


class _Setup(Struct, frozen=True, tag=True):
    """A `WorkerSetup`, its parameters apart: they may be whatever YAML gives."""

    setup: WorkerSetup
    params: str


_MESSAGE: Decoder[Any] = Decoder(_Setup | Step | Task | Stepped | Result | str)


def encode(message: object) -> bytes:
    """One line of JSON."""
    if isinstance(message, WorkerSetup):
        params = json.dumps(message.params, default=_pack)
        message = _Setup(replace(message, params={}), params)
    return encoded(message) + b"\n"


def decode(line: bytes) -> Any:  # noqa: ANN401  (the caller knows what it waits for)
    """What `encode` was given."""
    message = decoded(line, _MESSAGE)
    if isinstance(message, _Setup):
        params = json.loads(message.params, object_hook=_unpack)
        return replace(message.setup, params=params)
    return message


def _pack(value: object) -> dict[str, object]:
    if isinstance(value, datetime.date):
        return {TYPE: type(value).__name__, "iso": value.isoformat()}
    raise TypeError(f"a {type(value).__name__} can't be sent to the worker: {value!r}")


def _unpack(value: dict[str, Any]) -> object:
    kind = value.pop(TYPE, None)
    return value if kind is None else getattr(datetime, kind).fromisoformat(value["iso"])
