"""Parameters of a document, and their values as given on the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from treadle.document.names import did_you_mean
from treadle.document.setting_values import is_parameter
from treadle.document.yaml_block import scalar


def override(
    params: Mapping[str, object], assignments: Sequence[str]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """`params` with each `name=value` of `assignments` applied, and what is wrong with those.

    A value is read as YAML and must have the type of the one it replaces; a whole number is
    good for a float, and anything for a parameter that has no value yet.
    """
    values = dict(params)
    problems = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals:
            problems.append(f"`{assignment}` is not name=value")
        elif name not in params:
            hint = did_you_mean(name, params)
            problems.append(f"the document has no parameter `{name}` ({hint})")
        else:
            try:
                values[name] = _like(params[name], text)
            except ValueError as failure:
                problems.append(f"parameter `{name}`: {failure}")
    return values, tuple(problems)


def _like(old: object, text: str) -> object:
    """The value of `text`, of the type of `old`."""
    if isinstance(old, str):
        return text
    try:
        new = scalar(text)
    except yaml.YAMLError as failure:
        raise ValueError(f"can't read `{text}` as a value") from failure
    if isinstance(old, float) and isinstance(new, int) and not isinstance(new, bool):
        new = float(new)
    if not is_parameter(new) or (old is not None and type(new) is not type(old)):
        wanted = "string, number or boolean" if old is None else type(old).__name__
        raise ValueError(f"`{text}` is not a value of type {wanted}")
    return new
