"""What LaTeX and BibTeX say, as problems at lines of the `.pmd` and of the bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from treadle.press.tex.errors import errors_of
from treadle.press.tex.log import Kind, Message, first_error, messages
from treadle.press.tex.passes import databases_in
from treadle.press.tex.places import MADE, READ_BY, Places
from treadle.press.tex.words import citation_hint, nowhere, reference_hint
from treadle.problem import Problem, Span, error, warning

TOLERATED = 2.0  # points by which a box may stick out before it is worth a word

UNDEFINED = re.compile(r"^(?P<kind>Reference|Citation) [`'](?P<key>[^']+)'.* undefined")
UNKNOWN_OPTION = re.compile(r"^Unused global option\(s\): *\[(?P<name>[^\]]+)\]")
DUPLICATE_LABEL = re.compile(r"^Label `(?P<key>[^']+)' multiply defined")
# Nothing is wrong in the result: the passes see to it, or LaTeX found a good substitute.
HARMLESS = re.compile(
    r"(?:There were (?:undefined|multiply)|Label\(s\) may have changed|Rerun|Citation\(s\) may have"
    r"|`!?[htbp!]+' float specifier changed|Size substitutions|Some font shapes|Font shape .* size"
    r"|PDF inclusion: multiple pdfs|Marginpar on page|File `.*\.out' has changed"
    r"|Redefining Unicode character|Empty bibliography|Empty `thebibliography'"
    r"|No positions in optional float|Usage of package .* together with a KOMA-Script class"
    r"|\\float@addtolists detected|\\footskip is too small"
    r"|destination with the same identifier \(name\{equation\.)"
)

SIZES = "sizes are 10pt, 11pt, 12pt; `documentclass: extarticle` has 8pt to 20pt"
# One word for what hyperref says of each token.
BOOKMARK = (
    "the PDF's bookmark of this heading lacks its formulas or commands: "
    r"give their plain text by \texorpdfstring{formula}{text}"
)


def diagnose(log: str, places: Places) -> tuple[Problem, ...]:
    """The problems of the log of a settled pass, in the order of the document's lines."""
    found = tuple(messages(log))
    errors = errors_of([item for item in found if item.kind is Kind.ERROR], places)
    # A character may be missing thousands of times.
    others = (item for item in dict.fromkeys(found) if item.kind is not Kind.ERROR)
    return _merged([*errors, *(problem for item in others for problem in _others(item, places))])


def diagnose_errors(log: str, places: Places) -> tuple[Problem, ...]:
    """The errors alone: all that counts of a pass that was not the last."""
    return _merged(errors_of([item for item in messages(log) if item.kind is Kind.ERROR], places))


def diagnose_missing(log: str, places: Places) -> tuple[Problem, ...]:
    """The references and citations that surely lead nowhere, though LaTeX has come to no end."""
    said = [item for item in messages(log) if item.kind is Kind.WARNING]
    keys = {item: found["key"] for item in said if (found := UNDEFINED.match(item.text))}
    lost = nowhere(keys.values(), places)
    missing = (item for item in said if keys.get(item) in lost)
    return _merged(problem for item in missing for problem in _others(item, places))


