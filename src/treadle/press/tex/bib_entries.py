"""The entries of the bibliography's files, and which one a line of the `.bbl` was made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from treadle.press.document.source_text import is_file
from treadle.problem import Span

START = re.compile(r"^[ \t]*@\w+\s*[{(]\s*(?P<key>[^\s,{}]+)\s*,", re.MULTILINE)
NAMED = re.compile(r"\\(?:addbibresource|bibliography)(?:\[[^\]]*\])?\{([^{}]+)\}")
MADE = re.compile(r"\\(?:bibitem\s*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])?|entry)\s*\{(?P<key>[^{}]+)\}")


class BibEntry(Struct, frozen=True):
    """An entry: the author's file, the line of it where it begins, its text."""

    file: str
    line: int
    text: str

    def of(self, words: str) -> Span:
        """The first of its lines with these words; without them, its first line."""
        lines = self.text.split("\n") if words else []
        found = (number for number, line in enumerate(lines) if words in line)
        return Span.at(self.file, self.line + next(found, 0))


def named_databases(tex: str, folder: Path) -> Iterator[Path]:
    """The files in `folder` that LaTeX names as bibliographies, the author's commands included."""
    for found in NAMED.finditer(tex):
        for name in found[1].split(","):
            yield folder / (
                name.strip() if name.strip().endswith(".bib") else f"{name.strip()}.bib"
            )


def entries_in(paths: Iterable[Path]) -> dict[str, BibEntry]:
    """The entries of these databases by their keys, as far as they can be told; of several with
    one key, the first."""
    found: dict[str, BibEntry] = {}
    for path in paths:
        if path.suffix == ".bib" and is_file(path):
            for key, entry in _entries(path.read_text("utf-8", "replace"), str(path)):
                found.setdefault(key, entry)
    return found


def _entries(text: str, file: str) -> Iterator[tuple[str, BibEntry]]:
    starts = list(START.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    line, at = 1, 0
    for start, end in zip(starts, ends, strict=True):
        line += text.count("\n", at, start.start())
        at = start.start()
        yield start["key"], BibEntry(file, line, text[at:end])


def key_of_made(number: int, bibliography: str) -> str:
    """The key of the entry of which line `number` of the `.bbl` was made; or empty."""
    above = "\n".join(bibliography.split("\n")[:number])
    return next((found["key"] for found in reversed([*MADE.finditer(above)])), "")
