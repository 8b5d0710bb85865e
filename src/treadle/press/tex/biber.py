"""What biber says, biblatex's bibliography program, as problems at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.tex.passes import NO_PROGRAM
from treadle.press.tex.places import READ_BY, Places, loading
from treadle.problem import Problem, Span, error, warning

SAID = re.compile(r"> (?P<level>ERROR|WARN|INFO) - (?P<text>.*)$", re.MULTILINE)
SOURCE = re.compile(r"Found BibTeX data source '(?P<file>.+)'$")
NO_FILE = re.compile(r"Cannot find '(?P<file>.+)'!$")
AT_LINE = re.compile(r"BibTeX subsystem: .*, line (?P<line>\d{1,9}), (?P<text>.+)$")
COUNTED = re.compile(r"(?:ERRORS|WARNINGS): \d+$")
UNKNOWN_ENTRY = "I didn't find a database entry for"
QUOTED = re.compile(r"'(?P<key>[^']+)'")
NO_BIBER = NO_PROGRAM.format("biber")


def is_of_biber(log: str) -> bool:
    return log == NO_BIBER or "INFO - This is Biber" in log[:200]


def biber_problems(log: str, places: Places) -> Iterator[Problem]:
    """The problems of biber's log, at the line of the database, or where it is named."""
    if log == NO_BIBER:
        at = places.of_pattern(loading("biblatex"))
        text = "the program `biber` is not installed, and biblatex needs it for the bibliography"
        yield error(at, text, r"install it, or load `\usepackage[backend=bibtex]{biblatex}`")
    file = ""
    for found in SAID.finditer(log):
        text = found["text"]
        if source := SOURCE.match(text):
            file = source["file"]
        elif found["level"] != "INFO" and not COUNTED.match(text) and UNKNOWN_ENTRY not in text:
            at, words, hint = _told(text, file, places)
            yield (error if found["level"] == "ERROR" else warning)(at, words, hint)


def _told(text: str, file: str, places: Places) -> tuple[Span, str, str]:
    """Where it is, what is wrong, and the way out (may be empty)."""
    named = places.of_pattern(READ_BY[".bbl"])
    if missing := NO_FILE.match(text):
        pattern = re.compile(rf"\\\w+(?:\[[^\]]*\])?\{{[^{{}}]*{re.escape(missing['file'])}")
        at = places.of_pattern(pattern)
        return at, f"there is no bibliography file `{missing['file']}`", ""
    if (found := AT_LINE.match(text)) and file:
        hint = "is a comma, a quote or a closing brace missing in this entry or the one before?"
        at = places.of_file(file, int(found["line"]))
        return at, f"biber: {found['text']}", hint if "syntax error" in found["text"] else ""
    keys = (quoted["key"] for quoted in QUOTED.finditer(text))
    entry = next((places.entries[key] for key in keys if key in places.entries), None)
    return entry.of("") if entry else named, f"biber: {text}", ""
