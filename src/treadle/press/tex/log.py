"""Split LaTeX's log into messages, each with the file and line it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from msgspec import Struct


class MessageKind(Enum):
    ERROR = "error"
    WARNING = "warning"
    OVERFULL = "overfull"
    MISSING_CHARACTER = "missing character"
    REFUSED = "refused"  # a program that LaTeX was to run


class Message(Struct, frozen=True):
    """One message: its text, the file LaTeX was reading, the line (0: the log gives none).

    `context` is what LaTeX had just read when it stopped at an error; `read`, where that is a
    macro's text, is how far it had read the file's line.
    """

    kind: MessageKind
    text: str
    file: str = ""
    line: int = 0
    context: str = ""
    read: str = ""

    @property
    def said(self) -> str:
        """LaTeX's own words, without who says them."""
        text = SAYS.sub(r"\1: ", self.text)
        return text.removeprefix(": ").strip()

    @property
    def undefined(self) -> str:
        """The command that LaTeX does not know; empty: that is not the matter."""
        return _last_command(self.context) if UNDEFINED in self.text else ""

    @property
    def user_of_undefined(self) -> str:
        r"""The command on the document's line whose definition asks for the unknown one, if any."""
        return _last_command(self.read) if UNDEFINED in self.text else ""

    @property
    def ends_formula(self) -> bool:
        """Whether TeX ends a formula as its paragraph ends: at a blank line, read as nothing."""
        return MISSING_DOLLAR in self.text and self.line > 0 and not self.context.strip()


SAYS = re.compile(r"^(?:LaTeX|Package|Class) (?:(\S+) )?Error: ")
UNDEFINED = "Undefined control sequence"
MISSING_DOLLAR = "Missing $ inserted"


def _last_command(text: str) -> str:
    names = re.findall(r"\\(?:[A-Za-z@]+|.)", text)
    return names[-1] if names else ""


LINE = r"(?P<line>\d{1,9})"  # no file has more of them
FILE_LINE_ERROR = re.compile(rf"^(?P<file>[^\s:()][^:()]*\.\w+):{LINE}: (?P<text>.+)$")
# With any name; then it must be one of a file that LaTeX has opened.
ANY_FILE_ERROR = re.compile(rf"^(?P<file>\S.*?):{LINE}: (?P<text>.+)$")
# A program says its name where something is wrong outside of TeX's language: pdfTeX, LuaTeX.
PROGRAM = r"(?!La)\w*TeX"
PLAIN_ERROR = re.compile(rf"^!(?: |{PROGRAM} error: )(?P<text>.+)$")
WARNING = re.compile(
    r"^(?:(?:LaTeX|Package|Class|Module)\b.{0,40}? Warning: "
    rf"|{PROGRAM} warning(?: \([^)]*\))?: )(?P<text>.*)$"
)
CONTINUED = re.compile(r"^\([\w @.-]+\) {2,}(?P<text>.*)$")
INDENTED = re.compile(r"^ {10,}(?P<text>\S.*)$")
ON_LINE = re.compile(rf",? on input line {LINE}\b\.?")
OVERFULL = re.compile(
    r"^Overfull \\(?P<text>[hv]box \(\d+(?:\.\d+)?pt too (?:wide|high)\))(?P<where>.*)$"
)
WHERE = re.compile(rf"(?:at lines|at line) {LINE}\b")
MISSING_CHARACTER = re.compile(r"^Missing character: (?P<text>.+)!$")
REFUSED = re.compile(r"^runsystem\((?P<text>.*)\)\.\.\.disabled")
CONTEXT = re.compile(
    rf"^(?:l\.{LINE}(?!\d)|<\*>|<argument>|<recently read>|\\\S+ .*?->) ?(?P<text>.*)$"
)
RUNAWAY = "Runaway "
# "(" opens a file if a name follows, ")" closes what was opened last. Names of folders may hold
# blanks, and pairs of parentheses.
PARENTHESES = re.compile(
    r"\((?P<file>\.{0,2}/(?:[^()]|\([^()]*\)){0,1000}?\.\w+(?=[\s()]|$)|[^\s()]+\.\w+)"
    r"|(?P<open>\()|(?P<close>\))"
)


def messages(log: str) -> Iterator[Message]:
    """The messages of `log`, in order; notes that only inform are left out."""
    return _Reader(_with_numbers(log)).messages()


# Each slide that is `fragile` is written to `STEM.vrb`, over the one before, and read from there:
# the file of the third one is called `STEM.3.vrb` here. LuaTeX names it without quotes.
WRITTEN = re.compile(r"^\\openout\d+ = `?(?P<stem>.*)\.vrb(?:'\.)?$", re.MULTILINE)


