r"""Lengths as authors write them: in LaTeX, as a share of the line, in pixels; and in inches."""

from __future__ import annotations

import re
from types import MappingProxyType

PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
NUMBER = re.compile(r"\d*\.?\d+")
IN_INCHES = MappingProxyType(
    {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72.27, "bp": 1 / 72}
)
MEASURE = re.compile(rf"({NUMBER.pattern})\s*({'|'.join(IN_INCHES)})")
OF_LINE = re.compile(rf"({NUMBER.pattern})?\s*\\(linewidth|columnwidth|hsize|textwidth)")


def length(given: str | None) -> str:
    r"""A length in LaTeX: `60%` and `0.6` are of the line's width, a plain number is in pixels."""
    text = (given or "").strip()
    if found := PERCENT.fullmatch(text):
        return rf"{float(found[1]) / 100:g}\linewidth"
    if NUMBER.fullmatch(text) and float(text) <= 1:
        return rf"{float(text):g}\linewidth"
    pixels = NUMBER.fullmatch(text.removesuffix("px"))
    return f"{float(pixels[0]) * 0.75:g}bp" if pixels else text


def inches(given: str | None, line: float, page: float) -> float | None:
    r"""The same in inches, where a line is `line` inches wide and `\textwidth` is `page`; None of
    what LaTeX alone could tell, and of nothing."""
    text = length(given)
    if found := OF_LINE.fullmatch(text):
        return float(found[1] or 1) * (page if found[2] == "textwidth" else line)
    found = MEASURE.fullmatch(text)
    return float(found[1]) * IN_INCHES[found[2]] if found else None
