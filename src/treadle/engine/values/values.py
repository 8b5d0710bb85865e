"""The session's values: alias groups with tokens, kept in the store and bound again from it.

An alias group is the names whose values share something that can change: stored apart, they would
come back apart, and a change of one would no longer show in the others.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from blake3 import blake3

from treadle.engine.identity import identity
from treadle.engine.messages import Load
from treadle.engine.store.blobs import Blobs, is_inline
from treadle.engine.trace import Binding
from treadle.engine.values import entries
from treadle.engine.values.allowance import (
    SECONDS_PER_BYTE_HASHED,
    SECONDS_PER_BYTE_WRITTEN,
    STRIDE,
    TOO_LONG,
    Allowance,
)
from treadle.engine.values.atoms import text
from treadle.engine.values.meetings import ValueStream
from treadle.engine.values.pickling import Packed, UnstorableError, packed
from treadle.engine.values.regions import Contents, lone_content
from treadle.engine.values.sharing.alias_groups import Landscape, alias_groups
from treadle.engine.values.sharing.reach import reached
from treadle.engine.values.stand_ins import StandIns
from treadle.engine.values.types.functions_and_classes import recipe
from treadle.engine.values.types.handlers import Handlers, ValueHandler
from treadle.engine.values.types.objects import PROTOCOL
from treadle.engine.values.world import Handler, World

_FORM: Final = b"treadle values 3\n"  # another one wherever the walk writes something else
_NO_HANDLERS: Final[Mapping[str, ValueHandler]] = MappingProxyType({})
_STORED: Final[Mapping[type, Handler]] = MappingProxyType({})


class Values:
    """What the names of a session are bound to, as content."""

    def __init__(
        self,
        namespace: dict[str, Any],
        blobs: Blobs,
        is_own: Callable[[str], bool],
        handlers: Mapping[str, ValueHandler] = _NO_HANDLERS,
        opaque: Collection[str] = (),
        singletons: Sequence[tuple[str, str]] = (),
        live: Mapping[type, Handler] = _STORED,
    ) -> None:
        """`namespace`: the session's; `is_own` tells the project's own modules by their names.

        `handlers` are those of plugins, by the dotted names of types; `opaque` are types, and
        `singletons` places of objects of the whole process, that plugins know of. `live`: how
        values are told that can't be stored, where none is.
        """
        self._namespace = namespace
        self._blobs = blobs
        self._world = World(namespace, is_own, Handlers(handlers, opaque, live).kind, singletons)
        self.imported_modules = self._world.imported_modules  # dotted names; the session adds to it
        self.process_objects = self._world.process_objects.identities
        self._entries: dict[str, str] = {}  # by token: what is stored already
        self._needed: dict[str, tuple[str, ...]] = {}  # by entry: the blobs it needs

    def stored_groups(
        self,
        names: Iterable[str],
        allowance: Allowance | None = None,
        apart: Collection[str] = (),
        elsewhere: Iterable[object] = (),
        new: Collection[str] = (),
    ) -> tuple[Binding, ...]:
        """The alias groups of these names as they are now, stored where they can be.

        Names that are not bound are left out. For what takes more than the `allowance`, and for
        names `apart`, it is not found out what they are, nor for `new` ones, which can't be in the
        store as yet, if there is no time to put them there; `elsewhere` is what the caller holds.
        Raises OSError where the store can't be written.
        """
        contents = Contents()
        allowance = allowance or Allowance()
        found = {}
        with self._world.identities.gathered(allowance):
            groups = self._streams(names, allowance, apart, elsewhere, new)
            # A large one must not take a small one's time.
            for streams in sorted(groups, key=_weight):
                is_new = any(stream.name in new for stream in streams)
                found[streams[0].name] = self._stored(streams, contents, allowance, is_new=is_new)
        return tuple(found[name] for name in sorted(found))

    def tokens(
        self, names: Iterable[str], allowance: Allowance | None = None
    ) -> tuple[Binding, ...]:
        """The same, with nothing stored."""
        contents = Contents()
        allowance = allowance or Allowance()
        with self._world.identities.gathered(allowance):
            groups = self._streams(names, allowance)
        for streams in groups:
            _leave_unseen(streams, allowance)
        return tuple(
            _group(streams, _token(streams, _content(streams, contents)), "", _trouble(streams))
            for streams in groups
        )

    def token_of(self, name: str) -> str:
        """The token of a group of one name; empty if it is not bound or can't be looked into."""
        groups = self.tokens([name])
        return groups[0].token if groups else ""

    def blobs_of(self, entry: str) -> tuple[str, ...]:
        """The digests of all blobs an entry is made of, itself first unless its name holds it.

        Raises CorruptEntryError.
        """
        if entry not in self._needed:
            self._needed[entry] = entries.read(entry, self._blobs).blobs
        itself = () if is_inline(entry) else (entry,)
        return *itself, *self._needed[entry]

    def load(self, load: Load) -> bool:
        """Bind names to what an entry holds; False, and nothing is bound, if that fails."""
        try:
            entry = entries.read(load.entry, self._blobs)
            values = entry.values(self._world, self._blobs)
            if entry.checked and not self._is(values, load.token, Contents()):
                return False
            bound = {name: values[name] for name in load.names}
        except Exception:
            return False
        self._namespace.update(bound)
        if entry.gives:
            self._entries[entry.gives], self._needed[load.entry] = load.entry, entry.blobs
            self.stand_ins.restore()
        return True

    def ask_for_identities(self) -> None:
        """Code has done so: numbers may be such from now on."""
        self._world.identities.asked = True

    @property
    def stand_ins(self) -> StandIns:
        """What was restored in the place of what can't be."""
        return self._world.stand_ins

    def _streams(
        self,
        names: Iterable[str],
        allowance: Allowance,
        apart: Collection[str] = (),
        elsewhere: Iterable[object] = (),
        new: Collection[str] = (),
    ) -> list[list[ValueStream]]:
        values = {name: self._namespace[name] for name in names if name in self._namespace}
        return alias_groups(self._world, values, allowance, apart, elsewhere, new)

    def _stored(
        self, streams: list[ValueStream], contents: Contents, allowance: Allowance, *, is_new: bool
    ) -> Binding:
        may_be_kept = not (_trouble(streams) or self._redefinable(streams))
        _leave_unseen(streams, allowance, _seconds(streams) if is_new and may_be_kept else 0.0)
        found, words = _content(streams, contents), _trouble(streams)
        token = _token(streams, found)
        if not found or words or not may_be_kept:
            return _group(streams, token, "", words)
        entry = self._entries.get(found)
        if entry is not None and self._blobs.has(entry):
            return _group(streams, token, entry, "")
        if _weight(streams) > STRIDE and not allowance.has(_seconds(streams)):
            for stream in streams:
                stream.unseen = TOO_LONG
            return _group(streams, "", "", _trouble(streams))
        try:
            packing = self._packed(streams, found, contents)
        except UnstorableError as failure:
            defined = all(stream.defined for stream in streams)
            return _group(streams, token, "", "" if defined else str(failure))
        checked = any(stream.in_module for stream in streams)
        gives = "" if token else found
        entry, needed = entries.write(packing, self._blobs, checked=checked, gives=gives)
        self._entries[found], self._needed[entry] = entry, needed
        return _group(streams, token, entry, "")

    def _redefinable(self, streams: list[ValueStream]) -> bool:
        """Whether there are definitions alone, which the command repeats from their source."""
        return all(
            stream.defined and _is_of_statement(self._namespace[stream.name]) for stream in streams
        )

    def _packed(self, streams: list[ValueStream], found: str, contents: Contents) -> Packed:
        """The values taken apart in a way that gives them back as they are: which is tried."""
        values = {stream.name: self._namespace[stream.name] for stream in streams}
        if all(stream.plain for stream in streams):
            return _packed_plainly(values)
        _check_held(values, streams)
        copies = _blocks_to_copy(streams)
        trouble = ""
        must = any(each.in_module or each.identities for each in streams)
        for thoroughly in (False, True)[must:]:
            try:
                packing = packed(values, self._world, copies, thoroughly=thoroughly)
                if self._is(packing.values(self._world), found, contents.copy()):
                    return packing
            except Exception as failure:
                trouble = f" ({type(failure).__name__}: {failure})"
        raise UnstorableError(f"{_subject(values)} not come back from the store as before{trouble}")

    def _is(self, values: dict[str, Any], wanted: str, contents: Contents) -> bool:
        groups = alias_groups(self._world.with_names(values), values, Allowance())
        return len(groups) == 1 and _content(groups[0], contents) == wanted