def _merged(found: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in the order of the lines."""
    return tuple(sorted(dict.fromkeys(found), key=lambda item: item.span))


def _others(item: Message, places: Places) -> Iterator[Problem]:
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
    if item.kind is Kind.OVERFULL:
        return _overfull(item, at or _whole(item, places))
    if item.kind is Kind.MISSING_CHARACTER:
        return _missing_character(item.text, places)
    if item.kind is Kind.REFUSED:
        place = places.of_source("write18", places.of_line(1))
        return warning(place, f"LaTeX may run no program: `{item.text}` is not run")
    if found := UNDEFINED.match(item.text):
        return _undefined(found["kind"], found["key"], at, places)
    if found := DUPLICATE_LABEL.match(item.text):
        if found["key"].endswith("@cref"):  # cleveref's own shadow of the label
            return None
        return _given_twice(found["key"], places)
    if HARMLESS.match(item.text) or not item.text:
        return None
    if item.text.startswith("Token not allowed in a PDF string"):
        return warning(at or places.of_line(1), BOOKMARK)
    return warning(at or _whole(item, places), f"LaTeX: {item.text.rstrip('.')}")


def _given_twice(key: str, places: Places) -> Problem:
    label = re.compile(re.escape(f"\\label{{{key}}}"))
    spans = [places.of_offset(found.start()) for found in label.finditer(places.tex)]
    spans += [at] if (at := places.of_input(label)) else []
    text = f"the label `{key}` is given twice"
    if len(spans) < 2:
        return error((*spans, places.of_line(1))[0], text)
    return error(spans[1], text, f"first at {spans[0]}: give one of them another name")


def _whole(item: Message, places: Places) -> Span:
    return places.of_file(item.file, 1) if item.file.endswith(".bbl") else places.of_line(1)


def _overfull(item: Message, at: Span) -> Problem | None:
    size = re.search(r"[\d.]+", item.text)
    if size is None or float(size[0]) <= TOLERATED:
        return None
    what = "line sticks out of the margin" if item.text.startswith("h") else "page is overfull"
    return warning(at, f"a {what} by {float(size[0]):.1f} pt")


def _missing_character(text: str, places: Places) -> Problem:
    found = re.match(r"There is no (?P<char>\S+)(?: .*)? in font (?P<font>\S+)", text)
    char, font = (found["char"], found["font"]) if found else (text, "the font")
    at = (places.of_text(char) if not char.isascii() else None) or places.of_line(1)
    return warning(at, f"the character {char} is missing in font {font}: it is not in the PDF")


def _undefined(kind: str, key: str, at: Span | None, places: Places) -> Problem:
    hint = citation_hint if kind == "Citation" else reference_hint
    text = f"the {kind.lower()} `{key}` is not defined"
    return error(at or places.of_line(1), text, hint(key, places))


# A document that LaTeX ends before its last line: nothing of the rest is in the PDF.

MARK = "Treadle: the end is on line "  # our preamble has LaTeX write it into its log, and where
WRITES = f"\\AtEndDocument{{\\immediate\\write-1{{{MARK}"
ENDED = re.compile(rf"^{MARK}(?P<line>\d{{1,9}}) of (?P<file>.*)$", re.MULTILINE)
END = r"\end{document}"
STOPS = re.compile(r"\\(?:stop|bye|@@end)(?![A-Za-z])")
HINT = "the end is written for you, below the last line: remove it, or comment the rest out"


def early_end(log: str, places: Places) -> Problem | None:
    """The error that says where the document ended, if that was not its last line."""
    if WRITES not in places.tex:  # a template of the author's own
        return None
    ended = list(ENDED.finditer(log))
    if not ended and first_error(log) is not None:  # TeX has stopped there
        return None
    if not ended:
        at = None if STOPS.search(places.tex) else places.of_input(STOPS)
        text = "LaTeX ends before the document does: the rest is lost"
        return error(at or places.of_pattern(STOPS), text, HINT)
    number, file = int(ended[-1]["line"]), ended[-1]["file"]
    inside = _end_in_input(file, number, places)
    rest = "".join(places.tex_lines[number - 1 :]).partition(END)[2].replace(END, "")
    if inside is None and (places.is_end(places.tex_name, number) or not rest.strip()):
        return None
    at = inside or _end(number, places)
    return error(at, f"`{END}` ends the document here: the rest is lost", HINT)


def _end_in_input(file: str, number: int, places: Places) -> Span | None:
    """Where in this file the end stands; None: it does not, whatever LaTeX says it has open."""
    at = places.of_file(file, number) if file else None
    inputs = (other for other in places.inputs if at is not None and other.name == at.file)
    return at if any(END in other.line(number) for other in inputs) else None


def _end(number: int, places: Places) -> Span:
    """The line is known, the file is not."""
    inputs = places.inputs if END not in places.tex_line(number) else ()
    names = (other.name for other in inputs if END in other.line(number))
    return next((Span.at(name, number) for name in names), places.of_line(number))


# What BibTeX says.

AT_LINE = re.compile(
    r"^(?P<message>.+?)---(?:line (?P<line>\d{1,9})\d* of|while reading) file (?P<file>.+)$"
)
NO_DATABASE = re.compile(r"^I couldn't open (?P<kind>database|style) file (?P<file>.+)$")
# What the style's program stumbles over: the line after it is the style's.
NAMES = re.compile(r"^Too many commas in name \d+ of .* for entry (?P<key>\S+)$")
SAID = {"while executing", "I found no style file"}  # by the line before
NO_STRING = re.compile(
    r'^Warning--string name "(?P<name>[^"]+)" is undefined\n'
    r"--line (?P<line>\d{1,9}) of file (?P<file>.+)$",
    re.MULTILINE,
)
BAD_CROSSREF = re.compile(
    r'^A bad cross reference---entry "(?P<key>[^"]+)"\nrefers to entry "(?P<other>[^"]+)"',
    re.MULTILINE,
)
UNKNOWN_ENTRY = "I didn't find a database entry for"
ABOUT_ENTRY = re.compile(r"^Warning--(?P<message>.+ in (?P<key>\S+))$")
UNKNOWN_TYPE = re.compile(r"""^Warning--entry type for "(?P<key>[^"]+)" isn't style-file defined""")
# BibTeX itself ends a long line by a `%`; addresses may hold one.
ADDRESS = re.compile(r"\\(?:url|doi|href|path|nolinkurl)\s*\{[^{}]*\}")
COMMENT = re.compile(r"(?<!\\)%.*\S")


def bibliography_problems(log: str, places: Places, directory: Path) -> Iterator[Problem]:
    """The problems of a `.blg`, at the entry of the database or at `\\bibliography`."""
    errors = list(dict.fromkeys(_entry_errors(log, places, directory)))
    yield from errors
    yield from _unknown_strings(log, places)
    if not errors:  # an entry that is cut off lacks fields, which says nothing new
        yield from _entry_warnings(log, places)


