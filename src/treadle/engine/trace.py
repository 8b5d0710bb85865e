"""What a step left behind and was seen to depend on: the plain data that planning rests on."""

from __future__ import annotations

from msgspec import Struct

PRESUMED = "?"  # an effect that was not seen: in place of the digest of the new state


class Group(Struct, frozen=True, omit_defaults=True):
    """Names of the session whose values share something that can change: an alias group.

    Most groups have one name. `token` says what the values are, together with what they share,
    so that equal tokens mean equal behaviour; it is empty where a value can't be looked into.
    `refs` are the classes and functions the values rest on, as "module:name", of `__main__` and
    of the project's own modules; "module:*" is a module as a whole.
    """

    names: tuple[str, ...]
    token: str
    refs: tuple[str, ...] = ()
    entry: str = ""  # in the store; empty: not there
    trouble: str = ""  # why not: "a generator can't be stored"


class Observed(Struct, frozen=True, omit_defaults=True):
    """What a step was seen to depend on and to change, besides values of the session.

    Paths are absolute; digests are `store.digest`'s; an empty digest: it was not there.
    """

    reads: tuple[tuple[str, str], ...] = ()  # file, digest of what it held before the step
    writes: tuple[tuple[str, str], ...] = ()  # file, digest of what it holds after the step
    listings: tuple[tuple[str, str], ...] = ()  # folder, digest of the names in it
    stats: tuple[tuple[str, str, str], ...] = ()  # path, "kind" | "size" | "all", what it said
    environment: tuple[tuple[str, str], ...] = ()  # variable, digest of its value; "*": all
    modules: tuple[tuple[str, str], ...] = ()  # the project's own modules loaded by now, file
    imported: tuple[tuple[str, str], ...] = ()  # of these, loaded by this step
    contents: tuple[tuple[str, str], ...] = ()  # "module:name" of data in these, its token
    distributions: tuple[str, ...] = ()  # "torch-2.14.1.dist-info", of all that is loaded
    unknown: tuple[str, ...] = ()  # what can't be seen into: "it starts the program `git`"
    effects: tuple[tuple[str, str], ...] = ()  # process-wide state changed, digest of the new
    placed: bool = False  # what it printed may name lines of the document
    styled: bool = False  # it drew, or could read how figures are to look
