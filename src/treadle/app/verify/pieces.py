"""What a build has made, in pieces that can be compared with those of another build: what each
block of the document shows, the files that its chunks wrote, the PDF."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import takewhile, zip_longest
from pathlib import Path

from msgspec import Struct, convert
from msgspec.structs import replace

from treadle.app.scratch import Scratch
from treadle.engine.store.digest import digest
from treadle.press.cells import spelled
from treadle.press.document.model import Chunk, Document
from treadle.press.latex import escape
from treadle.problem import Span

TEXT, PDF = "the text", "the PDF"
END = sys.maxsize  # the line of what comes of the document as a whole
LONGEST = 60  # characters shown of a line that differs
BEFORE = 15  # of these, before the first that does
READABLE = 1_000_000  # bytes of a file that is looked at line by line


class Made(Struct, frozen=True):
    """A file that a chunk wrote, as the record names it."""

    path: str  # from the document's folder on, where it is below that
    line: int  # of the chunk
    label: str
    existed: bool  # what it held before was read: it is not the chunk's alone
    file: str = ""  # of a part of the document that has the line, as the record names it

    def numbered(self, document: Document) -> Made:
        """The same with the line's number in the document."""
        if not self.file:
            span = document.at(self.line)
        else:
            span = Span.at(spelled(self.file, document), self.line)
        return replace(self, line=document.files.numbered(span).line, file="")


class Piece(Struct, frozen=True):
    """Lines of text, each with its line of the document, and digests of files by name."""

    lines: tuple[tuple[str, int], ...] = ()
    files: Mapping[str, str] = {}


Pieces = Mapping[tuple[int, str], Piece]  # by line of the document, and what it is, in words


class Difference(Struct, frozen=True):
    """Where two builds differ first in a piece, and what is there, in words."""

    key: tuple[int, str]
    line: int
    words: str


def pieces_of(document: Document, scratch: Scratch, is_pdf: bool, top: str = "") -> Pieces:
    """What a build has put into its folder, its LaTeX in pieces by block of the document.

    `top` is what stands before each path where the build was made elsewhere. Raises OSError and
    ValueError where a file is missing, or is not what a build leaves.
    """
    raw = (scratch.out_dir / f"{scratch.stem}.tex").read_text("utf-8")
    tex = without(top, raw)
    origins = convert(json.loads(scratch.lines.read_bytes()), list[int])
    places = {origin: _place(document, origin) for origin in {0, *origins}}
    texts: dict[tuple[int, str], list[tuple[str, int]]] = {}
    for line, origin in zip_longest(tex.split("\n"), origins, fillvalue=0):
        texts.setdefault(places[int(origin)], []).append((str(line), int(origin)))
    files = {
        str(path.relative_to(scratch.out_dir)): digest(path.read_bytes())
        for path in sorted((scratch.out_dir / scratch.stem).rglob("*"))
        if path.is_file()
    }
    found = {key: Piece(tuple(lines), _named(files, lines)) for key, lines in texts.items()}
    named = {name for piece in found.values() for name in piece.files}
    rest = {name: files[name] for name in files.keys() - named}
    found[END, "what lies beside the LaTeX"] = Piece(files=rest)
    if is_pdf and tex == raw:  # else LaTeX may have broken its lines elsewhere
        pdf = scratch.out_dir / f"{scratch.stem}.pdf"
        found[END, PDF] = Piece(files={pdf.name: digest(pdf.read_bytes())})
    return found


def _place(document: Document, origin: int) -> tuple[int, str]:
    """Where the block that holds the line begins, and what it is."""
    for block in document.blocks:
        if block.span.line <= origin <= block.span.end_line:
            return block.span.line, block.label if isinstance(block, Chunk) else TEXT
    return 1, "the front matter"


def _named(files: Mapping[str, str], lines: Iterable[tuple[str, int]]) -> dict[str, str]:
    text = "\n".join(line for line, _ in lines)
    return {name: found for name, found in files.items() if name in text}


def without(top: str, text: str) -> str:
    """The text of a build elsewhere as it would be here, however LaTeX makes one write a path."""
    forms = (escape.escape, escape.escape_prose, escape.escape_verbatim, escape.escape_code)
    for form in {top, *(form(top) for form in forms)} - {""}:
        text = text.replace(form, "")
    return text


def pieces_of_files(made: Iterable[Made], folder: Path, top: str = "") -> Pieces:
    """The files that chunks of the document in `folder` wrote."""
    return {
        (item.line, f"`{item.path}`, which {item.label} writes,"): _of_file(
            Path(f"{top}{folder / item.path}"), item, top
        )
        for item in made
    }


def _of_file(path: Path, item: Made, top: str) -> Piece:
    if not path.is_file():
        return Piece()
    lines: tuple[tuple[str, int], ...] = ()
    data = path.read_bytes()
    if len(data) < READABLE:
        with suppress(UnicodeDecodeError):
            data = without(top, data.decode()).encode()
            lines = tuple((line, item.line) for line in data.decode().split("\n"))
    return Piece(lines, {item.path: digest(data)})


def differences(last: Pieces, clean: Pieces) -> Iterator[Difference]:
    """Those of two builds of one document, in its order; the PDF's where nothing else tells why."""
    keys = {key for key in last.keys() | clean.keys() if key[1] != PDF}
    found = [key for key in sorted(keys) if last.get(key) != clean.get(key)]
    for key in found or sorted(last.keys() & clean.keys() - keys):
        one, other = last.get(key, Piece()), clean.get(key, Piece())
        if one != other:
            line, words = _first(key, one, other)
            yield Difference(key, 1 if line == END else line, words)


def _first(key: tuple[int, str], last: Piece, clean: Piece) -> tuple[int, str]:
    """The line of the document, and what is there in either build."""
    none = ("", key[0])
    for one, other in zip_longest(last.lines, clean.lines, fillvalue=none):
        if one != other:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(one[0], other[0], strict=False))
            start = max(0, len(list(same)) - BEFORE)
            kept, fresh = (_clipped(text, start) for text, _ in (one, other))
            line = max(one[1], other[1]) if key[1] == TEXT else key[0]
            return line, f"{kept} in the last build, {fresh} in a clean one"
    for name in sorted(last.files.keys() | clean.files.keys()):
        if name not in clean.files:
            return key[0], f"a clean build does not make `{name}`"
        if name not in last.files:
            return key[0], f"a clean build makes `{name}`, too"
        if last.files[name] != clean.files[name]:
            return key[0], f"a clean build gives another `{name}`"
    return key[0], "a clean build makes none"


def _clipped(text: str, start: int) -> str:
    if not text:
        return "nothing"
    part = text[start : start + LONGEST]
    return f"`{'...' * (start > 0)}{part}{'...' * (start + LONGEST < len(text))}`"
