"""What a cell can reach: names, by way of functions and objects, and the project's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from treadle.engine.plan.scans import SIDE_EFFECT_FREE, ScannedCell, packages_of
from treadle.engine.plan.snapshot import Snapshot
from treadle.engine.scan.code import Definition, analyse
from treadle.engine.scan.project_modules import Attributes, Modules
from treadle.engine.trace import Binding


class Dependencies(Struct, frozen=True):
    """Names that are bound, with the attributes used of each (None: all of it); own symbols."""

    names: Mapping[str, Attributes]
    absent: frozenset[str]  # reached, but not bound
    symbols: Mapping[str, str]  # "module:name" -> digest of its code
    modules: frozenset[str]  # functions that may run import them; "a.b" for `from a import b`
    whole: bool  # it may reach every name there is
    documented: bool  # it reads docstrings or source text
    lined: bool  # it looks at line numbers
    stale: tuple[str, ...] = ()  # "a K": `a` holds objects of an older class `K`


def dependencies_of(scanned: ScannedCell, snapshot: Snapshot) -> Dependencies:
    """What the cell can reach where the session is as the snapshot says."""
    cell, code, modules = scanned.cell, scanned.code, snapshot.context.modules
    if cell.module:
        refs = {f"{cell.module}:{name}" for name in cell.names or ("*",)}
        nothing: frozenset[str] = frozenset()
        symbols = modules.closure(refs)
        return Dependencies({}, nothing, symbols, nothing, False, code.reads_docs, code.reads_lines)
    walk = _Walk(snapshot, code.definitions)
    whole = code.opaque is not None or code.star_import
    if not whole:
        # What its options name (`source=`) is used as well.
        # So is what it may delete: whether that is gone afterwards must be seen. And what goes
        # when its name is bound to something else, if that does something.
        named = analyse(cell.source).uses if cell.source else {}
        walk.follow({**code.uses, **named, **dict.fromkeys(code.deletes)})
        bound = ((name, snapshot.names.get(name)) for name in scanned.binds)
        walk.follow({name: None for name, binding in bound if binding and binding.ends})
        walk.follow_refs(snapshot.lent)  # a library may call it, or show it, at any time
        whole = walk.opaque
    if whole:
        walk.follow(dict.fromkeys(snapshot.names))
        walk.refs.update(f"{module}:*" for module in snapshot.modules)
    refs = _submodules_apart(walk.refs, modules)
    refs |= snapshot.context.imported_refs(cell.number) | set(code.local_imports)
    return Dependencies(
        names=walk.names,
        absent=frozenset(walk.absent),
        symbols=modules.closure(refs) if refs else {},
        modules=_modules_in(refs),
        whole=whole,
        documented=code.reads_docs or walk.documented,
        lined=code.reads_lines or walk.lined,
        stale=tuple(sorted(walk.stale)),
    )


def stale_classes(binding: Binding, snapshot: Snapshot) -> list[str]:
    """The classes that the values rest on and whose names are bound to something else by now.

    An object of a class that has been defined anew since is of another class than a new one.
    Functions and data are looked up when they are used, so of them the present one counts.
    """
    return [
        name
        for name, maker, token in binding.rests
        if token is not None
        and not _is_still(snapshot.names.get(name), maker, token)
        and _is_class(name, maker, snapshot.context.scanned)
    ]


def there_unasked(scanned: ScannedCell, needs: Dependencies, snapshot: Snapshot) -> frozenset[str]:
    """Submodules of what it imports that are there as attributes, as earlier code imported them."""
    asked = needs.modules.union(scanned.code.imports)
    inside = {name for name in snapshot.submodules if not asked.isdisjoint(packages_of(name))}
    foreign = (
        name
        for name in inside - asked - SIDE_EFFECT_FREE
        if not snapshot.context.is_of_project(name.partition(".")[0])  # else its own symbol counts
    )
    return frozenset(filter(snapshot.context.is_submodule, foreign))


def _is_still(binding: Binding | None, maker: int, token: str) -> bool:
    return binding is not None and (binding.maker, binding.token) == (maker, token)


def _is_class(name: str, maker: int, cells: Sequence[ScannedCell]) -> bool:
    definition = cells[maker].code.definitions.get(name) if maker >= 0 else None
    return definition is not None and not definition.is_function


def _submodules_apart(refs: Iterable[str], modules: Modules) -> set[str]:
    """The refs, a submodule that looks like an attribute told apart."""
    found = set()
    for ref in refs:
        module, _, name = ref.partition(":")
        inner = f"{module}.{name}"
        found.add(f"{inner}:*" if name != "*" and modules.find(inner) else ref)
    return found


def _modules_in(refs: Iterable[str]) -> frozenset[str]:
    """What these may be: "a" and "a.b" for "a:b"."""
    parts = [ref.partition(":") for ref in refs]
    inner = (f"{module}.{name}" for module, _, name in parts if name != "*")
    return frozenset((*(module for module, *_ in parts), *inner))


class _Walk:
    """A closure under "is used by"."""

    def __init__(self, snapshot: Snapshot, defined: Mapping[str, Definition]) -> None:
        """`defined`: by the cell itself, which functions of others may call."""
        self._snapshot = snapshot
        self._defined = defined
        self._followed: set[str] = set()
        self.names: dict[str, Attributes] = {}
        self.absent: set[str] = set()
        self.refs: set[str] = set()
        self.stale: set[str] = set()
        self.documented = False
        self.lined = False
        self.opaque = False  # what it calls may look at names in ways that can't be told

    def follow(self, uses: Mapping[str, Attributes]) -> None:
        waiting = list(uses.items())
        while waiting:
            name, attributes = waiting.pop()
            if name in self._defined and name not in self._followed:
                self._followed.add(name)
                waiting += self._defined[name].later.items()
                self._take(self._defined[name])
            binding = self._snapshot.names.get(name)
            if binding is None:
                self.absent.add(name)
                continue
            if name in self.names:
                old = self.names[name]
                if old is None or (attributes is not None and attributes <= old):
                    continue
                attributes = None if attributes is None else attributes | old
            self.names[name] = attributes
            waiting += self._from(name, attributes, binding)

    def follow_refs(self, refs: Iterable[str]) -> None:
        for ref in refs:
            module, _, name = ref.partition(":")
            if module == "__main__":
                self.follow({name: None})
            else:
                self.refs.add(ref)

    def _from(
        self, name: str, attributes: Attributes, binding: Binding
    ) -> list[tuple[str, Attributes]]:
        found: list[tuple[str, Attributes]] = []
        older = stale_classes(binding, self._snapshot)
        self.stale.update(f"{name} {other}" for other in older)
        cells = self._snapshot.context.scanned
        maker = cells[binding.maker] if binding.maker >= 0 else None
        definition = maker.code.definitions.get(name) if maker and not maker.cell.module else None
        known: set[str] = set()
        if definition:
            self._take(definition)
            for used in (definition.now, definition.later):
                found += used.items()
                known.update(used)
        for ref in binding.refs:
            module, _, attribute = ref.partition(":")
            if module == "__main__":
                found += [] if attribute in known else [(attribute, None)]
            elif attribute == "*" and attributes is not None:
                self.refs.update(f"{module}:{used}" for used in attributes)
            else:
                self.refs.add(ref)
        mates = (mate for mate in binding.names if mate != name)
        found += [(mate, None) for mate in mates if self._snapshot.names.get(mate) is binding]
        return found

    def _take(self, definition: Definition) -> None:
        """What calling it can lead to, besides names."""
        self.documented |= definition.reads_docs
        self.lined |= definition.reads_lines
        self.opaque |= definition.opaque is not None
        self.refs.update(definition.imports)
