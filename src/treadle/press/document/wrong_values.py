"""What a wrong value or name was meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

# Python writes no number of more than 4300 digits.
_MOST_BITS = 14_000
# Of difflib's ratio: `output` is no `group`, which is 0.55 of it.
_NEAR, _NEAR_IF_SHORT = 0.65, 0.5
_SURROGATE = re.compile("[\ud800-\udfff]")
# What a quoted string of Python or YAML makes of a backslash: `\f` of `\frac`. A line break may be
# meant, unless it begins a command such as `\nu` or `\newcommand`.
SWALLOWED = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f\x85\u2028\u2029]"
    r"|\n(?=(?:u|abla|eq?|eg|ot|oindent|ew[a-z]+)(?![a-z]))"
)


class WrongValueError(ValueError):
    """A value of the wrong kind: what was expected, perhaps the way out, and in a list which item
    is meant, counted from 0."""

    def __init__(self, expected: str, hint: str = "", item: int | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.hint = hint
        self.item = item


def a_string(value: object) -> str:
    """A string; a number is taken as it is written."""
    if isinstance(value, bool):
        hint = f'YAML reads yes, no, on, off as {value}: write it in "..."'
        raise WrongValueError("a string", hint)
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str | int | float):
        raise WrongValueError("a string")
    return str(value).strip()


def as_list(value: object) -> list[object]:
    """A list as it is, anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def fields_of(
    value: Mapping[object, object],
    keys: tuple[str, ...],
    synonyms: Mapping[str, str],
    what: str,
) -> dict[str, object]:
    """What a mapping says, by the first names of its `keys`. It has a `name`, and no key that is
    not known; else a WrongValueError says that it must be `what`, and the keys."""
    known = {*keys, *(synonyms.get(key, key) for key in keys)}
    given = {synonyms.get(str(key), str(key)): item for key, item in value.items()}
    unknown = sorted(key for key in given if key not in known)
    if unknown or given.get("name") in (None, ""):
        hint = f"`{unknown[0]}` is not known" if unknown else "`name` is missing"
        raise WrongValueError(f"{what} {', '.join(keys)}", hint)
    return {key: item for key, item in given.items() if item is not None}


def unusable(value: object) -> str:
    """What is wrong with a number or a text that can't be printed or sent on; "" if nothing is."""
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a number of thousands of digits"
    if isinstance(value, str) and (half := _SURROGATE.search(value)):
        return f"`\\u{ord(half.group()):04x}` is half a character"
    return ""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` was most likely meant to be, if one is near: two thirds of their
    letters are the same in the same order, or it shortens one, `evl` for `evaluate`."""
    import difflib  # few names are wrong

    by_lower = {candidate.lower(): candidate for candidate in sorted(valid)}
    given = name.lower()
    found = difflib.get_close_matches(given, by_lower, n=1, cutoff=_NEAR)
    if not found:
        shortened = [candidate for candidate in by_lower if _shortens(given, candidate)]
        found = difflib.get_close_matches(given, shortened, n=1, cutoff=_NEAR_IF_SHORT)
    return by_lower[found[0]] if found else None


def _shortens(short: str, name: str) -> bool:
    """Whether it begins as the name does, and leaves letters of it out."""
    rest = iter(name)
    return short[:1] == name[:1] and all(letter in rest for letter in short)


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """A hint for an unknown `name`: the nearest valid one, or else all of them."""
    candidates = sorted(valid)
    near = nearest(name, candidates)
    if near is not None:
        return f"did you mean `{near}`?"
    return f"known are {', '.join(candidates)}" if candidates else "none is defined"
