"""A document that LaTeX ends before its last line: nothing of the rest is in the PDF."""

from __future__ import annotations

import re

from treadle.press.tex.log import first_error
from treadle.press.tex.places import Places
from treadle.problem import Problem, Span, error

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
