"""The key of a cell: everything known before it runs that could change what it computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from treadle.engine.plan.dependencies import Dependencies, there_unasked
from treadle.engine.plan.scans import SIDE_EFFECT_FREE, ScannedCell
from treadle.engine.plan.snapshot import PARAMS, Snapshot
from treadle.engine.store.declared_files import digest_declared
from treadle.engine.store.digest import combined
from treadle.engine.trace import NOBODY

IMPORTING = ("importlib", "pkgutil", "__import__")  # what looks for modules by other ways


def key_of(parts: Mapping[str, str]) -> str:
    """The key itself."""
    return combined(part for item in sorted(parts.items()) for part in item)


def parts_of(scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot) -> dict[str, str]:
    """What the cell's key is made of, by name: so that two of them can be compared in words."""
    cell, surroundings = scanned.cell, snapshot.context.surroundings
    found = {
        "program": surroundings.program,
        "python": surroundings.python,
        "code": scanned.code.key,
        "options": _options(scanned),
        "seed": str(cell.seed),
        "module": cell.module or "",
        "futures": " ".join(sorted(snapshot.futures)),
    }
    if needs.documented or needs.lined:
        found["text"] = surroundings.text
    if cell.source:
        found["source"] = _text_shown(cell.source, snapshot)
    for name, attributes in needs.names.items():
        binding = snapshot.names[name]
        if binding.maker == NOBODY and name == PARAMS:
            found.update(_params(attributes, surroundings.params))
        else:
            found[f"name {name}"] = binding.token
    found.update((f"older {name}", token) for name, token in needs.older.items())
    found.update(_modules(scanned, needs, snapshot))
    found.update((f"process {what}", digest) for what, digest in snapshot.effects.items())
    for declared in cell.depends or ():
        found[f"depends {declared}"] = digest_declared(declared, snapshot.context.files)
    return found


def _options(scanned: ScannedCell) -> str:
    """All that can change what the cell computes or shows: of the host's options none is left out.

    Where the output shows the code itself, its exact text counts.
    """
    cell = scanned.cell
    form = [cell.prompt, cell.source, cell.names, [piece.shows for piece in cell.pieces]]
    echoed = scanned.code.text_key if cell.prompt else ""
    options = sorted(cell.options.items())
    return combined([repr((form, options)), echoed])


def _text_shown(source: str, snapshot: Snapshot) -> str:
    """The text that `source=` shows, as far as that is known before it is asked for.

    A function or class under its own name, without decorators, has the text of its definition.
    Anything else may be from wherever: all of the document counts, and the project's modules.
    """
    binding, context = snapshot.names.get(source), snapshot.context
    if binding is not None and binding.maker != NOBODY:
        definition = context.scanned[binding.maker].code.definitions.get(source)
        if definition is not None and not definition.source.lstrip().startswith("@"):
            return definition.source
    modules = map(context.files.of, snapshot.modules.values())
    return combined([context.surroundings.text, *modules])


def _params(attributes: frozenset[str] | None, params: Mapping[str, object]) -> dict[str, str]:
    names = attributes if attributes is not None and attributes <= set(params) else set(params)
    return {f"params {name}": repr(params[name]) for name in names}


def _modules(
    scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot
) -> Iterator[tuple[str, str]]:
    """What it can reach of modules, and which of those it imports are loaded already."""
    for symbol, key in needs.symbols.items():
        yield f"symbol {symbol}", key
        if symbol in snapshot.contents:
            yield f"content {symbol}", snapshot.contents[symbol]
    for name, file in snapshot.modules.items():
        if not snapshot.context.is_of_project(name):  # from a folder that a chunk put on the path
            yield f"module {name}", snapshot.context.files.of(file)
    loaded = {name for name, _ in snapshot.imports} | snapshot.modules.keys()
    asked = {*scanned.code.imports, *(symbol.partition(":")[0] for symbol in needs.symbols)}
    below = there_unasked(scanned, needs, snapshot)
    if not needs.whole:  # else it may look whether they are loaded
        own = {*snapshot.modules, *filter(snapshot.context.is_of_project, asked & SIDE_EFFECT_FREE)}
        asked -= SIDE_EFFECT_FREE - own
    yield "loaded", " ".join(sorted(asked & loaded | below))
    if needs.whole or any(word in scanned.cell.code for word in IMPORTING):
        yield "sources", snapshot.context.sources()
