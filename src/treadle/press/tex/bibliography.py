"""What BibTeX says, and what is wrong in the bibliography's files, as problems at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from treadle.press.tex.bib_entries import MADE
from treadle.press.tex.passes import databases_in
from treadle.press.tex.places import READ_BY, Places
from treadle.problem import Problem, Span, error, warning

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
        # At the beginning of a line it is the style's: BibTeX indents what it wraps.
        if key and not line.startswith("%") and (lost := COMMENT.search(ADDRESS.sub("", line))):
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
