"""What was printed to a stream, as a terminal would leave it: progress bars as their last state.

A stream is printed between other things, so each piece of its text has a place: a number that
grows. A line that is drawn anew later moves to where that is done, with the lines below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Sequences (the one of colours and cursors, that of titles and links, short ones), and characters
# that move the cursor. An escape that begins none of these is a character as any other.
_CONTROL = re.compile(
    r"\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[()][0-9A-Za-z]|\x1b[78=>cDEHMNOZ]|[\r\x08\n]"
)
_MOVES = re.compile(r"[\r\x08\x1b]")
_WIDEST = 10_000  # columns that a sequence may ask for


class _Row:
    """A line: its text, where it was last written to, and where it was ended (-1: nowhere)."""

    __slots__ = ("_parts", "drawn", "ended", "length", "place")

    def __init__(self, place: int) -> None:
        self._parts: list[str] = []
        self.length = 0
        self.place = place
        self.ended = -1
        self.drawn = False  # something moved in it: blanks at its end are what is left of that

    @property
    def text(self) -> str:
        if len(self._parts) > 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0] if self._parts else ""

    def put(self, text: str, column: int, place: int) -> None:
        """Write at a column, over what stands there."""
        self.place = place
        if column == self.length:  # as nearly all is written
            self._parts.append(text)
            self.length += len(text)
            return
        old = self.text.ljust(column)
        self._set(old[:column] + text + old[column + len(text) :])

    def erase(self, start: int, end: int, place: int) -> None:
        """Blank the columns from `start` to `end`."""
        old = self.text
        self._set((old[:start].ljust(start) + " " * (end - start) + old[end:]).rstrip())
        self.place, self.drawn = place, True

    def _set(self, text: str) -> None:
        self._parts, self.length = [text], len(text)


class Screen:
    """One stream. Nothing moves in most: their text is kept as it comes."""

    def __init__(self) -> None:
        """Nothing is printed yet."""
        self._plain: list[tuple[int, str]] = []
        self._rows: list[_Row] = []  # once something has moved
        self._row = self._column = 0
        self.size = 0  # characters that are to be seen

    def write(self, text: str, place: int) -> None:
        """Text that is printed at this place."""
        if not self._rows and not _MOVES.search(text):
            self._plain.append((place, text))
            self.size += len(text)
            return
        if not self._rows:
            self._rows, self.size = [_Row(place)], 0
            for earlier, printed in self._plain:
                self._draw(printed, earlier)
        self._draw(text.replace("\r\n", "\n"), place)

    def latest(self) -> str:
        """The end of it, to look for its last line."""
        if self._rows:
            return "\n".join(row.text for row in self._rows[max(0, self._row - 20) : self._row + 1])
        return "".join(text for _, text in self._plain[-20:])

    def pieces(self) -> Iterator[tuple[int, str]]:
        """The text that is to be seen, with its places, which grow."""
        yield from () if self._rows else self._plain
        at = 0
        for row in self._rows:
            at = max(at, row.place)
            if text := row.text.rstrip() if row.drawn else row.text:
                yield at, text
            if row.ended >= 0:
                at = max(at, row.ended)
                yield at, "\n"

    def _draw(self, text: str, place: int) -> None:
        start = 0
        for found in _CONTROL.finditer(text):
            self._put(text[start : found.start()], place)
            self._obey(found, place)
            start = found.end()
        self._put(text[start:], place)

    def _put(self, text: str, place: int) -> None:
        if text:
            row = self._rows[self._row]
            before = row.length
            row.put(text, self._column, place)
            self.size += row.length - before
            self._column += len(text)

    def _obey(self, found: re.Match[str], place: int) -> None:
        row = self._rows[self._row]
        match found[0]:
            case "\n":
                self._end_row(row, place)
            case "\r":
                self._column, row.drawn = 0, True
            case "\x08":
                self._column, row.drawn = max(0, self._column - 1), True
            case _ if found[2]:
                self._follow(found[2], found[1], place)

    def _end_row(self, row: _Row, place: int) -> None:
        if self._row + 1 == len(self._rows):
            row.ended = place
            self._rows.append(_Row(place))
            self.size += 1
        self._row, self._column = self._row + 1, 0

    def _follow(self, command: str, argument: str, place: int) -> None:
        """A sequence for the cursor or what stands there; colours and the rest mean nothing."""
        numbers = [int(part) if part.isdecimal() else 0 for part in argument.split(";")]
        count = max(numbers[0], 1)
        match command:
            case "A" | "B" | "E" | "F":
                self._go(self._row + (count if command in "BE" else -count))
                self._column = 0 if command in "EF" else self._column
            case "C":
                self._column = min(self._column + count, _WIDEST)
            case "D":
                self._column = max(0, self._column - count)
            case "G":
                self._column = min(count, _WIDEST) - 1
            case "H" | "f":
                self._go(count - 1)
                self._column = min(max([*numbers, 1][1], 1), _WIDEST) - 1
            case "K":
                self._erase_in_row(numbers[0], place)
            case "J":
                self._erase_screen(numbers[0], place)

    def _go(self, row: int) -> None:
        self._row = min(max(row, 0), len(self._rows) - 1)

    def _erase_in_row(self, which: int, place: int) -> None:
        """What stands behind the cursor (0), before it (1), or all (2)."""
        row = self._rows[self._row]
        before, start = row.length, 0 if which else self._column
        row.erase(start, self._column + 1 if which == 1 else max(start, before), place)
        self.size += row.length - before

    def _erase_screen(self, which: int, place: int) -> None:
        """Likewise, with the lines below, above, or all: then it begins anew."""
        if which > 1:
            self._rows, self._row, self._column, self.size = [_Row(place)], 0, 0, 0
            return
        self._erase_in_row(which, place)
        if which:
            for row in self._rows[: self._row]:
                row.erase(0, row.length, place)
        else:
            del self._rows[self._row + 1 :]
            self._rows[self._row].ended = -1


def last_line(text: str) -> str:
    """The last line with anything on it, for the progress display."""
    lines = [line for line in re.split(r"[\r\n]", text) if line.strip()]
    return lines[-1].strip() if lines else ""
