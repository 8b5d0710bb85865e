"""What a step changed in libraries, seen or presumed, as effects; and what of the session they hold
from then on.
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from treadle.engine.identity import identity
from treadle.engine.messages import Step
from treadle.engine.observe.module_places import MISSING
from treadle.engine.observe.named_libraries import name_in_process
from treadle.engine.observe.observer import Observer
from treadle.engine.observe.ownership import is_projects
from treadle.engine.observe.weakly_held import is_still, remembered
from treadle.engine.trace import PRESUMED, Binding
from treadle.engine.values.allowance import Allowance
from treadle.engine.values.sharing.reach import reached
from treadle.engine.values.values import Values
from treadle.engine.values.world import attribute_of

# Libraries, and functions, all of whose state is compared: no need to presume.
WATCHED = {"numpy", "os", "sys", "warnings", "pandas", "random", "builtins"} | {
    f"torch.{name}"
    for name in (
        *("set_default_dtype", "set_default_device", "set_num_threads", "set_grad_enabled"),
        *("use_deterministic_algorithms", "set_float32_matmul_precision"),
    )
}
_GONE = "gone"  # in the place of a token
_NOBODYS = "held by a library"  # the name of a value that no code can give one


class LibraryEffects:
    def __init__(
        self,
        namespace: dict[str, Any],
        values_of: Callable[[dict[str, Any]], Values],
        observer: Observer,
        process_objects: Callable[[], Collection[int]],
    ) -> None:
        """`namespace`: the session's; `values_of` makes values of other names; `process_objects`
        gives the identities of objects that all sessions may hold."""
        self._namespace = namespace
        self._values_of = values_of
        self._observer = observer
        self._process_objects = process_objects
        self._watched = WATCHED | set(observer.libraries)
        self._lent: dict[int, object] = {}  # values of the session's, by identity

    def has(self, value: object) -> bool:
        """Whether a library was given this very object to keep, or a part: a copy would not do."""
        return is_still(self._lent.get(identity(value), MISSING), value)

    def of(self, step: Step, allowance: Allowance) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
        """What the step changed in libraries, and refs to what these hold of the session's."""
        changes = self._observer.changes()
        effects: list[tuple[str, str]] = []
        state = self._observer.given
        refs = set(self._group(state, allowance).refs) if state else set[str]()
        for words, value in changes:
            if value is MISSING:
                effects.append((words, _GONE))
                continue
            group = self._group(value, allowance)
            effects.append((words, group.token or PRESUMED))
            refs.update(group.refs)
        given = [change.value for change in changes if change.value is not MISSING]
        given += state
        refs.update(f"__main__:{name}" for name in self._lend(given, step, allowance))
        seen = {change.words.strip("`").partition(".")[0] for change in changes}
        unseen = dict.fromkeys(self._presumed(step, seen))
        effects += ((f"what a call of `{dotted}` may set", PRESUMED) for dotted in unseen)
        self._observer.end()
        return effects, tuple(sorted(refs))

    def _group(self, value: object, allowance: Allowance) -> Binding:
        """What is to be known of a value that has no name of the session's."""
        values = self._values_of({**self._namespace, _NOBODYS: value})
        (group,) = values.tokens([_NOBODYS], allowance)
        return group

    def _lend(self, values: list[object], step: Step, allowance: Allowance) -> Iterator[str]:
        """The names of the session with whose values these share something that can change: that
        they hold on to, and of those that the step can reach, what holds a part of them."""
        streams = {identity(sys.stdout), identity(sys.stderr)}
        given, whole = reached(values, streams, allowance)
        found = {key for key, item in given.items() if not _is_fixed(item)}
        found |= {identity(each()) for each in given.values() if _waits_for_end(each)}
        if not found:
            return
        others = streams.union(self._process_objects()).difference(map(identity, values))
        near = None if step.reaches is None else {*step.reaches, *step.binds}
        for name, held in self._namespace.items():
            shares = identity(held) in found
            if not shares and (near is None or name in near):
                reach = reached([held], others, allowance)
                apart = whole and reach.whole and found.isdisjoint(reach.found)
                shares = bool(reach.found) and not apart
            if shares and not name_in_process(held):
                self._lent[identity(held)] = remembered(held)
                yield name

    def _presumed(self, step: Step, seen: Iterable[str]) -> Iterator[str]:
        """What looks made for an effect that was not seen: it may be in C, or lie deep."""
        known = self._watched.union(seen)
        for dotted in step.effects:
            root = dotted.partition(".")[0]
            value = self._namespace.get(root)
            package = _module_of(value).partition(".")[0]
            if package and package not in known and dotted not in known:
                yield dotted
        for dotted in self._observer.made_in_c():
            named = dotted.lstrip("_")
            if named.partition(".")[0] not in known and named not in known:
                yield named


def _waits_for_end(value: Any) -> bool:  # noqa: ANN401
    """Whether it is a reference that does something once the object is gone."""
    if not isinstance(value, weakref.ref) or value.__callback__ is None:
        return False
    return value() is not None


def _is_fixed(value: object) -> bool:
    return isinstance(value, FunctionType | tuple | frozenset)


def _module_of(value: object) -> str:
    """The name of the library's module that it is, or is a function or class of; else empty."""
    name = value.__name__ if isinstance(value, ModuleType) else attribute_of(value, "__module__")
    is_code = isinstance(attribute_of(value, "__name__"), str)
    return name if is_code and isinstance(name, str) and not is_projects(name) else ""
