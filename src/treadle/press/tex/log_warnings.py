"""What LaTeX warns of, and what it only notes: boxes that stick out, references to nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.document.front_matter_keys import SIZES
from treadle.press.tex.log import Message, MessageKind
from treadle.press.tex.places import Places
from treadle.press.tex.words import citation_hint, reference_hint
from treadle.problem import Problem, Span, error, warning

TOLERATED = 2.0  # points by which a box may stick out before it is worth a word

NOT_DEFINED = re.compile(r"^(?P<kind>Reference|Citation) [`'](?P<key>[^']+)'.* undefined")
UNKNOWN_OPTION = re.compile(r"^Unused global option\(s\): *\[(?P<name>[^\]]+)\]")
DUPLICATE_LABEL = re.compile(r"^Label `(?P<key>[^']+)' multiply defined")
# Nothing is wrong in the result: the passes see to it, or LaTeX found a good substitute.
HARMLESS = re.compile(
    r"(?:There were (?:undefined|multiply)|Label\(s\) may have changed|Rerun|Citation\(s\) may have"
    r"|`!?[htbp!]+' float specifier changed|Size substitutions|Some font shapes|Font shape .* size"
    r"|PDF inclusion: multiple pdfs|Marginpar on page|File `.*\.out' has changed"
    r"|Redefining Unicode character|Empty bibliography|Empty `thebibliography'"
    r"|Unknown slot number of character"  # a command's, as all that we declare: no font's
    r"|No positions in optional float|Usage of package .* together with a KOMA-Script class"
    r"|\\float@addtolists detected|\\footskip is too small"
    r"|destination with the same identifier \(name\{equation\.)"
    # Citations without an entry are told themselves; columns are balanced by hand, or not at all.
    r"|The following entry could not be found|Using fall-back|You have called \\balance"
    r"|Ignoring empty anchor|Unable to redefine math accent"
    r"|Shell escape disabled"  # what is not run for that is told itself
)

SHRUNK = re.compile(r"A table is shrunk to text of (?P<size>[\d.]+) points")
WIDER = (
    'show fewer columns or digits; with a caption, `f_env="table*"` spans two columns, and '
    '`f_env="sidewaystable"` turns it'
)
SLIDES = re.compile(r"^\\documentclass(?:\[[^\]]*\])?\{beamer\}", re.MULTILINE)
SHORTER = (
    "it is what slides have at their head or foot: say it shorter by `short-title`, "
    "`short-author`, `short-institute` in the front matter"
)
CROWDED = "let a heading begin another slide, or show less: a smaller `width`, `echo=False`"
# One word for what hyperref says of each token.
BOOKMARK = (
    "the PDF's bookmark of this heading lacks its formulas or commands: "
    r"give their plain text by \texorpdfstring{formula}{text}"
)


def warnings_of(item: Message, places: Places) -> Iterator[Problem]:
    if found := UNKNOWN_OPTION.match(item.text):
        for name in found["name"].split(","):
            value = name.removesuffix("pt").removesuffix("paper")
            at = places.of_source(name, places.of_source(value, places.of_line(1)))
            hint = SIZES if re.fullmatch(r"[\d.]+pt", name) else ""
            yield warning(at, f"the class has no option `{name}`", hint)
    elif problem := _other(item, places):
        yield problem


def _other(item: Message, places: Places) -> Problem | None:
    at = places.of_file(item.file or places.tex_name, item.line) if item.line else None
    if item.kind is MessageKind.OVERFULL:
        return _overfull(item, at or _whole(item, places), places)
    if item.kind is MessageKind.MISSING_CHARACTER:
        return _missing_character(item.text, places)
    if item.kind is MessageKind.REFUSED:
        if "_minted-" in item.text:  # told where minted is loaded
            return None
        place = places.of_source("write18", places.of_line(1))
        return warning(place, f"LaTeX may run no program: `{item.text}` is not run")
    if found := NOT_DEFINED.match(item.text):
        return _undefined(found["kind"], found["key"], at, places)
    if found := DUPLICATE_LABEL.match(item.text):
        if found["key"].endswith("@cref"):  # cleveref's own shadow of the label
            return None
        return _given_twice(found["key"], places)
    if HARMLESS.match(item.text) or not item.text or _is_of_rotating(item, places):
        return None
    if item.text.startswith("Token not allowed in a PDF string"):
        return warning(at or places.of_line(1), BOOKMARK)
    if found := SHRUNK.match(item.text):
        size = float(found["size"])
        what = f"the table is made smaller until it fits: its text has {size:.1f} points"
        return warning(at or places.of_line(1), what, WIDER)
    if "for an affiliation" in item.text:
        at = places.of_source("affiliation", places.of_line(1))
    return warning(at or _whole(item, places), f"LaTeX: {item.text.rstrip('.')}")


def _is_of_rotating(item: Message, places: Places) -> bool:
    r"""Whether ACM's class warns of a `\vspace` that is that of the package which turns tables."""
    turned = places.tex_line(item.line).startswith(r"\begin{sidewaystable")
    return turned and item.text.startswith(r"\vspace should only be used")


def _given_twice(key: str, places: Places) -> Problem:
    label = re.compile(re.escape(f"\\label{{{key}}}"))
    spans = [places.of_offset(found.start()) for found in label.finditer(places.tex)]
    spans += [at] if (at := places.of_input(label)) else []
    text = f"the label `{key}` is given twice"
    if len(spans) < 2:
        return error((*spans, places.of_line(1))[0], text)
    first = places.files.own(spans[0])
    return error(spans[1], text, f"first at {first}: give one of them another name")


def _whole(item: Message, places: Places) -> Span:
    return places.of_file(item.file, 1) if item.file.endswith(".bbl") else places.of_line(1)


def _overfull(item: Message, at: Span, places: Places) -> Problem | None:
    size = re.search(r"[\d.]+", item.text)
    if size is None or float(size[0]) <= TOLERATED:
        return None
    wide = item.text.startswith("h")
    what = "line sticks out of the margin" if wide else "page is overfull"
    hint = ""
    if SLIDES.search(places.tex):
        hint = "" if wide else CROWDED
        if wide and _is_head_or_foot(item, places):
            at, hint = _whole(item, places), SHORTER
    return warning(at, f"a {what} by {float(size[0]):.1f} pt", hint)


def _is_head_or_foot(item: Message, places: Places) -> bool:
    """Whether a line is one that pages repeat: these have no line of the text's."""
    begun = places.is_job(item.file) and places.tex_line(item.line).startswith(r"\begin{document}")
    return begun or not item.line


def _missing_character(text: str, places: Places) -> Problem:
    found = re.match(r"There is no (?P<char>\S+)(?: .*)? in font (?P<font>\S+)", text)
    char, font = (found["char"], found["font"]) if found else (text, "the font")
    if code := re.fullmatch(r'"([0-9A-F]{4,6})', char):
        char = chr(int(code[1], 16))
    at = (places.of_body(char) if not char.isascii() else None) or places.of_line(1)
    font = re.sub(r"^\[|\]?:.*$", "", font)  # of a font that is a file, its features follow
    lost = "a box stands for it" if text.endswith("(boxed)") else "it is not in the PDF"
    return warning(at, f"the character {char} is missing in font {font}: {lost}")


def _undefined(kind: str, key: str, at: Span | None, places: Places) -> Problem:
    hint = citation_hint if kind == "Citation" else reference_hint
    text = f"the {kind.lower()} `{key}` is not defined"
    return error(at or places.of_line(1), text, hint(key, places))
