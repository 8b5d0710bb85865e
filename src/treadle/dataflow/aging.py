"""Objects whose class has been defined anew since: they are of another class than a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from treadle.dataflow.state import Held
from treadle.dataflow.unit import Unit


def outgrown(held: Held, names: Mapping[str, Held], units: Sequence[Unit]) -> list[str]:
    """The classes that the values rest on and whose names are bound to something else by now.

    Functions and data are looked up when they are used, so of them the present one counts.
    """
    return [
        name
        for name, then in held.rests
        if then is not None and names.get(name) is not then and _is_class(name, then, units)
    ]


def _is_class(name: str, held: Held, units: Sequence[Unit]) -> bool:
    unit = units[held.maker] if held.maker >= 0 else None
    definition = unit.code.definitions.get(name) if unit else None
    return definition is not None and not definition.is_function
