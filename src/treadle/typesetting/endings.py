r"""A document that LaTeX ends before its last line: nothing of the rest is in the PDF."""

from __future__ import annotations

import re

from treadle.diagnostics import Diagnostic, Span, error
from treadle.typesetting.log import first_error
from treadle.typesetting.places import Places

MARK = "Treadle: the end is on line "  # our preamble has LaTeX write it into its log, and where
WRITES = f"\\AtEndDocument{{\\immediate\\write-1{{{MARK}"
ENDED = re.compile(rf"^{MARK}(?P<line>\d{{1,9}}) of (?P<file>.*)$", re.MULTILINE)
END = r"\end{document}"
STOPS = re.compile(r"\\(?:stop|bye|@@end)(?![A-Za-z])")
HINT = "the end is written for you, below the last line: remove it, or comment the rest out"


def early_end(log: str, places: Places) -> Diagnostic | None:
    """The error that says where the document ended, if that was not its last line."""
    if WRITES not in places.tex:  # a template of the author's own
        return None
    ended = list(ENDED.finditer(log))
    if not ended and first_error(log) is not None:  # TeX has stopped there
        return None
    if not ended:
        return error(_stop(places), "LaTeX ends before the document does: the rest is lost", HINT)
    number, file = int(ended[-1]["line"]), ended[-1]["file"]
    inside = _input(file, number, places)
    ends = places.is_end(places.tex_name, number) or _is_nothing_lost(number, places)
    if inside is None and ends:
        return None
    return error(
        inside or _end(number, places), f"`{END}` ends the document here: the rest is lost", HINT
    )


def _input(file: str, number: int, places: Places) -> Span | None:
    """Where in this file the end stands; None: it does not, whatever LaTeX says it has open."""
    at = places.of_file(file, number) if file else None
    found = at and any(
        other.name == at.file and END in "".join(other.text.split("\n")[number - 1 : number])
        for other in places.inputs
    )
    return at if found else None


def _is_nothing_lost(number: int, places: Places) -> bool:
    rest = "".join(places.tex_lines[number - 1 :]).partition(END)[2]
    return not rest.replace(END, "").strip()


def _stop(places: Places) -> Span:
    in_tex = STOPS.search(places.tex)
    return places.of_pattern(STOPS) if in_tex else places.of_input(STOPS) or places.of_line(1)


def _end(number: int, places: Places) -> Span:
    """The line is known, the file is not."""
    if END not in "".join(places.tex_lines[number - 1 : number]):
        for other in places.inputs:
            if END in "".join(other.text.split("\n")[number - 1 : number]):
                return Span.at(other.name, number)
    return places.of_line(number)
