"""What a cell gave when it ran, and what it was seen to depend on: plain data, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

PRESUMED = "?"  # an effect that was not seen: in place of the digest of the new state
DOUBTFUL = "doubtful "  # before the digest of a file that somebody else may have written as well
LINES = "lines"  # the fact that output rests on which names lines of the cell's file
FOLDER = "folder"  # the fact that it looked at something in the folder where its code runs
PROVENANCE = "opaque:"  # so begins the token of what is told by the run that made it
NOBODY = -1  # the maker of what every session has from the start


class Stream(Struct, frozen=True, tag=True):
    """Text printed, by Python, a C library or a subprocess."""

    name: str  # "stdout" or "stderr"
    text: str


class Display(Struct, frozen=True, tag=True):
    """A value as it is shown: a MIME bundle, as in Jupyter.

    `data` holds texts by type, `files` the names of blobs in the store, for what is no text.
    """

    data: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)


class Echo(Struct, frozen=True, tag=True):
    """A statement as a Python prompt would echo it, with >>> and ..."""

    text: str


Output = Stream | Display | Echo


class Remark(Struct, frozen=True, omit_defaults=True):
    """Words to the author: of what a cell shows, something is lost or is another thing.

    Of which of the cell's statements that is said, from 0: they stay the same where lines do not.
    -1: of the last.
    """

    text: str
    hint: str = ""
    statement: int = -1


class Frame(Struct, frozen=True):
    """A line of the user's code, with a column from 1 (0: unknown)."""

    file: str
    line: int
    column: int = 0


class Failure(Struct, frozen=True, omit_defaults=True):
    """An exception: its last line, its traceback (the user's frames only), and its place."""

    message: str  # "ValueError: bad"
    traceback: str
    file: str
    line: int
    column: int = 0  # from 1; 0: unknown
    # Lines in the cell's file and in extracted modules that led to it, the innermost first.
    frames: tuple[Frame, ...] = ()
    gone: bool = False  # the worker has died of it
    fatal: bool = False  # the cell did not end, or could not begin: nothing can run after it


class Binding(Struct, frozen=True, omit_defaults=True):
    """What a name is bound to, together with all names whose values share something changeable.

    Most groups of names have one. `token` says what the values are, with what they share, so
    that equal tokens mean equal behaviour; a trace has an empty one where a value can't be
    looked into, and a snapshot one by provenance. `refs` are the classes and functions the
    values rest on, as "module:name", of `__main__` and of the project's own modules;
    "module:*" is a module as a whole.
    """

    names: tuple[str, ...]
    token: str
    refs: tuple[str, ...] = ()
    entry: str = ""  # in the store, maybe with stand-ins; empty: not there
    trouble: str = ""  # why not: "a generator can't be stored"
    unseen: tuple[str, ...] = ()  # names not looked at, or not kept: it would have taken too long
    ends: bool = False  # something in it may do something when it ends: `__del__`, a file
    holds: tuple[str, ...] = ()  # names of functions and classes of `refs` that are part of it
    own: tuple[str, ...] = ()  # those of `refs` that nothing but the names' own statements reads
    maker: int = NOBODY  # the cell that bound or changed it last, in a snapshot
    # What names of `refs` were bound to then: name, maker, token (None: to nothing).
    rests: tuple[tuple[str, int, str | None], ...] = ()

    @property
    def stands_in(self) -> bool:
        """Whether, in a snapshot, its entry has stand-ins for what can't be stored."""
        return bool(self.entry) and self.token.startswith(PROVENANCE)


# A library's counter, "module:Class.name"; where earlier cells had left it, if they moved it; and
# where it stands now.
Counted = tuple[str, int | None, int]


class Observed(Struct, frozen=True, omit_defaults=True):
    """What a cell was seen to depend on and to change, besides values of the session.

    Paths are absolute; digests are `store.digest`'s; an empty digest: it was not there.
    """

    reads: tuple[tuple[str, str], ...] = ()  # file, digest of what it held before the step
    writes: tuple[tuple[str, str], ...] = ()  # file, digest of what it holds after the step
    listings: tuple[tuple[str, str], ...] = ()  # folder, digest of the names in it
    stats: tuple[tuple[str, str, str], ...] = ()  # path, how (`store.path_answers`), what it said
    environment: tuple[tuple[str, str], ...] = ()  # variable, digest of its value; "*": all
    imported: tuple[tuple[str, str], ...] = ()  # the project's own modules it loaded, file
    contents: tuple[tuple[str, str], ...] = ()  # "module:name" of data in these, its token
    distributions: tuple[str, ...] = ()  # "torch-2.14.1.dist-info", of all that is loaded
    facts: tuple[tuple[str, str], ...] = ()  # what the host states, by name, as it was
    unknown: tuple[str, ...] = ()  # what can't be seen into: "it starts the program `git`"
    effects: tuple[tuple[str, str], ...] = ()  # process-wide state changed, digest of the new
    counters: tuple[Counted, ...] = ()  # those that it moved
    lent: tuple[str, ...] = ()  # what that holds of the session's: refs, as in `Binding`


class Trace(Struct, frozen=True, omit_defaults=True, tag=True):
    """What a cell gave when it ran: what it showed, bound, changed, read and wrote."""

    outputs: tuple[Output, ...] = ()
    texts: tuple[str, ...] = ()  # of inline code: one a piece
    failure: Failure | None = None
    seconds: float = 0.0
    peak_memory: int = 0  # bytes that the worker has held at most, by the cell's end
    shown_source: str = ""  # of the object that `Cell.source` names
    notes: Mapping[str, object] = field(default_factory=dict)  # what plugins noted, by name
    remarks: tuple[Remark, ...] = ()
    overdue: bool = False  # its timeout struck, whether or not it has caught that
    unwatched: str = ""  # why not all is seen of what C libraries and programs read
    cut: tuple[str, ...] = ()  # streams to which it printed too much: what came later is dropped
    bindings: tuple[Binding, ...] = ()  # those that are new or changed
    deleted: tuple[str, ...] = ()
    observed: Observed = Observed()
    blobs: tuple[str, ...] = ()  # all that entries and outputs need in the store
    nonce: str = ""  # of a run that can't be told from another by what it depends on

    @property
    def unkept(self) -> tuple[str, ...]:
        """The names whose values there was no time to look at, or to keep."""
        return tuple(name for binding in self.bindings for name in binding.unseen)
