"""What runs as one: a chunk of a document or notebook, or the inline code of a piece of prose."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field


class InlinePiece(Struct, frozen=True):
    """One piece of inline code: an expression whose value is wanted (`shows`), or statements, of
    which the last may be one."""

    code: str
    shows: bool
    line: int


class Cell(Struct, frozen=True, omit_defaults=True):
    """Code, seed, options and place; any worker with the same past can run it.

    It is run as a notebook's cell is, unless `pieces` says that it is inline code, `module` that
    it is imported, or `prompt` that it is run as if typed at a prompt.
    """

    number: int  # from 0, in the order in which cells run: nothing else tells cells apart
    label: str  # what to call it in messages
    code: str
    file: str  # what tracebacks name
    line: int = 1  # of the first line of `code` in `file`
    seed: int = 0
    pieces: tuple[InlinePiece, ...] = ()
    module: str | None = None  # dotted name of the module that holds the code ...
    names: tuple[str, ...] = ()  # ... and the names to bind of it: see `plan.scans.with_names`
    prompt: bool = False  # each statement is echoed, then what it shows
    source: str | None = None  # an expression: the source of its value is shown
    timeout: float | None = None  # seconds; longer than that is a failure
    memory: int | None = None  # bytes the worker may hold while it runs
    may_fail: bool = False  # an exception in it is what the author wants to show
    volatile: bool = False  # it runs in every build
    # Declared, absolute: files, folders with all that is in them, patterns such as `*.csv`. None:
    # nothing is declared, and what it rests on unseen is unknown.
    depends: tuple[str, ...] | None = None
    # All that can change what it computes and shows, by name, for its key and for plugins.
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_inline(self) -> bool:
        """Whether it is inline code, which gives texts and no outputs."""
        return bool(self.pieces)
