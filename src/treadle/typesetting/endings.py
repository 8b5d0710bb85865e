r"""A document that LaTeX ends before its last line: nothing of the rest is in the PDF."""

from __future__ import annotations

import re

from treadle.diagnostics import Diagnostic, Span, error
from treadle.typesetting.log import first_error
from treadle.typesetting.places import Places

MARK = "The document ends on line "  # our preamble has LaTeX write it into its log, and the line
WRITES = re.compile(rf"\\AtEndDocument\{{\\wlog\{{{MARK}")
ENDED = re.compile(rf"^{MARK}(?P<line>\d{{1,9}})$", re.MULTILINE)
END = r"\end{document}"
STOPS = re.compile(r"\\(?:stop|bye|@@end)(?![A-Za-z])")
HINT = "the end is written for you, below the last line: remove it, or comment the rest out"


def early_end(log: str, places: Places) -> Diagnostic | None:
    """The error that says where the document ended, if that was not its last line."""
    if not WRITES.search(places.tex):  # a template of the author's own
        return None
    ended = ENDED.search(log)
    if ended is None and first_error(log) is not None:  # TeX has stopped there
        return None
    if ended is None:
        return error(_stop(places), "LaTeX ends before the document does: the rest is lost", HINT)
    number = int(ended["line"])
    if places.is_end(places.tex_name, number):
        return None
    return error(_end(number, places), f"`{END}` ends the document here: the rest is lost", HINT)


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
