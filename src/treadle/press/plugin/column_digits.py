"""How many digits the numbers of a column have.

As many as pandas prints: six decimals at most, and no zeros that all of them end in; where that
would drown the small ones or blow up the large ones, each number has its significant digits. Two
things go before: what somebody has typed stays, and what differs looks different. Who asks for a
number of decimals (`display.precision`) has just these.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal

DECIMALS = 6  # pandas' own
# Significant digits: a number that needs no more was typed, or rounded by somebody; of others,
# what lies beyond is the noise of computing.
TYPED = 12
_LARGE, _LONG = 1e6, 6  # beyond both, decimals are too many: pandas' own limits


def number_texts(numbers: Sequence[float], decimals: int | None = None) -> list[str]:
    """The texts of finite numbers and infinite ones; `decimals` are those that somebody asks for.

    What a text leaves out makes no two of them alike that differ in the first `TYPED` digits.
    """
    asked = DECIMALS if decimals is None else decimals
    write = _significant if _blown_up(numbers, asked) else _fixed
    if decimals is not None:
        return write(numbers, decimals, 0)
    different = len({f"{number:.{TYPED}g}" for number in numbers})
    texts = write(numbers, DECIMALS, TYPED)
    for more in range(DECIMALS + 1, DECIMALS + TYPED + 1):
        if len(set(texts)) >= different:
            break
        texts = write(numbers, more, TYPED)
    return texts


def of_few_bits(number: float, size: int) -> float:
    """The number that was meant by one of `size` bytes: 0.1, and not 0.10000000149."""
    code, digits = {2: ("e", (3, 4)), 4: ("f", (6, 7))}.get(size, ("d", ()))
    for meant in (float(f"{number:.{count}g}") for count in digits):
        with suppress(OverflowError):  # rounded, it may be too large
            if struct.pack(code, meant) == struct.pack(code, number):
                return meant
    return number


def _blown_up(numbers: Sequence[float], decimals: int) -> bool:
    """Whether so many decimals are too few for the smallest of them, or too many for the largest:
    where pandas would go over to powers of ten."""
    sizes = [abs(number) for number in numbers if number and math.isfinite(number)]
    if min(sizes, default=1) < 10**-decimals:
        return True
    length = max((len(text.lstrip("-")) for text in _fixed(numbers, decimals, 0)), default=0)
    return length >= decimals + _LONG and max(sizes, default=0) > _LARGE


def _fixed(numbers: Sequence[float], decimals: int, typed: int) -> list[str]:
    finite = [number for number in numbers if math.isfinite(number)]
    most = max((_decimals(number, decimals, typed) for number in finite), default=0)
    return [f"{number:.{max(most, min(decimals, 1))}f}" for number in numbers]


def _significant(numbers: Sequence[float], decimals: int, typed: int) -> list[str]:
    """Each number on its own, in a power of ten where that is shorter."""
    return [f"{number:.{_length(number, decimals + 1, typed)}g}" for number in numbers]


def _length(number: float, digits: int, typed: int) -> int:
    """The significant digits of a number: so many, or all that were typed."""
    own = _digits(number) if math.isfinite(number) else 0
    if digits < own <= typed:
        return max(own, min(len(str(int(abs(number)))), typed))
    return digits


def _digits(number: float) -> int:
    """Those of the shortest decimal number that is this one."""
    return len(Decimal(repr(number)).normalize().as_tuple().digits)


def _decimals(number: float, decimals: int, typed: int) -> int:
    """The decimals that a finite number needs: all if typed, else at most so many."""
    text = repr(number) if _digits(number) <= typed else f"{number:.{decimals}f}"
    exponent = Decimal(text).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(-exponent, 0)
