"""The entries of the bibliography's files, and which one a line of the `.bbl` was made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from treadle.diagnostics import Span
from treadle.typesetting.places import Places

START = re.compile(r"^[ \t]*@\w+\s*[{(]\s*(?P<key>[^\s,{}=]+)\s*,", re.MULTILINE)
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


def entries_of(places: Places) -> tuple[Entry, ...]:
    """The entries of all databases of the document, as far as they can be told."""
    found: list[Entry] = []
    for path in map(Path, places.originals.values()):
        if path.suffix == ".bib" and path.is_file():
            found += _entries(path.read_text("utf-8", "replace"), str(path))
    return tuple(found)


def _entries(text: str, file: str) -> Iterator[Entry]:
    starts = list(START.finditer(text))
    line, at = 1, 0
    for number, start in enumerate(starts, 1):
        line += text.count("\n", at, start.start())
        at = start.start()
        end = starts[number].start() if number < len(starts) else len(text)
        yield Entry(start["key"], file, line, text[at:end])


def entry_of(key: str, places: Places) -> Entry | None:
    """The entry with this key; the first, if there are several."""
    return next((entry for entry in entries_of(places) if entry.key == key), None)


def entry_of_made(number: int, places: Places) -> Entry | None:
    """The entry of which BibTeX has made line `number` of the `.bbl`."""
    above = "\n".join(places.bibliography.split("\n")[:number])
    keys = [found["key"] for found in MADE.finditer(above)]
    return entry_of(keys[-1], places) if keys else None
