"""What each key of the front matter may hold."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from treadle.document.option_values import WrongValueError


class Author(Struct, frozen=True):
    """Who wrote it; all but the name may be missing."""

    name: str
    id: str | None = None
    email: str | None = None
    affiliation: str | None = None


def a_string(value: object) -> str:
    """A string; a number is taken as it is written."""
    if isinstance(value, bool):
        raise WrongValueError(
            "a string", f'YAML reads yes, no, on, off as {value}: write it in "..."'
        )
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str | int | float):
        raise WrongValueError("a string")
    return str(value).strip()


def a_flag(value: object) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


def a_natural(value: object) -> int:
    """A whole number from zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise WrongValueError("a whole number, zero or more")
    return value


def a_positive(value: object) -> int:
    """A whole number from one."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WrongValueError("a whole number, one or more")
    return value


def a_date(value: object) -> date | str:
    """A date where it is written as one (2023-11-12), otherwise the text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = a_string(value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def strings(value: object) -> tuple[str, ...]:
    """A string or a list of strings."""
    items = _as_list(value)
    try:
        return tuple(a_string(item) for item in items)
    except WrongValueError as bad:
        raise WrongValueError("a string or a list of strings", bad.hint) from bad


def words(value: object) -> tuple[str, ...]:
    """A list of strings, or one string in which commas separate them."""
    parts = (part.strip() for item in strings(value) for part in item.split(","))
    return strings(value) if isinstance(value, list) else tuple(part for part in parts if part)


def raw_latex(value: object) -> str:
    """LaTeX, or a list of pieces of it, one after the other."""
    pieces = [item for item in _as_list(value) if isinstance(item, str)]
    if len(pieces) != len(_as_list(value)):
        raise WrongValueError("LaTeX as a string or a list of strings", "write it below `|`")
    return "\n".join(piece.rstrip() for piece in pieces)


def authors(value: object) -> tuple[Author, ...]:
    """Names, or mappings with `name` and perhaps `id`, `email`, `affiliation`."""
    return tuple(_author(item) for item in _as_list(value))


def _author(value: object) -> Author:
    if not isinstance(value, dict):
        return Author(a_string(value))
    known = {"name", "id", "email", "affiliation"}
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown or not value.get("name"):
        hint = f"`{unknown[0]}` is not known" if unknown else "`name` is missing"
        raise WrongValueError("a name, or a mapping with name, id, email, affiliation", hint)
    return Author(**{key: a_string(item) for key, item in value.items() if item is not None})


def parameters(value: object) -> Mapping[str, object]:
    """Names of Python variables, each with a string, a number or a boolean."""
    if not isinstance(value, dict):
        raise WrongValueError("a mapping of names to values")
    for name, item in value.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise WrongValueError("a mapping whose keys are Python names", f"`{name}` is not one")
        if not is_parameter(item):
            raise WrongValueError(
                "a mapping to strings, numbers and booleans", f"`{name}` is {reprlib.repr(item)}"
            )
    return dict(value)


def is_parameter(value: object) -> bool:
    """Whether a parameter may have this value: it must survive a trip through JSON."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
