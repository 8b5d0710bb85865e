"""A document as it was read: front matter, prose, chunks, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from treadle.problem import Span

HIDDEN = frozenset({"hidden", "hide", "none"})  # what `results` says to show nothing printed


class ChunkOptions(Struct, frozen=True):
    """What a chunk's fence says; the defaults are Pweave's."""

    name: str | None = None
    echo: bool = True
    evaluate: bool = True
    results: str = "verbatim"  # "verbatim", "hidden", or anything else: raw LaTeX/Markdown
    fig: bool = True
    include: bool = True
    caption: str | None = None
    width: str | None = None
    f_pos: str = "htpb"
    f_env: str | None = None  # a LaTeX environment around the figures
    f_size: tuple[float, float] | None = None  # inches; None: the document's text width
    f_spines: bool = True
    dpi: int = 200
    wrap: bool | str = "output"  # fold long lines of "code", "output" ("results"), or both
    term: bool = False
    complete: bool = True  # False: run together with the next complete chunk
    source: str | None = None  # a file that comes before the code, or an object to show
    main: bool = False  # extracted below `if __name__ == "__main__":`
    display_data: bool = True
    display_stream: bool = True
    # Treadle's own
    module: str | None = None
    test: bool = False
    checks: str | None = None
    alt: str | None = None
    depends: tuple[str, ...] = ()
    volatile: bool = False
    timeout: float | None = None  # seconds
    memory: int | None = None  # bytes
    error: bool = False
    given: Mapping[str, object] = field(default_factory=dict)  # as written on the fence


# The options that don't count for a cell's key. All others do, so that a new one does unless
# it is put here: a cell run in vain costs time, a stale result is a lie.
LOOK_ONLY = frozenset(
    # How the page shows the code and what came of it.
    {"echo", "results", "include", "wrap", "display_data", "display_stream"}
    | {"width", "f_pos", "f_env"}
    # Text of the page; its inline code is a cell by itself.
    | {"caption", "alt"}
    # What the ledger says is checked.
    | {"checks"}
    # Whether there is a cell, and with what code; the code counts.
    | {"evaluate", "test", "complete"}
    # The seed that comes of the one counts, and the dotted name that comes of the other.
    | {"name", "module"}
    # The engine heeds these by themselves: the files' contents, and that nothing is kept.
    | {"depends", "volatile"}
    # What is cut short by the one is not kept, and the other says whether a failure fails the
    # build. (That a chunk has caught a MemoryError can't be seen, so `memory` counts.)
    | {"timeout", "error"}
    # All of the options again, as they are written.
    | {"given"}
)


def computing_options(options: ChunkOptions) -> dict[str, object]:
    """The options that may change what code computes, prints or draws, with their values."""
    fields = options.__struct_fields__
    return {name: getattr(options, name) for name in fields if name not in LOOK_ONLY}


class Inline(Struct, frozen=True):
    """`<%= expression %>` (`shows`) or `<% statement %>`, at text[start:end] of its prose."""

    code: str
    shows: bool
    span: Span
    start: int
    end: int


class Prose(Struct, frozen=True):
    """Markdown between chunks; `span.line` is the line of the first character of `text`."""

    text: str
    span: Span
    inlines: tuple[Inline, ...] = ()


class Chunk(Struct, frozen=True):
    """A fenced chunk. `span` runs from fence to fence, `code_line` is its first line of code."""

    number: int  # from 1, in the order of the document
    code: str
    options: ChunkOptions
    span: Span
    code_line: int
    closed: bool = True  # False: what follows it has been taken for its code

    @property
    def label(self) -> str:
        """What to call it in messages: its name, or "chunk 3"."""
        return self.options.name or f"chunk {self.number}"


class FrontMatter(Struct, frozen=True):
    """The values of the YAML or `%` title block, and the line of each top-level key."""

    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    text: str = ""  # as it stands in the file, so that text + blocks is the whole file


class Document(Struct, frozen=True):
    path: Path
    front: FrontMatter
    blocks: tuple[Prose | Chunk, ...]

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Chunk))