def _entry_errors(log: str, places: Places, directory: Path) -> Iterator[Problem]:
    for line in log.splitlines():
        if found := NO_DATABASE.match(line):
            stem = found["file"].rpartition(".")[0] or found["file"]
            at = places.of_source(stem, places.of_pattern(READ_BY[".bbl"]))
            what = "bibliography file" if found["kind"] == "database" else "bibliography style"
            yield error(at, f"there is no {what} `{found['file']}`")
        elif found := NAMES.match(line):
            at = _entry(found["key"], places, "author")
            text = f"BibTeX: too many commas in the names of `{found['key']}`"
            yield error(at, text, "`and` stands between authors: `Ann Lee and Bo Chen and others`")
        elif (found := AT_LINE.match(line)) and found["message"] not in SAID:
            name = found["file"].strip()
            files = (path for path in databases_in(directory) if path.name == Path(name).name)
            text = next((path.read_text("utf-8", "replace") for path in files), "")
            line_meant, hint = _fault(found["message"], int(found["line"] or 1), text)
            at = places.of_file(name, line_meant)
            yield error(at, f"BibTeX: {found['message']}", hint)
    for found in BAD_CROSSREF.finditer(log):
        text = f"BibTeX: the `crossref` of `{found['key']}` names no entry: `{found['other']}`"
        yield error(_entry(found["key"], places, "crossref"), text)


def _unknown_strings(log: str, places: Places) -> Iterator[Problem]:
    for found in NO_STRING.finditer(log):
        at = places.of_file(found["file"].strip(), int(found["line"]))
        text = f"BibTeX: no `@string` is named `{found['name']}`: the field is left out"
        yield warning(at, text, "put words in braces; months are jan, feb, mar, ... sep, ... dec")


def _entry_warnings(log: str, places: Places) -> Iterator[Problem]:
    for line in log.splitlines():
        if found := UNKNOWN_TYPE.match(line):
            text = f"BibTeX: the style knows no entries of the type that `{found['key']}` has"
            hint = "is it misspelt? There are @article, @book, @misc and others"
            yield warning(_entry(found["key"], places), text, hint)
        elif UNKNOWN_ENTRY in line:
            continue  # LaTeX says so itself, where the citation stands
        elif found := ABOUT_ENTRY.match(line):
            yield warning(_entry(found["key"], places), f"BibTeX: {found['message']}")


def lost_behind_percent(bibliography: str, places: Places) -> Iterator[Problem]:
    r"""A warning for each `%` in the text of a `.bbl` that hides the rest of its line."""
    key = ""
    for line in bibliography.splitlines():
        if made := MADE.search(line):
            key = made["key"]
        if key and (lost := COMMENT.search(ADDRESS.sub("", line))):
            text = f"a `%` in the entry `{key}` makes LaTeX skip what follows it"
            at = _entry(key, places, lost[0][:5])
            yield warning(at, text, r"write `\%` for the sign itself")


def _entry(key: str, places: Places, words: str = "") -> Span:
    """The line of the entry with these words."""
    entry = places.entries.get(key)
    return entry.of(words) if entry else places.of_pattern(READ_BY[".bbl"])


# What is wrong in a bibliography's file where BibTeX stumbles over it, and what to do.

BEGIN = re.compile(r"^[ \t]*@(?!(?i:string|preamble|comment)\b)(?P<type>\w+)\s*[{(]", re.MULTILINE)
KEY = re.compile(r"\s*(?P<key>[^\s,{}]+)\s*,")
ENDS = ("end of database", "end of file")
EXPECTED = "I was expecting a `,' or a `}'"


def _fault(message: str, number: int, text: str) -> tuple[int, str]:
    """The line of the file that is meant, and the way out (may be empty).

    BibTeX's `message` says `number`; it sees the end of what is open, and not its beginning.
    """
    here = min(number, text.count("\n") + (not text.endswith("\n"))) if text else number
    here = max(here, 1)
    above = "\n".join(text.split("\n")[:number])
    begins = list(BEGIN.finditer(above))
    if begins and KEY.match(text, begins[-1].end()) is None:
        kind = begins[-1]["type"]
        hint = f"an entry begins with its key, as in `@{kind}{{Name2026,`"
        return _line(text, begins[-1].start()), hint
    if any(end in message for end in ENDS):
        return here, _unclosed(begins[-1:], text)
    if message.startswith(EXPECTED):
        # At an entry's first line it is the one before that has not ended.
        if len(begins) > 1 and _line(text, begins[-1].start()) == number:
            return here, _unclosed(begins[-2:-1], text)
        return here, "a comma is missing after the field before"
    return here, "there is one entry of each key" if message.startswith("Repeated entry") else ""


def _unclosed(begins: list[re.Match[str]], text: str) -> str:
    what = "the closing brace of an entry, or of a field, is missing"
    if not begins:
        return what
    key = KEY.match(text, begins[0].end())
    line = _line(text, begins[0].start())
    return f"{what}: `{key['key']}`, which begins on line {line}" if key else what


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
