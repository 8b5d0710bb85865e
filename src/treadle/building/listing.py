"""The code of a chunk where it is put together from several places."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from treadle.diagnostics import Span
from treadle.document.model import Chunk


class Piece(Struct, frozen=True):
    """Code, and the file and line at which it stands."""

    file: str
    line: int
    code: str

    @classmethod
    def of_chunk(cls, chunk: Chunk) -> Piece:
        """The chunk's own code."""
        code = chunk.code if chunk.code.endswith("\n") else chunk.code + "\n"
        return cls(chunk.span.file, chunk.code_line, code)


class Listing(Struct, frozen=True):
    """Pieces of code run as one: `file` and `line` are those of its first line.

    Between two pieces of one file stand as many empty lines as the file has lines there, so that
    Python's line numbers are right all through.
    """

    pieces: tuple[Piece, ...]
    starts: tuple[int, ...]  # the line of `code` at which each piece begins, from 0
    code: str

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Listing:
        """`pieces` joined."""
        code = ""
        starts: list[int] = []
        for at, piece in enumerate(pieces):
            if at and piece.file == pieces[0].file:
                code += "\n" * (piece.line - pieces[0].line - code.count("\n"))
            starts.append(code.count("\n"))
            code += piece.code
        return cls(tuple(pieces), tuple(starts), code)

    @property
    def file(self) -> str:
        """The file of the first line."""
        return self.pieces[0].file

    @property
    def line(self) -> int:
        """The number of the first line in that file."""
        return self.pieces[0].line

    def place(self, line: int) -> Span:
        """Where a line really stands that Python takes to be line `line` of `file`."""
        within = line - self.line
        at = max(bisect_right(self.starts, within) - 1, 0)
        piece = self.pieces[at]
        return Span.at(piece.file, piece.line + within - self.starts[at])
