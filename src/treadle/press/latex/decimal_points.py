"""Numbers of a column below one another, point below point, though some have fewer decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# What may stand behind the whole part of a number
NUMBER = re.compile(
    r"\s*[-+−]?(?:\d[\d,'_]*)?\d(?P<rest>(?:\.\d*)?(?:[eE][-+]?\d+)?)(?P<unit>\s*%?)\s*"
)
# What stands among numbers and has no point
NO_NUMBER = frozenset({"", "inf", "-inf", "NaN", "None", "NaT", "<NA>", "nan", "⋮", "…", "..."})


def all_numbers(texts: Iterable[str]) -> bool:
    """Whether there are numbers, and nothing else but what stands among them."""
    matches = {text: NUMBER.fullmatch(text) for text in texts}
    others = {text.strip() for text, number in matches.items() if not number}
    return len(others) < len(matches) and others <= NO_NUMBER


def paddings(texts: Sequence[str]) -> list[str]:
    """For each text of a column the LaTeX that is to follow it. Nothing, where not all are numbers,
    or all are equally long behind their points."""
    found = [NUMBER.fullmatch(text) for text in texts]
    numbers = [number for number in found if number]
    if not all_numbers(texts) or len({number["unit"] for number in numbers}) != 1:
        return [""] * len(texts)
    longest = max(sorted({number["rest"] for number in numbers}), key=len)
    return [_phantom(longest[len(number["rest"]) :]) if number else "" for number in found]


def _phantom(text: str) -> str:
    return rf"\phantom{{{text}}}" if text else ""
