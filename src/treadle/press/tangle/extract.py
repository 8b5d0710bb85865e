"""What the document's chunks become under the code folder: modules and tests."""

from __future__ import annotations

import ast
import hashlib
import keyword
import re
from pathlib import Path, PurePosixPath

from msgspec import Struct

from treadle.press.document.code_syntax import parsed
from treadle.press.document.model import Chunk, Document
from treadle.press.document.source_files import seen_from
from treadle.problem import Span

# The first line of an extracted file: what it comes from, and a seal against hand edits.

_HEADER = re.compile(
    r"# Extracted by treadle from (?P<source>.+): edit that, not this file\. "
    r"\[(?P<digest>[0-9a-f]{16})\]\n"
)


class Seal(Struct, frozen=True):
    """What an extracted file says of itself; `intact` if nobody has edited it since."""

    source: str
    intact: bool


def sealed(source: str, body: str) -> str:
    """The whole text of a file extracted from `source`."""
    digest = _digest(body)
    return f"# Extracted by treadle from {source}: edit that, not this file. [{digest}]\n{body}"


def read_seal(text: str) -> Seal | None:
    """The seal of a file's text; None if treadle did not write it."""
    header = _HEADER.match(text)
    if header is None:
        return None
    return Seal(header["source"], _digest(text[header.end() :]) == header["digest"])


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()[:16]


def package_name(stem: str) -> str:
    """The Python package of a document: its stem, made an identifier."""
    name = re.sub(r"\W", "_", stem)
    if not name.isidentifier():
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def module_name(document: Document, module: str) -> str:
    """The dotted name by which the worker imports `module` of the document."""
    return f"{package_name(document.stem)}.{module}"


def place_of(document: Document, chunk: Chunk) -> PurePosixPath | None:
    """The file a chunk is extracted to, relative to the code folder, if it is extracted.

    A test is extracted even if it is not evaluated in the document; a chunk of a module that
    is not evaluated is only shown.
    """
    package = package_name(document.stem)
    module = chunk.options.module
    if chunk.options.test:
        return PurePosixPath(package, f"test_{module or package}.py")
    if module is not None and chunk.options.evaluate:
        return PurePosixPath(package, f"{module}.py")
    return None


# Where a line of an extracted file comes from.

# The range of lines tells how far a region goes, so that nothing in its code can be taken
# for the comment of the next.
_ORIGIN = re.compile(r"\s*# %% (?P<file>.+):(?P<first>\d+)-(?P<last>\d+)(?: .*)?")


def origin_in(text: str, line: int) -> Span | None:
    """The source of line `line` (from 1) of an extracted file's text.

    An origin comment itself comes from the first line of its region; None for what no line of
    the document stands behind.
    """
    lines = text.split("\n")
    position = 0
    while position < min(line, len(lines)):
        found = _ORIGIN.fullmatch(lines[position])
        if found is None:
            position += 1
            continue
        first, last = int(found["first"]), int(found["last"])
        offset = line - 1 - position
        if offset <= last - first + 1:
            return Span.at(found["file"], first + max(offset - 1, 0))
        position += last - first + 2
    return None


def origin_of(path: Path, line: int, document: Path | None = None) -> Span | None:
    """The source of line `line` of the extracted file `path`; None where there is none.

    Extracted files name their document without its folder; given the `document`'s path, the
    span names the file as that does.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    span = origin_in(text, line)
    if span is None or document is None or document.name != span.file:
        return span
    return Span(str(document), span.line, span.end_line)


_MAIN = 'if __name__ == "__main__":'


class Extracted(Struct, frozen=True):
    """A file to be: `path` relative to the code folder, `span` that of its first chunk."""

    path: PurePosixPath
    text: str
    source: str  # the document's file name
    span: Span


def extract(document: Document) -> tuple[Extracted, ...]:
    """The files of a document: the chunks of each, in the document's order."""
    chunks: dict[PurePosixPath, list[Chunk]] = {}
    for chunk in document.chunks:
        place = place_of(document, chunk)
        if place is not None and chunk.code.strip():
            chunks.setdefault(place, []).append(chunk)
    source = document.path.name
    folder, own = document.path.parent, document.files.own
    files = []
    for path, parts in chunks.items():
        # Comments only above the first region: a docstring or a __future__ import may begin it.
        places = (own(document.at(chunk.code_line)) for chunk in parts)
        named = ((seen_from(at.file, folder), at.line) for at in places)
        body = "\n\n".join(_region(*item) for item in zip(parts, named, strict=True))
        files.append(Extracted(path, sealed(source, f"\n{body}"), source, parts[0].span))
    return tuple(files)


def _region(chunk: Chunk, place: tuple[str, int]) -> str:
    """The chunk's code below a comment that says where it stands: a file, and a line there."""
    source, code_line = place
    lines = chunk.code.split("\n")
    blank = next(position for position, line in enumerate(lines) if line.strip())
    first = code_line + blank
    last = first + len(lines) - blank - 1
    name = f" {chunk.options.name}" if chunk.options.name else ""
    comment = f"# %% {source}:{first}-{last}{name}"
    code = "\n".join(lines[blank:])
    if chunk.options.main:
        return f"{_MAIN}\n    {comment}\n{_indented(code)}\n"
    return f"{comment}\n{code}\n"


def _indented(code: str) -> str:
    """`code` four columns to the right, but for the inside of its strings."""
    inside = _string_lines(code)
    return "\n".join(
        line if number in inside or not line.strip() else f"    {line}"
        for number, line in enumerate(code.split("\n"), start=1)
    )


def _string_lines(code: str) -> frozenset[int]:
    """The lines that begin within a string."""
    return frozenset(
        line
        for node in ast.walk(parsed(code))
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    )
