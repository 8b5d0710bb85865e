"""What runs as one: a chunk, the inline code of a prose block, or that of a caption."""

from __future__ import annotations

from msgspec import Struct

from treadle.engine.scan.code import Code


class Unit(Struct, frozen=True):
    """One step of a document, as planning sees it."""

    number: int  # from 0, in the order in which they run
    block: int  # the block of the document it belongs to
    label: str  # what to call it in messages
    line: int
    code: Code
    source: str
    options: str  # digest of the options that can change what it computes
    seed: int
    module: str | None = None  # a module chunk: the module it is imported from, ...
    names: tuple[str, ...] = ()  # ... and the names it binds
    depends: tuple[str, ...] = ()  # files declared, absolute
    volatile: bool = False
    is_chunk: bool = True

    @property
    def binds(self) -> frozenset[str]:
        """The names of the session it may bind."""
        return frozenset(self.names) if self.module else self.code.binds | self.code.deletes