def _check_held(values: dict[str, Any], streams: list[ValueStream]) -> None:
    """What they refer to weakly must live as long as they do, once they are restored."""
    weak = [each for stream in streams for each in stream.weak]
    held = reached(values.values(), (), Allowance()).found if weak else {}
    if any(identity(each) not in held for each in weak):
        raise UnstorableError(f"{_subject(values)} not hold on to what a weak reference leads to")


def _packed_plainly(values: dict[str, Any]) -> Packed:
    """What holds nothing but what pickle is known to give back as it is."""
    try:
        return Packed(pickle.dumps(values, PROTOCOL))
    except RecursionError:
        words = f"{_subject(values)} not fit into the store: nested too deeply"
        raise UnstorableError(words) from None


def _is_of_statement(value: object) -> bool:
    return not isinstance(value, type) or recipe(value) is None


def _subject(values: Mapping[str, Any]) -> str:
    names = ", ".join(f"`{name}`" for name in values)
    return f"{names} {'does' if len(values) == 1 else 'do'}"


def _group(streams: list[ValueStream], token: str, entry: str, trouble: str) -> Binding:
    refs = set[str]().union(*(stream.refs for stream in streams))
    own = set[str]().union(*(stream.own for stream in streams)) - refs
    holds = set[str]().union(*(stream.holds for stream in streams))
    names = tuple(stream.name for stream in streams)
    unseen = tuple(stream.name for stream in streams if stream.unseen)
    ends = any(stream.ends or stream.unseen for stream in streams)
    all_refs, parts = tuple(sorted(refs | own)), tuple(sorted(holds))
    return Binding(
        names, token, all_refs, entry, trouble, unseen, ends, parts, own=tuple(sorted(own))
    )


