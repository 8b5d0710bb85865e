"""Which characters beyond ASCII a document prints, and the line that has each first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from treadle.press.document.front_matter_keys import Settings, databases
from treadle.press.document.model import Document
from treadle.press.latex.fragment import Line, text_of
from treadle.press.tex.bib_entries import entries_in, named_databases
from treadle.press.tex.places import inputs_of
from treadle.problem import Problem, Span, warning

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
GREEK_WORD = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]{3}")  # of fewer letters, it is mathematics
CITED = re.compile(r"\\[A-Za-z]*cite[A-Za-z]*\*?\s*(?:\[[^\]]*\]\s*)*\{([^{}]+)\}")
CODED = re.compile(r"\\(?:missingchar\{([0-9A-F]{4,6})\}|controlchar\{(.))")
OURS = {"E0F0", "E0F1"}  # what stands for a chunk that has been lost: an error tells of it


def places_of_all(lines: Sequence[Line], document: Document, settings: Settings) -> dict[str, Span]:
    """Those of `lines`, of the entries that they cite, and of the files that they read."""
    found = places_of(lines, document)
    for char, span in _in_files(lines, document, settings):
        found.setdefault(char, span)
    return found


def places_of(lines: Iterable[Line], document: Document) -> dict[str, Span]:
    """Those of `lines`, and the first word of Greek letters."""
    found: dict[str, Span] = {}
    for line in lines:
        if not line.text.isascii():
            for char in BEYOND_ASCII.findall(line.text):
                found.setdefault(char, Span.at(str(document.path), line.origin))
            if word := GREEK_WORD.search(line.text):
                found.setdefault(word[0], Span.at(str(document.path), line.origin))
    return found


def _in_files(
    lines: Sequence[Line], document: Document, settings: Settings
) -> Iterator[tuple[str, Span]]:
    """Those of what else is printed: entries of the bibliography, files that are read."""
    tex = text_of(lines)
    folder = document.path.parent
    texts = [(each.name, 1, each.text) for each in inputs_of(tex, folder)]
    cited = set(re.split(r"[,\s]+", ",".join(CITED.findall(tex))))
    files = (*databases(document, settings), *named_databases(tex, folder))
    for key, entry in entries_in(files).items():
        if key in cited or "*" in cited:
            texts.append((entry.file, entry.line, entry.text))
    for file, first, text in texts:
        for number, line in enumerate(text.split("\n") if not text.isascii() else (), first):
            yield from ((char, Span.at(file, number)) for char in BEYOND_ASCII.findall(line))


def unknown_characters(lines: Sequence[Line], document: Document) -> Iterator[Problem]:
    """A warning for each character that is none: a code stands for it in the LaTeX already."""
    found: dict[str, Span] = {}
    for line in lines if CODED.search(text_of(lines)) else ():
        for code, sign in CODED.findall(line.text):
            if code in OURS:
                continue
            if code or not line.fixed:  # in what is printed, `^[` is what is expected
                name = f"U+{code or f'{ord(sign) ^ 0x40:04X}'}"
                found.setdefault(name, Span.at(str(document.path), line.origin))
    for name, at in found.items():
        text = f"{name} is no character of any script: a code stands for it"
        yield warning(at, text, "write it in another way")
