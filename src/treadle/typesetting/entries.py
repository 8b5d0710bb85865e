"""The entries of the bibliography's files, and which one a line of the `.bbl` was made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from treadle.diagnostics import Span

START = re.compile(r"^[ \t]*@\w+\s*[{(]\s*(?P<key>[^\s,{}]+)\s*,", re.MULTILINE)
MADE = re.compile(r"\\bibitem\s*(?:\[(?:[^\[\]]|\[[^\[\]]*\])*\])?\s*\{(?P<key>[^{}]+)\}")


class Entry(Struct, frozen=True):
    """An entry: its key, the author's file, the line of it where it begins, its text."""

    key: str
    file: str
    line: int
    text: str

    def of(self, words: str) -> Span:
        """The first of its lines with these words; without them, its first line."""
        lines = self.text.split("\n") if words else []
        found = (number for number, line in enumerate(lines) if words in line)
        return Span.at(self.file, self.line + next(found, 0))


def entries_in(paths: Iterable[Path]) -> dict[str, Entry]:
    """The entries of these databases by their keys, as far as they can be told; of several with
    one key, the first."""
    found: dict[str, Entry] = {}
    for path in paths:
        if path.suffix == ".bib" and path.is_file():
            for entry in _entries(path.read_text("utf-8", "replace"), str(path)):
                found.setdefault(entry.key, entry)
    return found


def _entries(text: str, file: str) -> Iterator[Entry]:
    starts = list(START.finditer(text))
    line, at = 1, 0
    for number, start in enumerate(starts, 1):
        line += text.count("\n", at, start.start())
        at = start.start()
        end = starts[number].start() if number < len(starts) else len(text)
        yield Entry(start["key"], file, line, text[at:end])


def key_of_made(number: int, bibliography: str) -> str:
    """The key of the entry of which BibTeX has made line `number` of the `.bbl`; or empty."""
    above = "\n".join(bibliography.split("\n")[:number])
    return next((found["key"] for found in reversed([*MADE.finditer(above)])), "")
