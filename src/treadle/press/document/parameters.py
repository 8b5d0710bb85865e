"""The values of the document's parameters, as who builds it gives them: `-P`, or the API."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from msgspec import Struct

from treadle.press.document.wrong_values import did_you_mean


class Written(Struct, frozen=True):
    """A value as it is written on the command line: YAML, unless the parameter is a string."""

    text: str

    def __repr__(self) -> str:
        return self.text


def read_assignments(texts: Iterable[str]) -> tuple[dict[str, Written], tuple[str, ...]]:
    """What `name=value` texts give to `override`, and what is wrong with them."""
    parts = [text.partition("=") for text in texts]
    given = {name.strip(): Written(value) for name, equals, value in parts if equals}
    return given, tuple(f"`{name}` is not name=value" for name, equals, _ in parts if not equals)


def override(
    params: Mapping[str, object], given: Mapping[str, object]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """`params` with the values of `given` in their place, and what is wrong with those.

    A value must have the type of the one it replaces; a whole number is good for a float, and
    anything for a parameter that has no value yet.
    """
    values = dict(params)
    problems = []
    for name, value in given.items():
        if name not in params:
            hint = did_you_mean(name, params)
            problems.append(f"the document has no parameter `{name}` ({hint})")
            continue
        try:
            values[name] = _like(params[name], value)
        except ValueError as failure:
            problems.append(f"parameter `{name}`: {failure}")
    return values, tuple(problems)


def _like(old: object, given: object) -> object:
    """The value `given`, of the type of `old`. Raises ValueError where it has another."""
    new = given
    if isinstance(given, Written):
        from treadle.press.document.yaml_block import scalar  # takes 14 ms

        new = given.text if isinstance(old, str) else scalar(given.text)
    if isinstance(old, float) and type(new) is int:
        new = float(new)
    if not is_parameter(new) or (old is not None and type(new) is not type(old)):
        wanted = "string, number or boolean" if old is None else type(old).__name__
        raise ValueError(f"`{given!r}` is not a value of type {wanted}")
    return new


def is_parameter(value: object) -> bool:
    """Whether a parameter may have this value: it must survive a trip through JSON."""
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) in {str, int, bool}