# --- what there is time for ---


def _weight(streams: list[ValueStream]) -> int:
    return sum(stream.weight for stream in streams)


def _leave_unseen(streams: list[ValueStream], allowance: Allowance, more: float = 0.0) -> None:
    """Note where hashing the memory of a group would take too long, with `more` seconds."""
    if _weight(streams) <= STRIDE:  # for what is small, there always is time
        return
    if not allowance.has(_memory(streams) * SECONDS_PER_BYTE_HASHED + more):
        for stream in streams:
            stream.unseen = TOO_LONG


def _seconds(streams: list[ValueStream]) -> float:
    """What storing a group takes, as far as can be told."""
    size = sum(len(stream.data) for stream in streams) + _memory(streams)
    times = max(stream.times for stream in streams)
    return times * sum(stream.seconds for stream in streams) + size * SECONDS_PER_BYTE_WRITTEN


def _memory(streams: list[ValueStream]) -> int:
    """The bytes of the memory that arrays and tensors of a group lie in."""
    return sum({(each.start, each.stop): each.size for s in streams for each in s.memory}.values())


# --- a token for what each group is ---


def _token(streams: list[ValueStream], content: str) -> str:
    """What the values of a group are together; empty where they can't be looked into, though there
    is something that can stand for what is in them."""
    return "" if any(stream.opaque for stream in streams) else content


def _content(streams: list[ValueStream], contents: Contents) -> str:
    """What can be kept of a group; empty where nothing is known of it."""
    if any(stream.bare or stream.unseen for stream in streams):
        return ""
    hasher = blake3(_FORM)
    for stream in streams:
        hasher.update(text(stream.name) + b"%d:" % len(stream.data))
        hasher.update(stream.data)
    if any(stream.memory for stream in streams):
        hasher.update(_layout(streams, contents))
    return hasher.hexdigest()


def _trouble(streams: list[ValueStream]) -> str:
    """Why a group can't be stored, in words; empty if nothing speaks against it."""
    for stream in streams:
        if stream.unseen:
            return f"`{stream.name}` {stream.unseen}"
        if stream.opaque and (stream.bare or any(each.in_module for each in streams)):
            return f"`{stream.name}` {stream.opaque}, which can't be stored"
    for stream in streams:
        if stream.refused and not stream.defined:
            return f"`{stream.name}` rests on {stream.refused}, which can't be stored"
    for stream in streams if len(streams) > 1 else ():
        if stream.refused:
            return f"the class `{stream.name}` shares something with other names"
    return ""


def _layout(streams: list[ValueStream], contents: Contents) -> bytes:
    """Which region each stretch is in, and where; what the regions hold."""
    landscape = Landscape(streams)
    numbers: dict[int, int] = {}
    parts = []
    for stretch, _ in landscape.stretches:
        index = landscape.merged.index(stretch.start)
        size = stretch.stop - stretch.start
        if not landscape.users[index].shared:
            parts.append(b"%d!" % stretch.keeper.nbytes + lone_content(stretch).encode())
            continue
        region = landscape.merged.at(stretch.start)
        is_new = index not in numbers
        number = numbers.setdefault(index, len(numbers))
        parts.append(b"%d.%d.%d;" % (number, stretch.start - region.start, size))
        if is_new:
            whole = region.stop - region.start
            parts.append(b"%d=" % whole + contents.digest(region).encode())
    return b"".join(parts)


def _blocks_to_copy(streams: list[ValueStream]) -> frozenset[int]:
    """The blocks of frames that lie in the memory of other blocks."""
    regions = Landscape(streams).users.values()
    shared = (users.blocks for users in regions if len(users.blocks) > 1 and not users.shared)
    return frozenset[int]().union(*shared)
