"""The ledger of a document's checks, and the marks in the margin that lead to it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from treadle.engine.messages import ChunkResult, Comparison, InlineResult
from treadle.press.document.assertions import asserts, labels_checked
from treadle.press.document.model import Chunk, Document
from treadle.press.weave.fragment import Fragment, Line
from treadle.press.weave.latex import escape_code, label_name, verbatim_lines
from treadle.press.weave.templates import environment, render_with_slots

MARK = r"\checkedmark"
LABEL = re.compile(r"\\label\{(?P<name>[^{}]+)\}")
AS_IT_STANDS = re.compile(r"\\verb\b|(?<!\\)%")
MOVING = re.compile(r"\\(?:caption|[a-z]*section|[a-z]*paragraph|chapter|part)\b")
DEFINED = rf"{{{MARK}}}[1]"  # by our preamble, which a template of the author's may leave out
Words = Callable[[str, int], str]


class Entry(Struct, frozen=True):
    """What was checked, by which chunk; None: by assertions of its own."""

    label: str
    chunk: Chunk
    comparison: Comparison | None


def entries_of(
    document: Document, results: Sequence[ChunkResult | InlineResult | None]
) -> tuple[Entry, ...]:
    """What the chunks that ran have checked, in the order of the document."""
    return tuple(
        entry
        for block, result in zip(document.blocks, results, strict=True)
        if isinstance(block, Chunk) and isinstance(result, ChunkResult) and result.failure is None
        for entry in _entries(block, result, document)
    )


def _entries(chunk: Chunk, result: ChunkResult, document: Document) -> Iterator[Entry]:
    for label in labels_checked(chunk):
        about = [item for item in result.comparisons if item.of in {"", label}]
        yield from (Entry(label, chunk, comparison) for comparison in about)
        if not about and asserts(chunk, document):
            yield Entry(label, chunk, None)


def in_order(entries: Sequence[Entry], document: Document) -> tuple[Entry, ...]:
    """By the places of their labels: in prose, or in the code that prints or names it."""
    places = {entry.label: _place(entry.label, document) for entry in entries}
    return tuple(sorted(entries, key=lambda entry: places[entry.label]))


def _place(label: str, document: Document) -> tuple[int, int]:
    """The number of a block, and a character of it."""
    name = re.escape(label)
    written = re.compile(rf"\{{[^{{}}\n]*#{name}(?![\w:-])|\\label\{{{name}\}}")
    for number, block in enumerate(document.blocks):
        if isinstance(block, Chunk):
            own = (f"fig:{block.options.name}", f"tbl:{block.options.name}")
            if label in own or f"label{{{label}}}" in block.code:
                return number, 0
        elif found := written.search(block.text):
            return number, found.start()
    return len(document.blocks), 0


def ledger_lines(
    entries: Sequence[Entry], words: Words, origin: int, *, twocolumn: bool
) -> Fragment:
    """The table; `words` makes LaTeX of a line of Markdown of the document's line."""
    if not entries:
        return ()
    rows: list[Line] = []
    labels = dict.fromkeys(entry.label for entry in entries)
    for label in labels:
        name = label_name(label)
        about = [entry for entry in entries if entry.label == label]
        for number, entry in enumerate(about, 1):
            target = rf"\hypertarget{{check.{name}}}{{\Cref{{{name}}}}}" if number == 1 else ""
            # A label does not stand alone at the end of a page, nor its last row on the next one.
            together = number < len(about) and number in {1, len(about) - 1}
            end = r"\\*" if together else r"\\"
            row = f"    {' & '.join((target, *_cells(entry, words)))} {end}"
            rows.append(Line(row, entry.chunk.span.line))
    template = environment().get_template("ledger.tex.j2")
    return render_with_slots(template, origin, {"rows": tuple(rows)}, {"twocolumn": twocolumn})


def _cells(entry: Entry, words: Words) -> tuple[str, str, str, str]:
    """What it was compared with, the number of cases, the tolerance, the largest deviation."""
    found = entry.comparison
    if found is None:
        return rf"assertions of \code{{{escape_code(entry.chunk.label)}}}", "", "", ""
    return words(found.against, entry.chunk.span.line), f"{found.cases:,}", *_limits(found)


def _limits(found: Comparison) -> tuple[str, str]:
    """The tolerance and the largest deviation, in the words of a comparison's kind."""
    if found.tolerance is None:
        return "at most", "none over"
    return (power(found.tolerance), power(found.deviation)) if found.tolerance else ("exact", "0")


def power(number: float) -> str:
    r"""`$2.3\cdot10^{-7}$`: a positive number with two digits."""
    if not number:
        return "0"
    exponent = math.floor(math.log10(number))
    digits = f"{number / 10.0**exponent:.1f}".removesuffix(".0")
    if digits == "10":
        digits, exponent = "1", exponent + 1
    if exponent in {0, 1}:
        return f"{number:.3g}"
    times = "" if digits == "1" else rf"{digits}\cdot"
    return rf"${times}10^{{{exponent}}}$"


def marked(body: Fragment, entries: Sequence[Entry]) -> Fragment:
    """The document with a mark at each label that is in the ledger.

    None stands in what is printed as it is, nor in a heading's or a caption's own words.
    """
    checked = {label_name(entry.label) for entry in entries}

    def mark(found: re.Match[str]) -> str:
        name, before = found["name"], found.string[: found.start()]
        inside = MOVING.search(before) and before.count("{") > before.count("}")
        free = name in checked and not inside and not AS_IT_STANDS.search(before)
        return f"{MARK}{{{name}}}{found[0]}" if free else found[0]

    if not checked:
        return body
    as_it_is = verbatim_lines(line.text for line in body)
    return tuple(
        line if verbatim else line._replace(text=LABEL.sub(mark, line.text))
        for line, verbatim in zip(body, as_it_is, strict=True)
    )
