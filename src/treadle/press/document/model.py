"""A document as it was read: front matter, prose, chunks, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from treadle.press.document.options import ChunkOptions
from treadle.press.document.source_files import SourceFiles
from treadle.problem import Span


class Inline(Struct, frozen=True):
    """`<%= expression %>` (`shows`) or `<% statements %>`, at text[start:end] of its prose."""

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
    prefix: str = ""  # what stands before its fence: the list or quotation that it belongs to

    @property
    def label(self) -> str:
        """What to call it in messages: its name, or "chunk 3"."""
        return self.options.name or f"chunk {self.number}"

    @property
    def fence(self) -> Span:
        """The line that its options stand on."""
        return Span.at(self.span.file, self.span.line)


class FrontMatter(Struct, frozen=True):
    """The values of the YAML or `%` title block, and the line of each top-level key; that of the
    second author in a list is `author.1`."""

    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    text: str = ""  # as it stands in the file, so that text + blocks is the whole file


class Include(Struct, frozen=True):
    """Where other files have their place; what stands on the lines of `span` names them."""

    paths: tuple[str, ...]
    span: Span
    is_chunk: bool = False  # it counts where chunks are numbered


class Document(Struct, frozen=True):
    """All of a file, in its order, with its parts from other files in their places.

    Its lines are numbered through all of them: see `source_files.py`.
    """

    path: Path
    front: FrontMatter
    blocks: tuple[Prose | Chunk, ...]
    is_latex: bool = False  # the prose is LaTeX, and no Markdown
    text: str = ""  # all of its lines
    files: SourceFiles = SourceFiles()

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Chunk))

    @property
    def prose(self) -> tuple[Prose, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Prose))

    def at(self, line: int) -> Span:
        """One of its lines."""
        return Span.at(str(self.path), line)

    def said(self, key: str) -> Span:
        """The line on which the front matter has a key; the first, if it has not."""
        return self.at(self.front.lines.get(key, 1))
