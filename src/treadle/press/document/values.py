"""What a chunk's option may hold, and what a wrong value or name was meant to be."""

from __future__ import annotations

import difflib
import keyword
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

# Python writes no number of more than 4300 digits.
_MOST_BITS = 14_000
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a quoted string of Python or YAML makes of a backslash: `\f` of `\frac`. A line break may be
# meant, unless it begins a command such as `\nu` or `\newcommand`.
SWALLOWED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]"
    r"|\n(?=(?:u|abla|eq?|eg|ot|oindent|ew[a-z]+)(?![a-z]))"
)


class WrongValueError(ValueError):
    """A value of the wrong kind: what was expected, and perhaps the way out."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


def unusable(value: object) -> str:
    """What is wrong with a number or a text that can't be printed or sent on; "" if nothing is."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
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


# The kinds of options: each takes the value on the fence, and gives the one that the option has.

_UNFIT_FOR_LABEL = re.compile(r"[\\{}#%~^$&\"'`,\x00-\x1f]")
UNITS = MappingProxyType({"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12})
LEAST_MEMORY = 10**7  # bytes; Python itself holds more


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("True or False")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        hint = f'write "{value}"' if isinstance(value, int | float) else ""
        raise WrongValueError("a string", hint)
    return value


def _text_or_none(value: object) -> str | None:
    """A string; Pweave's own default for some of these is False, which means none."""
    return None if value is None or value is False else _text(value)


def _name(value: object) -> str | None:
    name = _text_or_none(value)
    if name and (unfit := _UNFIT_FOR_LABEL.search(name)):
        raise WrongValueError(f"a name without {unfit[0]!r}", "LaTeX labels are made of it")
    return name or None


def _width(value: object) -> str | None:
    """A LaTeX length; a bare number stays as it is written."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return _text_or_none(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError("a number")
    if not 0 < value <= sys.float_info.max:
        raise WrongValueError("a number above zero")
    return value


def _size(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise WrongValueError("a pair (width, height) in inches")
    return (_number(value[0]), _number(value[1]))


def _dpi(value: object) -> int:
    number = _number(value)
    if not isinstance(number, int):
        raise WrongValueError("a whole number of dots per inch")
    return number


def _seconds(value: object) -> float | None:
    return None if value is None else _number(value)


def _bytes(value: object) -> int | None:
    """A number of bytes, or one with a unit: "500M"."""
    if value is None:
        return None
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", value.upper())
        if found is None:
            raise WrongValueError('a size such as "500M" or "2G"')
        value = float(found[1]) * UNITS[found[2]]
    if (size := int(_number(value))) < LEAST_MEMORY:
        raise WrongValueError(
            "at least ten megabytes, which Python needs itself",
            'a number without a unit is one of bytes: write, for example, "500M"',
        )
    return size


def size_text(size: int) -> str:
    """A number of bytes as an author writes it: "500M", or the number alone."""
    for unit in ("G", "M", "K"):
        if size % UNITS[unit] == 0:
            return f'"{size // UNITS[unit]}{unit}"'
    return str(size)


def _wrap(value: object) -> bool | str:
    if isinstance(value, bool):
        return value
    if value not in ("code", "output", "results"):
        raise WrongValueError('True, False, "code", "output" or "results"')
    return str(value)


def _module(value: object) -> str | None:
    name = _text_or_none(value)
    if name is None:
        return None
    if not name.isidentifier() or keyword.iskeyword(name):
        raise WrongValueError("a Python identifier, without folder and without .py")
    if name.startswith("test_") or (name.startswith("__") and name.endswith("__")):
        raise WrongValueError(
            "a name that does not begin with test_ and is not __special__",
            "tests are chunks with test=True",
        )
    return name


def _files(value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        raise WrongValueError("a list of file names")
    return tuple(items)


KINDS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        **dict.fromkeys(("echo", "evaluate", "fig", "include", "f_spines", "term"), _flag),
        **dict.fromkeys(("complete", "main", "display_data", "display_stream"), _flag),
        **dict.fromkeys(("test", "volatile", "error"), _flag),
        **dict.fromkeys(("results", "f_pos"), _text),
        **dict.fromkeys(("caption", "alt", "f_env", "source", "checks"), _text_or_none),
        **dict.fromkeys(("name", "label"), _name),
        "width": _width,
        "f_size": _size,
        "dpi": _dpi,
        "wrap": _wrap,
        "module": _module,
        "depends": _files,
        "timeout": _seconds,
        "memory": _bytes,
    }
)
