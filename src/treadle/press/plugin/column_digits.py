"""How many digits the numbers of a column have.

As many as pandas prints: six decimals at most, and no zeros that all of them end in; where that
would drown the small ones or blow up the large ones, each number has its significant digits. Two
things go before: what somebody has typed stays, and what differs looks different. Who asks for a
number of decimals (`display.precision`) has just these.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal, DecimalTuple

DECIMALS = 6  # pandas' own
# Significant digits: a number that needs few was typed, or rounded by somebody; so was one that
# needs some more, if it has no more decimals than others are given. In computed ones, what lies
# beyond is noise.
FEW, SOME = 9, 12
SURE = 15  # significant digits that each decimal number keeps as a binary one
_LARGE, _LONG = 1e6, 6  # beyond both, decimals are too many: pandas' own limits

Whole = Callable[[float], bool]  # whether a number is printed whole


def number_texts(numbers: Sequence[float], decimals: int | None = None) -> list[str]:
    """The texts of finite numbers and infinite ones; `decimals` are those that somebody asks for.

    What a text leaves out makes no two of them alike that differ in the first `SOME` digits. (Of
    many numbers some will be alike by chance, one in a hundred may be.)
    """
    asked = DECIMALS if decimals is None else decimals
    write = _significant if _blown_up(numbers, asked) else _fixed
    if decimals is not None:
        return write(numbers, decimals, lambda _: False)
    different = len({f"{number:.{SOME}g}" for number in numbers}) - len(numbers) // 100
    texts = write(numbers, DECIMALS, _is_typed)
    for more in range(DECIMALS + 1, DECIMALS + SOME + 1):
        if len(set(texts)) >= different:
            break
        texts = write(numbers, more, _is_typed)
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
    length = max(
        (len(text.lstrip("-")) for text in _fixed(numbers, decimals, lambda _: False)), default=0
    )
    return length >= decimals + _LONG and max(sizes, default=0) > _LARGE


def _fixed(numbers: Sequence[float], decimals: int, typed: Whole) -> list[str]:
    finite = [number for number in numbers if math.isfinite(number)]
    most = max((_decimals(number, decimals, typed) for number in finite), default=0)
    return [_to_place(number, max(most, min(decimals, 1))) for number in numbers]


def _to_place(number: float, decimals: int) -> str:
    """With so many decimals: zeros follow the shortest digits that are this number."""
    if not math.isfinite(number) or -_exponent(_shortest(number)) > decimals:
        return f"{number:.{decimals}f}"
    return f"{Decimal(repr(number)):.{decimals}f}"


def _significant(numbers: Sequence[float], decimals: int, typed: Whole) -> list[str]:
    """Each number on its own, in a power of ten where that is shorter; but where one that was
    typed is long, the others that large are as long, with as many decimals as elsewhere."""
    lengths = [_length(number, decimals + 1, typed) for number in numbers]
    if max(lengths, default=0) > max(decimals + 1, FEW):
        lengths = [max(*pair) for pair in zip(lengths, map(_long, numbers), strict=True)]
    return [f"{number:.{length}g}" for number, length in zip(numbers, lengths, strict=True)]


def _long(number: float) -> int:
    """The significant digits of a large number with `DECIMALS`."""
    if not _LARGE <= abs(number) < 10**SURE:
        return 0
    return min(len(_shortest(number).digits), len(str(int(abs(number)))) + DECIMALS)


def _length(number: float, digits: int, typed: Whole) -> int:
    """The significant digits of a number: so many, or all that were typed."""
    if not math.isfinite(number):
        return digits
    if not typed(number):
        return min(digits, max(len(_shortest(number).digits), SURE))
    own = len(_shortest(number).digits)
    return max(own, min(len(str(int(abs(number)))), SOME)) if own > digits else digits


def _decimals(number: float, decimals: int, typed: Whole) -> int:
    """The decimals that a finite number needs: all if typed, else at most so many."""
    text = repr(number) if typed(number) else f"{number:.{decimals}f}"
    return max(-_exponent(Decimal(text).normalize().as_tuple()), 0)


def _is_typed(number: float) -> bool:
    shortest = _shortest(number)
    digits = len(shortest.digits)
    return digits <= FEW or (digits <= SOME and -_exponent(shortest) <= DECIMALS)


def _shortest(number: float) -> DecimalTuple:
    """The shortest decimal number that is this one."""
    return Decimal(repr(number)).normalize().as_tuple()


def _exponent(parts: DecimalTuple) -> int:
    assert isinstance(parts.exponent, int)
    return parts.exponent
