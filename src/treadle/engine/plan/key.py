"""The key of a unit: everything known before it runs that could change what it computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from treadle.engine.cell import Unit
from treadle.engine.plan.dependencies import Reach
from treadle.engine.plan.imports import QUIET, packages_of
from treadle.engine.plan.snapshot import State
from treadle.engine.store.digest import combined

GIVEN = -1  # the maker of what every session has from the start
PARAMS = "params"
IMPORTING = ("importlib", "pkgutil", "__import__")  # what looks for modules by other ways


class Surroundings(Struct, frozen=True):
    """What is the same for all units of a build, and what looks things up for them."""

    program: str  # digest of Python's version and of what runs chunks
    text: str  # digest of the document's text
    params: Mapping[str, object]
    file_digest: Callable[[str], str]
    is_found: Callable[[str], bool]  # a module, by the analysis of the project's own
    is_submodule: Callable[[str], bool]  # any other
    sources: Callable[[], str]  # a digest of the names of the project's source files


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
    found.update((f"older {name}", "") for name in reach.outgrown)
    found.update(_modules(unit, reach, state, surroundings))
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


def _modules(
    unit: Unit, reach: Reach, state: State, surroundings: Surroundings
) -> Iterator[tuple[str, str]]:
    """What it can reach of modules, and which of those it imports are loaded already."""
    for symbol, key in reach.symbols.items():
        yield f"symbol {symbol}", key
        if symbol in state.contents:
            yield f"content {symbol}", state.contents[symbol]
    for name, file in state.modules.items():
        if not surroundings.is_found(name):  # from a folder that a chunk put on the path
            yield f"module {name}", surroundings.file_digest(file)
    loaded = {name for name, _ in state.imports} | state.modules.keys()
    asked = {*unit.code.imports, *(symbol.partition(":")[0] for symbol in reach.symbols)}
    below = there_unasked(unit, reach, state, surroundings)
    if not reach.whole:  # else it may look whether they are loaded
        own = {*state.modules, *filter(surroundings.is_found, asked & QUIET)}
        asked -= QUIET - own
    yield "loaded", " ".join(sorted(asked & loaded | below))
    if reach.whole or any(word in unit.source for word in IMPORTING):
        yield "sources", surroundings.sources()


def there_unasked(
    unit: Unit, reach: Reach, state: State, surroundings: Surroundings
) -> frozenset[str]:
    """Submodules of what it imports that are there as attributes, as earlier code imported them."""
    asked = reach.modules.union(unit.code.imports)
    inside = {name for name in state.submodules if not asked.isdisjoint(packages_of(name))}
    foreign = (
        name
        for name in inside - asked - QUIET
        if not surroundings.is_found(name.partition(".")[0])  # else its own symbol counts
    )
    return frozenset(filter(surroundings.is_submodule, foreign))
