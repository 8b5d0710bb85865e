"""A document as it was read: front matter, prose, chunks, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from treadle.problem import Span


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
    """One `.pmd` file."""

    path: Path
    front: FrontMatter
    blocks: tuple[Prose | Chunk, ...]

    @property
    def stem(self) -> str:
        """The file's name without `.pmd`."""
        return self.path.stem

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """The chunks alone, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Chunk))
