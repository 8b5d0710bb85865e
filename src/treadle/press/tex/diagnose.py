"""From LaTeX's log to problems at lines of the `.pmd` and of the author's other files."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

from treadle.press.latex.fragment import READS
from treadle.press.tex.bib_entries import key_of_made
from treadle.press.tex.consequences import BEGUN, mistakes
from treadle.press.tex.log import Message, MessageKind, messages
from treadle.press.tex.log_warnings import NOT_DEFINED, warnings_of
from treadle.press.tex.places import ARGUMENT, Places, last_paragraph, loading
from treadle.press.tex.words import (
    ENDINPUT,
    FATAL,
    NO_ENVIRONMENT,
    OPEN_ARGUMENT,
    nowhere,
    open_formula,
    words_for,
)
from treadle.problem import Problem, Span, error


def diagnose(log: str, places: Places) -> tuple[Problem, ...]:
    """The problems of the log of a settled pass, in the order of the document's lines."""
    found = tuple(messages(log))
    # A character may be missing thousands of times.
    others = (item for item in dict.fromkeys(found) if item.kind is not MessageKind.ERROR)
    return _merged(
        [*_errors(found, places), *(each for item in others for each in warnings_of(item, places))]
    )


def diagnose_errors(log: str, places: Places) -> tuple[Problem, ...]:
    """The errors alone: all that counts of a pass that was not the last."""
    return _merged(_errors(messages(log), places))


def diagnose_missing(log: str, places: Places) -> tuple[Problem, ...]:
    """The references and citations that surely lead nowhere, though LaTeX has come to no end."""
    said = [item for item in messages(log) if item.kind is MessageKind.WARNING]
    keys = {item: found["key"] for item in said if (found := NOT_DEFINED.match(item.text))}
    lost = nowhere(keys.values(), places)
    missing = (item for item in said if keys.get(item) in lost)
    return _merged(problem for item in missing for problem in warnings_of(item, places))


