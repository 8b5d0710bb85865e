"""What biblatex's program for bibliographies says, Biber, as problems at their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from treadle.press.tex.engine import PDFLATEX
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


def is_of_biblatex(log: str) -> bool:
    """Whether the log is Biber's, or says that there is no such program."""
    return log.startswith(NO_PROGRAM) or "INFO - This is Biber" in log[:200]


def biblatex_problems(log: str, places: Places) -> Iterator[Problem]:
    """The problems of Biber's log, at the line of the database, or where it is named."""
    if log.startswith(NO_PROGRAM):
        name = log.removeprefix(NO_PROGRAM).strip()
        at = places.of_pattern(loading("biblatex"))
        text = f"the program `{name}` is not installed, and biblatex needs it for the bibliography"
        hint = f"install {name}, or load biblatex with the option `backend={PDFLATEX.bibliography}`"
        yield error(at, text, hint)
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
        return at, f"Biber: {found['text']}", hint if "syntax error" in found["text"] else ""
    keys = (quoted["key"] for quoted in QUOTED.finditer(text))
    entry = next((places.entries[key] for key in keys if key in places.entries), None)
    return entry.of("") if entry else named, f"Biber: {text}", ""
