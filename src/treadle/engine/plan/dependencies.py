"""What a cell can reach: names, by way of functions and objects, and the project's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

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
    # "a f": `a` holds a function or a class that is `f` no longer, with what that was.
    older: Mapping[str, str] = field(default_factory=dict)


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
    refs = _refs(walk, scanned, snapshot)
    symbols = modules.closure(refs) if refs else {}
    whole = whole or walk.opaque or modules.see_callers(symbols)
    if whole:
        walk.follow(dict.fromkeys(snapshot.names))
        walk.refs.update(f"{module}:*" for module in snapshot.modules)
        refs = _refs(walk, scanned, snapshot)
        symbols = modules.closure(refs) if refs else {}
    return Dependencies(
        names=walk.names,
        absent=frozenset(walk.absent),
        symbols=symbols,
        modules=_modules_in(refs),
        whole=whole,
        documented=code.reads_docs or walk.documented,
        lined=code.reads_lines or walk.lined,
        older=walk.older,
    )


def older_definitions(binding: Binding, snapshot: Snapshot) -> list[tuple[str, int, str]]:
    """The functions and classes that are part of the values and whose names are bound to something
    else by now, with their makers and tokens; and classes that their code names.

    An object of a class that has been defined anew since is of another class than a new one, and a
    list goes on holding the function it was given. What is looked up when it is used, functions and
    data that code names, counts as it is at present.
    """
    return [
        (name, maker, token)
        for name, maker, token in binding.rests
        if token is not None
        and not _is_still(snapshot.names.get(name), maker, token)
        and (name in binding.holds or _is_class(name, maker, snapshot))
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


def _is_class(name: str, maker: int, snapshot: Snapshot) -> bool:
    definition = _definition(name, maker, snapshot)
    return definition is not None and not definition.is_function


def _definition(name: str, maker: int, snapshot: Snapshot) -> Definition | None:
    """The statement by which a cell has defined a name."""
    cells = snapshot.context.scanned
    return cells[maker].code.definitions.get(name) if maker >= 0 else None


def _refs(walk: _Walk, scanned: ScannedCell, snapshot: Snapshot) -> set[str]:
    """What it reaches of the project's modules."""
    refs = _submodules_apart(walk.refs, snapshot.context.modules)
    imported = snapshot.context.imported_refs(scanned.cell.number)
    return refs.union(imported, scanned.code.local_imports)


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
        self.older: dict[str, str] = {}
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
                self.opaque |= name == "*"
                self.follow({name: None})
            else:
                self.refs.add(ref)

    def _from(
        self, name: str, attributes: Attributes, binding: Binding
    ) -> list[tuple[str, Attributes]]:
        found: list[tuple[str, Attributes]] = []
        for other, maker, token in older_definitions(binding, self._snapshot):
            self.older[f"{name} {other}"] = token
            found += self._used_by(other, maker)
        own = self._used_by(name, binding.maker)  # not what only a part of the value is known by
        found += own
        known = {used for used, _ in own}
        for ref in binding.refs:
            module, _, attribute = ref.partition(":")
            if module == "__main__":
                # Of its own statement more is known than that it calls `eval`; not of what was
                # put on a function or a class.
                is_known = ref in binding.own and bool(known)
                self.opaque |= attribute == "*" and not is_known
                found += [] if is_known and attribute in known else [(attribute, None)]
            elif attribute == "*" and attributes is not None:
                self.refs.update(f"{module}:{used}" for used in attributes)
            else:
                self.refs.add(ref)
        mates = (mate for mate in binding.names if mate != name)
        found += [(mate, None) for mate in mates if self._snapshot.names.get(mate) is binding]
        return found

    def _used_by(self, name: str, maker: int) -> list[tuple[str, Attributes]]:
        """What the definition of a name by a cell uses, if there is one."""
        snapshot = self._snapshot
        definition = _definition(name, maker, snapshot)
        if definition is None or snapshot.context.scanned[maker].cell.module:
            return []
        self._take(definition)
        return [*definition.now.items(), *definition.later.items()]

    def _take(self, definition: Definition) -> None:
        """What calling it can lead to, besides names."""
        self.documented |= definition.reads_docs
        self.lined |= definition.reads_lines
        self.opaque |= definition.opaque is not None
        self.refs.update(definition.imports)
