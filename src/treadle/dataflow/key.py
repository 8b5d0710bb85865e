"""The key of a unit: everything known before it runs that could change what it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from treadle.dataflow.reach import Reach
from treadle.dataflow.state import State
from treadle.dataflow.unit import Unit
from treadle.store.digest import combined

GIVEN = -1  # the maker of what every session has from the start
PARAMS = "params"


@dataclass(frozen=True)
class Surroundings:
    """What is the same for all units of a build, and what looks things up for them."""

    program: str  # digest of Python's version and of what runs chunks
    text: str  # digest of the document's text
    params: Mapping[str, object]
    file_digest: Callable[[str], str]


def components(
    unit: Unit, reach: Reach, state: State, surroundings: Surroundings
) -> dict[str, str]:
    """What the unit's key is made of, by name: so that two of them can be compared in words."""
    found = {
        "program": surroundings.program,
        "code": unit.code.key,
        "options": unit.options,
        "seed": str(unit.seed),
        "module": unit.module or "",
        "futures": " ".join(sorted(state.futures)),
    }
    if reach.documented or reach.lined:
        found["text"] = surroundings.text
    for name, attributes in reach.names.items():
        held = state.names[name]
        if held.maker == GIVEN and name == PARAMS:
            found.update(_params(attributes, surroundings.params))
        else:
            found[f"name {name}"] = held.group.token
    found.update((f"symbol {symbol}", key) for symbol, key in reach.symbols.items())
    found.update((f"process {what}", digest) for what, digest in state.effects.items())
    for path in unit.depends:
        found[f"depends {path}"] = surroundings.file_digest(path)
    return found


def key_of(found: Mapping[str, str]) -> str:
    """The key itself."""
    return combined(part for item in sorted(found.items()) for part in item)


def _params(attributes: frozenset[str] | None, params: Mapping[str, object]) -> dict[str, str]:
    names = attributes if attributes is not None and attributes <= set(params) else set(params)
    return {f"params {name}": repr(params[name]) for name in names}
