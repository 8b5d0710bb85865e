"""Names of chunks, options and parameters: which are valid, and what a wrong one meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from treadle.press.document.model import Chunk
from treadle.problem import Problem, error

# What a LaTeX label cannot hold: it is made of the chunk's name.
_UNFIT = re.compile(r"[\\{}#%~^$&\"'`,\x00-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BITS = 14_000  # Python writes no number of more than 4300 digits


def unusable(value: object) -> str:
    """What is wrong with a number or a text that can't be printed or sent on; "" if nothing is."""
    if isinstance(value, int) and value.bit_length() > _BITS:
        return "a number of thousands of digits"
    if isinstance(value, str) and (half := _SURROGATE.search(value)):
        return f"`\\u{ord(half.group()):04x}` is half a character"
    return ""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` was most likely meant to be, if one is near."""
    by_lower = {candidate.lower(): candidate for candidate in sorted(valid)}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """A hint for an unknown `name`: the nearest valid one, or else all of them."""
    candidates = sorted(valid)
    near = nearest(name, candidates)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"known are {', '.join(candidates)}" if candidates else "none is defined"


def unfit_for_label(name: str) -> str | None:
    """The first character of a chunk's name that a LaTeX label cannot hold."""
    found = _UNFIT.search(name)
    return found.group() if found else None


def duplicate_names(chunks: Iterable[Chunk]) -> tuple[Problem, ...]:
    """An error for each chunk whose name an earlier chunk has."""
    first: dict[str, Chunk] = {}
    found = []
    for chunk in chunks:
        name = chunk.options.name
        if not name:
            continue
        if name in first:
            message = f"the chunk on line {first[name].span.line} is named `{name}` already"
            found.append(error(chunk.span, message, "give one of them another name"))
        first.setdefault(name, chunk)
    return tuple(found)
