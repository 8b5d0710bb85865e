"""What a worker is asked to do. Tasks are plain data: they travel as JSON."""

from __future__ import annotations

from msgspec import Struct


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
