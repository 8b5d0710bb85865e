"""How large the store may grow."""

from __future__ import annotations

import os
import re

VARIABLE = "TREADLE_CACHE_LIMIT"
DEFAULT = 5 * 10**9  # bytes
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


class LimitError(OSError):
    """The limit that is given is no size; the command reports it as it does other OSErrors."""


def cache_limit() -> int:
    """The limit in bytes: 5 GB, or what the environment variable TREADLE_CACHE_LIMIT says.

    It holds a number and perhaps a unit: `500M`, `2.5G`. Raises LimitError.
    """
    given = os.environ.get(VARIABLE, "").strip()
    return size_of(given) if given else DEFAULT


def size_of(text: str) -> int:
    """The bytes that `500M` or the like means. Raises LimitError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", text.upper())
    if found is None:
        raise LimitError(f"{VARIABLE} is {text!r}; a size like 500M or 5G is expected")
    return int(float(found[1]) * UNITS[found[2]])


def in_words(size: int) -> str:
    """A size for people: `12.3 MB`."""
    number = float(size)
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"