def _with_numbers(log: str) -> str:
    starts = list(WRITTEN.finditer(log))
    if not starts:
        return log
    parts = [log[: starts[0].start()]]
    ends = [found.start() for found in starts[1:]] + [len(log)]
    for number, (found, end) in enumerate(zip(starts, ends, strict=True), start=1):
        stem = found["stem"]
        parts.append(log[found.start() : end].replace(f"{stem}.vrb", f"{stem}.{number}.vrb"))
    return "".join(parts)


# No log that lacks both tells of an error.
MAY_BE_ERROR = re.compile(rf"!(?: |{PROGRAM} error: )|:\d{{1,9}}: ")


def first_error(log: str) -> Message | None:
    """The first message of an error, if LaTeX met one; most logs need not be read for that."""
    if not MAY_BE_ERROR.search(log):
        return None
    return next((item for item in messages(log) if item.kind is MessageKind.ERROR), None)


class _Reader:
    """Reads a log; `_at` is the number of the line that comes next."""

    def __init__(self, log: str) -> None:
        self._log = log
        self._lines = log.splitlines()
        self._at = 0
        self._files: list[str] = []  # open at this point, innermost last; empty: no file's name
        self._runaway = ""  # the text that TeX shows before an error of which it is the matter

    def messages(self) -> Iterator[Message]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            self._at += 1
            message = self._message(line)
            self._runaway = ""
            if message is not None:
                yield message
            elif line.startswith(RUNAWAY):
                self._runaway = self._next()
                self._at += 1
            else:
                self._follow(line)

    def _next(self) -> str:
        return self._lines[self._at] if self._at < len(self._lines) else ""

    def _follow(self, line: str) -> None:
        for found in PARENTHESES.finditer(line):
            if not found["close"]:
                self._files.append(found["file"] or "")
            elif self._files:
                self._files.pop()

    def _message(self, line: str) -> Message | None:
        """The message that begins with this line, if one does; its other lines are read."""
        file = next((name for name in reversed(self._files) if name), "")
        if found := self._error_in(line):
            return self._error(found.groupdict(), file)
        if found := WARNING.match(line):
            return self._warning(found["text"], file)
        if found := OVERFULL.match(line):
            where = WHERE.search(found["where"])
            self._at += 1  # it shows what is in the box, parentheses and all
            return Message(
                MessageKind.OVERFULL, found["text"], file, int(where["line"]) if where else 0
            )
        if found := MISSING_CHARACTER.match(line):
            return Message(MessageKind.MISSING_CHARACTER, found["text"], file)
        if found := REFUSED.match(line):
            return Message(MessageKind.REFUSED, found["text"], file)
        return None

    def _error_in(self, line: str) -> re.Match[str] | None:
        """Whether an error begins with this line."""
        if found := FILE_LINE_ERROR.match(line) or PLAIN_ERROR.match(line):
            return found
        found = ANY_FILE_ERROR.match(line)
        opened = found and re.search(rf"\({re.escape(found['file'])}(?=[\s()]|$)", self._log, re.M)
        return found if opened else None

    def _error(self, groups: dict[str, str], file: str) -> Message:
        text = groups["text"]
        while found := CONTINUED.match(self._next()) or INDENTED.match(self._next()):
            if not found["text"]:
                break
            text, self._at = f"{text} {found['text']}", self._at + 1
        shown, number = self._context()
        place = int(groups.get("line") or number)
        innermost = self._runaway or next(iter(shown), "")
        read = shown[-1] if len(shown) > 1 else ""
        return Message(MessageKind.ERROR, text, groups.get("file") or file, place, innermost, read)

    def _context(self) -> tuple[list[str], int]:
        """What TeX shows with an error: lines, innermost first, and the last one's number.

        TeX shows what it has read, breaks the line where it stopped, and goes on below. The help
        text follows; it ends with an empty line.
        """
        shown: list[str] = []
        for at in range(self._at, min(self._at + 40, len(self._lines))):
            line = self._lines[at]
            if self._error_in(line):
                self._at = at
                break
            if found := CONTEXT.match(line):
                shown.append(found["text"])
                if line.startswith(("l.", "<*>")):
                    self._at = at + 2
                    return shown, int(found["line"] or 0)
        return shown, 0

    def _warning(self, text: str, file: str) -> Message:
        while found := CONTINUED.match(self._next()):
            text, self._at = f"{text} {found['text']}".strip(), self._at + 1
        if text.endswith(":"):  # what is spoken of comes below
            text = f"{text} {self._next().strip()}"
            self._at += 1
        on_line = ON_LINE.search(text)
        place = int(on_line["line"]) if on_line else 0
        return Message(MessageKind.WARNING, ON_LINE.sub("", text).strip(), file, place)
