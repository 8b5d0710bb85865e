"""How wide the text of a document is, and how large its font: what figures are drawn for."""

from __future__ import annotations

import re

from msgspec import Struct

POINTS_PER_INCH = 72.27
# \columnwidth: in two columns a figure has one of them.
PROBE = r"""\begin{document}\makeatletter
\typeout{TREADLE-MEASURE \the\columnwidth\space\f@size}
\csname @@end\endcsname
"""
MEASURED = re.compile(r"TREADLE-MEASURE (?P<width>[\d.]+)pt (?P<size>[\d.]+)")


class Measure(Struct, frozen=True):
    """The width of the text in inches and the size of its font in points."""

    text_width: float = 6.3
    font_size: float = 10.0


def measure_of(log: str) -> Measure | None:
    """The measure that a document which ends in `PROBE` has told."""
    found = MEASURED.search(log)
    if found is None:
        return None
    return Measure(round(float(found["width"]) / POINTS_PER_INCH, 4), float(found["size"]))
