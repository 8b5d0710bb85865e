"""What each chunk option may hold."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from treadle.press.document.names import unfit_for_label

UNITS = MappingProxyType({"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12})
LEAST_MEMORY = 10**7  # bytes; Python itself holds more


class WrongValueError(ValueError):
    """A value of the wrong kind; `expected` says what was wanted."""

    def __init__(self, expected: str, hint: str = "") -> None:
        """Say what was expected, and perhaps the way out."""
        super().__init__(expected)
        self.expected = expected
        self.hint = hint


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("True or False")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValueError(
            "a string", f'write "{value}"' if isinstance(value, int | float) else ""
        )
    return value


def _text_or_none(value: object) -> str | None:
    """A string; Pweave's own default for some of these is False, which means none."""
    return None if value is None or value is False else _text(value)


def _name(value: object) -> str | None:
    name = _text_or_none(value)
    unfit = unfit_for_label(name) if name else None
    if unfit is not None:
        raise WrongValueError(f"a name without {unfit!r}", "LaTeX labels are made of it")
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
    if isinstance(value, str):
        found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", value.upper())
        value = float(found[1]) * UNITS[found[2]] if found else None
        if value is None:
            raise WrongValueError('a size such as "500M" or "2G"')
    if value is None:
        return None
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
        "name": _name,
        "label": _name,
        "echo": _flag,
        "evaluate": _flag,
        "results": _text,
        "fig": _flag,
        "include": _flag,
        "caption": _text_or_none,
        "width": _width,
        "f_pos": _text,
        "f_env": _text_or_none,
        "f_size": _size,
        "f_spines": _flag,
        "dpi": _dpi,
        "wrap": _wrap,
        "term": _flag,
        "complete": _flag,
        "source": _text_or_none,
        "main": _flag,
        "display_data": _flag,
        "display_stream": _flag,
        "module": _module,
        "test": _flag,
        "checks": _text_or_none,
        "alt": _text_or_none,
        "depends": _files,
        "volatile": _flag,
        "timeout": _seconds,
        "memory": _bytes,
        "error": _flag,
    }
)