def _merged(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in the order of the lines."""
    return tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))


# Errors: of those that only follow from another one, nothing is said.

VERBATIM = re.compile(r"File ended while scanning use of \\@s?xverbatim")
BEGIN_VERBATIM = re.compile(r"\\begin\{verbatim\*?\}")
DEFINED = re.compile(r"Command (?P<name>\\\S+) (?:already defined|undefined)")
NO_FILE = re.compile(r"File `(?P<name>[^']+)' not found")
NO_FONT = re.compile(r'The font "(?P<name>[^"]+)" cannot be found')
IMAGE = re.compile(r"\w+ \(file (?P<name>[^)]+)\)")  # it begins with the program's name
SKIPPED = re.compile(r"Incomplete (?P<name>\\if\w*); all text was ignored after line (?P<line>\d+)")
INTERNAL = {r"\@footnotetext": r"\footnote"}  # LaTeX's commands, by those that authors write
FINDABLE = 6  # so many characters are hardly found elsewhere by chance
PACKAGE = re.compile(r"^Package (?P<name>\S+) Error: ")
CLASH = re.compile(r"Option clash for package (?P<name>[^\s.]+)")
DOLLAR = re.compile(r"(?<!\\)\$")


def _errors(found: Iterable[Message], places: Places) -> Iterator[Problem]:
    errors = [item for item in found if item.kind is MessageKind.ERROR]
    for item in mistakes(errors, places):
        said = words_for(item, places)
        yield error(_place(item, places), f"LaTeX: {said.sentence}", said.hint)


def _place(item: Message, places: Places) -> Span:
    """The line of the document: LaTeX's, or that of what the error is about."""
    text = item.said
    key = key_of_made(item.line, places.bibliography) if item.file.endswith(".bbl") else ""
    if entry := places.entries.get(key):
        return entry.of(_about(text, item) or "".join((item.read or item.context).split()[-1:]))
    if (begun := BEGUN.match(text)) and begun["line"]:
        return places.of_begin(begun["what"], item.file, int(begun["line"]))
    if VERBATIM.match(text):
        return places.of_pattern(BEGIN_VERBATIM, len(BEGIN_VERBATIM.findall(places.tex)))
    if (open_ := OPEN_ARGUMENT.match(text)) and (at := _argument(open_["name"], item, places)):
        return at
    if item.ends_formula and item.line > 1:  # TeX misses it at the blank line
        return _place_of_open(item, places)
    if at := _file_place(text, places) or _font_place(text, places):
        return at
    if skipped := SKIPPED.search(text):
        return places.of_source(skipped["name"], places.of_line(int(skipped["line"])))
    if FATAL.match(text) and ENDINPUT.search(places.tex):
        return places.of_pattern(ENDINPUT)
    if not item.line:
        return places.of_line(1)
    if at := _place_in_collected(item, places):
        return at
    about = _about(text, item) or _waiting_package(item, places)
    at = places.of_file(item.file or places.tex_name, item.line)
    at = (places.of_line_before(about, item.file, item.line) if about else None) or at
    return places.of_source(about, at)


def _about(text: str, item: Message) -> str:
    """What stands in the document where the error is; empty: unknown."""
    if found := NO_ENVIRONMENT.match(text):
        return f"\\begin{{{found['name']}}}"
    if found := DEFINED.match(text):
        return found["name"]
    if found := CLASH.match(text):
        return f"{{{found['name']}}}"
    if text.startswith("Missing \\right"):
        return r"\left"
    return item.undefined


def _waiting_package(item: Message, places: Places) -> str:
    r"""How the package is named that has waited to say what is wrong, till it had been read or till
    `\begin{document}`; empty: none has."""
    by = PACKAGE.match(item.text)
    if by is None or not places.is_job(item.file):
        return ""
    above = loading(by["name"]).search(places.tex_line(item.line - 1))
    waited = above or r"\begin{document}" in places.tex_line(item.line)
    return f"{{{by['name']}}}" if waited else ""


def _file_place(text: str, places: Places) -> Span | None:
    """Where a file is named: LaTeX asks for another name and tells no line, or dies of it."""
    if missing := NO_FILE.match(text):
        stem = missing["name"].rpartition(".")[0] or missing["name"]
    elif image := IMAGE.match(text):
        stem = image["name"].rpartition("/")[2]
    else:
        return None
    named = re.compile(rf"(?<![\w-]){re.escape(stem)}(?![\w-])")
    at = places.of_input(named) if not named.search(places.tex) else None
    return at or places.of_source(stem, places.of_pattern(named))


def _font_place(text: str, places: Places) -> Span | None:
    """Where a font is named: it is loaded somewhere else."""
    found = NO_FONT.search(text)
    return places.of_text(found["name"]) if found else None


def _argument(name: str, item: Message, places: Places) -> Span | None:
    """Where the argument begins that never ends; an empty line is a \\par in TeX's eyes."""
    start = re.split(r" ?\\par\b|\\ETC\.|\.\.\.$", item.context)[0][:60]
    name = INTERNAL.get(name, name)
    alone = start.removeprefix("{")
    for opening in (f"\\begin{{{name[1:]}}}{start}", name + start, alone):
        if (len(opening) >= FINDABLE or opening != alone) and (at := places.of_text(opening)):
            return at
    begin = alone.partition("\\")[0].strip()[:20]
    for entry in places.entries.values():
        if len(begin) >= FINDABLE and begin in entry.text:
            return entry.of(begin)
    return places.of_open(name)


def _place_of_open(item: Message, places: Places) -> Span:
    """Where it was opened by an environment, or the last line before that blank line."""
    paragraph = places.paragraph(item.file, item.line)
    if opened := open_formula(paragraph):
        return places.of_file(item.file, item.line - len(paragraph) + opened[0])
    last = paragraph[-1] if paragraph else ""
    read = READS.search(last)
    path = Path(places.file).parent / read[1].strip() if read else None
    for other in places.inputs if path else ():
        lines = other.text.rstrip().split("\n")
        dollars = DOLLAR.findall("\n".join(last_paragraph(lines)))
        if other.name in {str(path), f"{path}.tex"} and len(dollars) % 2:
            return Span.at(other.name, len(lines))
    return places.of_file(item.file, item.line - 1)


# What LaTeX reads to its end before it sets it, `align` and the like and arguments of commands:
# what is wrong in it, it finds at the end.

COLLECTS = r"(?:x?x?align(?:at)?|flalign|gather|multline|subequations|tabularx|tabulary)\*?"
COLLECTED = re.compile(rf"\\end\{{(?P<name>{COLLECTS})\}}")
LONGEST, SHORTEST = 40, 3  # characters of LaTeX's context that are looked for
SURE = 10  # so many are hardly found elsewhere by chance


def _place_in_collected(item: Message, places: Places) -> Span | None:
    """The line of what LaTeX had read of it when it stumbled; None where that can't be told."""
    if not places.is_job(item.file) or not item.line:
        return None
    line, context = places.tex_line(item.line), _compact(item.context)
    first, least = max(item.line - ARGUMENT, 1), SURE
    if ended := COLLECTED.search(line):
        begin = f"\\begin{{{ended['name']}}}"
        above = range(item.line, 0, -1)
        first = next((at for at in above if begin in places.tex_line(at)), item.line)
        least = SHORTEST
    if context.endswith(_compact(line)[-least:]) or context[-least:] in _compact(line):
        return None
    number = _last_line_with(context, places.tex_lines[first - 1 : item.line - 1], least)
    return None if number is None else places.of_line(first + number)


def _last_line_with(context: str, lines: list[str], least: int) -> int | None:
    """The index of the line in which the context ends; TeX prints blanks where it likes."""
    texts = [_compact(line) for line in lines]
    whole = "".join(texts)
    for length in range(min(LONGEST, len(context)), least - 1, -1):
        at = whole.rfind(context[-length:])
        if at >= 0:
            return bisect_left([*accumulate(map(len, texts))], at + length)
    return None


def _compact(text: str) -> str:
    return re.sub(r"\s", "", text)
