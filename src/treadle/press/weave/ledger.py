"""The ledger of a document's checks, and the marks in the margin that lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from treadle.press.document.checking_chunks import asserts, labels_checked
from treadle.press.document.model import Chunk, Document
from treadle.press.latex.escape import escape_code, label_name
from treadle.press.latex.fragment import Fragment, Line, verbatim_lines
from treadle.press.latex.languages import Words
from treadle.press.latex.templates import render
from treadle.press.markdown.render import render_line
from treadle.press.markdown.text_context import TextContext
from treadle.press.plugin.press_plugin import Comparison
from treadle.press.results import ChunkResult, Results

MARK = r"\checkedmark"
LABEL = re.compile(r"\\label\{(?P<name>[^{}]+)\}")
AS_IT_STANDS = re.compile(r"\\verb\b|(?<!\\)%")
MOVING = re.compile(r"\\(?:caption|[a-z]*section|[a-z]*paragraph|chapter|part)\b")
WIDE = 86  # columns of code: in a narrower text the other columns want more of it
DEFINED = rf"{{{MARK}}}[1]"  # by our preamble, which a template of the author's may leave out


class Checked(Struct, frozen=True):
    """What was checked, by which chunk, and how; None: by assertions of the chunk's own."""

    label: str
    chunk: Chunk
    comparison: Comparison | None


def entries_of(document: Document, results: Results) -> tuple[Checked, ...]:
    """What the chunks that ran have checked, in the order of the document."""
    entries: list[Checked] = []
    for chunk, result in zip(document.blocks, results, strict=True):
        if not isinstance(chunk, Chunk) or not isinstance(result, ChunkResult) or result.failure:
            continue
        for label in labels_checked(chunk):
            about = [item for item in result.comparisons if item.of in {"", label}]
            entries += (Checked(label, chunk, comparison) for comparison in about)
            if not about and asserts(chunk, document):
                entries.append(Checked(label, chunk, None))
    return tuple(entries)


def in_order(entries: Sequence[Checked], document: Document) -> tuple[Checked, ...]:
    """By the places of their labels: in prose, or in the code that prints or names it."""
    places = {entry.label: _place(entry.label, document) for entry in entries}
    return tuple(sorted(entries, key=lambda entry: places[entry.label]))


def _place(label: str, document: Document) -> tuple[int, int]:
    """The number of a block, and a character of it."""
    name = re.escape(label)
    written = re.compile(rf"\{{[^{{}}\n]*#{name}(?![\w:-])|\\label\{{{name}\}}")
    for number, block in enumerate(document.blocks):
        if isinstance(block, Chunk):
            floats = (f"fig:{block.options.name}", f"tbl:{block.options.name}")
            if label in floats or f"label{{{label}}}" in block.code:
                return number, 0
        elif found := written.search(block.text):
            return number, found.start()
    return len(document.blocks), 0


def ledger_lines(entries: Sequence[Checked], origin: int, context: TextContext) -> Fragment:
    """The table of all that was checked, label by label; nothing where nothing was."""
    if not entries:
        return ()
    labels = dict.fromkeys(entry.label for entry in entries)
    rows = tuple(row for label in labels for row in _rows(label, entries, context))
    share = 0.54 if context.options.columns >= WIDE else 0.42
    values = {
        "twocolumn": context.options.twocolumn,
        "share": share,
        "words": context.options.words,
    }
    return render("ledger.tex.j2", origin, values, {"rows": rows})


def _rows(label: str, entries: Sequence[Checked], context: TextContext) -> Iterator[Line]:
    name = label_name(label)
    about = [entry for entry in entries if entry.label == label]
    for number, entry in enumerate(about, 1):
        target = rf"\hypertarget{{check.{name}}}{{\Cref{{{name}}}}}" if number == 1 else ""
        # A label does not stand alone at the end of a page, nor its last row on the next one.
        together = number < len(about) and number in {1, len(about) - 1}
        end = r"\\*" if together else r"\\"
        row = f"    {' & '.join((target, *_fields(entry, context)))} {end}"
        yield Line(row, entry.chunk.span.line)


def _fields(entry: Checked, context: TextContext) -> tuple[str, str, str, str]:
    """What it was compared with, the number of cases, the tolerance, the largest deviation."""
    found, chunk, words = entry.comparison, entry.chunk, context.options.words
    if found is None:
        return rf"{words.assertions} \codetext{{{escape_code(chunk.label)}}}", "", "", ""
    against = render_line(found.against, chunk.span.line, context)
    return against, f"{found.cases:,}", *_limits(found, words)


def _limits(found: Comparison, words: Words) -> tuple[str, str]:
    if found.tolerance is None:
        return words.most, words.none
    if not found.tolerance:
        return words.exact, "0"
    return power(found.tolerance), power(found.deviation)


def power(number: float) -> str:
    r"""`$2.3\cdot10^{-7}$`: a positive number with two digits."""
    if not number:
        return "0"
    digits, _, exponent = f"{number:.1e}".partition("e")
    if int(exponent) in {0, 1}:
        return f"{number:.3g}"
    digits = digits.removesuffix(".0")
    times = "" if digits == "1" else rf"{digits}\cdot"
    return rf"${times}10^{{{int(exponent)}}}$"


def marked(body: Fragment, entries: Sequence[Checked]) -> Fragment:
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
    lines = zip(body, verbatim_lines(line.text for line in body), strict=True)
    return tuple(
        line if verbatim else line._replace(text=LABEL.sub(mark, line.text))
        for line, verbatim in lines
    )
