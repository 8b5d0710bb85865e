"""What a unit can reach: names, by way of functions and objects, and the project's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from treadle.engine.cell import Unit
from treadle.engine.plan.snapshot import Held, State
from treadle.engine.scan.code import Definition
from treadle.engine.scan.modules import Modules, own_refs

# Objects whose class has been defined anew since: they are of another class than a new one.


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


# What a unit can reach: names, by way of functions and objects, and the project's modules.

Attributes = frozenset[str] | None


class Reach(Struct, frozen=True):
    """Names that are bound, with the attributes used of each (None: all of it); own symbols."""

    names: Mapping[str, Attributes]
    absent: frozenset[str]  # reached, but not bound
    symbols: Mapping[str, str]  # "module:name" -> digest of its code
    modules: frozenset[str]  # functions that may run import them; "a.b" for `from a import b`
    whole: bool  # it may reach every name there is
    documented: bool  # it reads docstrings or source text
    lined: bool  # it looks at line numbers
    outgrown: tuple[str, ...] = ()  # "a K": `a` holds objects of an older class `K`


class Reacher:
    """Follows uses from unit to unit."""

    def __init__(self, units: Sequence[Unit], modules: Modules) -> None:
        """`modules` finds the project's own."""
        self._units = units
        self._modules = modules
        self._imported: dict[int, frozenset[str]] = {}

    def reach(self, unit: Unit, state: State) -> Reach:
        """What `unit` can reach in `state`."""
        code = unit.code
        if unit.module:
            refs = {f"{unit.module}:{name}" for name in unit.names or ("*",)}
            symbols = self._symbols(refs)
            return Reach(
                {}, frozenset(), symbols, frozenset(), False, code.reads_docs, code.reads_lines
            )
        walk = _Walk(self._units, state, code.definitions)
        whole = code.opaque is not None or code.star_import
        if not whole:
            # What its options name (`source=`) is used as well.
            # So is what it may delete: whether that is gone afterwards must be seen.
            walk.follow({**code.uses, **dict.fromkeys(unit.names), **dict.fromkeys(code.deletes)})
            whole = walk.opaque
        if whole:
            walk.follow(dict.fromkeys(state.names))
            walk.refs.update(f"{module}:*" for module in state.modules)
        refs = self._own(walk.refs) | self._imports_of(unit) | set(code.local_imports)
        return Reach(
            names=walk.names,
            absent=frozenset(walk.absent),
            symbols=self._symbols(refs),
            modules=_modules(refs),
            whole=whole,
            documented=code.reads_docs or walk.documented,
            lined=code.reads_lines or walk.lined,
            outgrown=tuple(sorted(walk.outgrown)),
        )

    def _own(self, refs: Iterable[str]) -> set[str]:
        """The refs, a submodule that looks like an attribute told apart."""
        found = set()
        for ref in refs:
            module, _, name = ref.partition(":")
            inner = f"{module}.{name}"
            found.add(f"{inner}:*" if name != "*" and self._modules.find(inner) else ref)
        return found

    def _imports_of(self, unit: Unit) -> frozenset[str]:
        known = self._imported.get(unit.number)
        if known is None:
            is_own = self._modules.find
            own = any(is_own(name) or is_own(name.partition(".")[0]) for name in unit.code.imports)
            known = own_refs(unit.source, lambda name: bool(is_own(name))) if own else frozenset()
            self._imported[unit.number] = known
        return known

    def _symbols(self, refs: Iterable[str]) -> Mapping[str, str]:
        refs = set(refs)
        return self._modules.closure(refs) if refs else {}


def _modules(refs: Iterable[str]) -> frozenset[str]:
    """What these may be: "a" and "a.b" for "a:b"."""
    parts = [ref.partition(":") for ref in refs]
    inner = (f"{module}.{name}" for module, _, name in parts if name != "*")
    return frozenset((*(module for module, *_ in parts), *inner))


class _Walk:
    """A closure under "is used by"."""

    def __init__(
        self, units: Sequence[Unit], state: State, defined: Mapping[str, Definition]
    ) -> None:
        """`defined`: by the unit itself, which functions of others may call."""
        self._units = units
        self._state = state
        self._defined = defined
        self._followed: set[str] = set()
        self.names: dict[str, Attributes] = {}
        self.absent: set[str] = set()
        self.refs: set[str] = set()
        self.outgrown: set[str] = set()
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
            held = self._state.names.get(name)
            if held is None:
                self.absent.add(name)
                continue
            if name in self.names:
                old = self.names[name]
                if old is None or (attributes is not None and attributes <= old):
                    continue
                attributes = None if attributes is None else attributes | old
            self.names[name] = attributes
            waiting += self._from(name, attributes, held)

    def _from(self, name: str, attributes: Attributes, held: Held) -> list[tuple[str, Attributes]]:
        found: list[tuple[str, Attributes]] = []
        older = outgrown(held, self._state.names, self._units)
        self.outgrown.update(f"{name} {other}" for other in older)
        unit = self._units[held.maker] if held.maker >= 0 else None
        definition = unit.code.definitions.get(name) if unit and not unit.module else None
        known: set[str] = set()
        if unit and definition:
            self._take(definition)
            for used in (definition.now, definition.later):
                found += used.items()
                known.update(used)
        for ref in held.group.refs:
            module, _, attribute = ref.partition(":")
            if module == "__main__":
                found += [] if attribute in known else [(attribute, None)]
            elif attribute == "*" and attributes is not None:
                self.refs.update(f"{module}:{used}" for used in attributes)
            else:
                self.refs.add(ref)
        mates = (mate for mate in held.group.names if mate != name)
        found += [(mate, None) for mate in mates if self._state.names.get(mate) is held]
        return found

    def _take(self, definition: Definition) -> None:
        """What calling it can lead to, besides names."""
        self.documented |= definition.reads_docs
        self.lined |= definition.reads_lines
        self.opaque |= definition.opaque is not None
        self.refs.update(definition.imports)
