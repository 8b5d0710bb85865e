"""Split LaTeX's log into messages, each with the file and line it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from msgspec import Struct


class Kind(Enum):
    """What sort of message a line of the log begins."""

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

    kind: Kind
    text: str
    file: str = ""
    line: int = 0
    context: str = ""
    read: str = ""


LINE = r"(?P<line>\d{1,9})"  # no file has more of them
FILE_LINE_ERROR = re.compile(rf"^(?P<file>[^\s:()][^:()]*\.\w+):{LINE}: (?P<text>.+)$")
# With any name; then it must be one of a file that LaTeX has opened.
ANY_FILE_ERROR = re.compile(rf"^(?P<file>\S.*?):{LINE}: (?P<text>.+)$")
PLAIN_ERROR = re.compile(r"^!(?: |pdfTeX error: )(?P<text>.+)$")
WARNING = re.compile(
    r"^(?:(?:LaTeX|Package|Class|Module)\b.{0,40}? Warning: "
    r"|pdfTeX warning(?: \([^)]*\))?: )(?P<text>.*)$"
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


class _Log(Struct, frozen=True):
    """The text and its lines."""

    text: str
    lines: list[str]

    def error_at(self, number: int) -> re.Match[str] | None:
        """Whether an error begins at this line."""
        line = self.lines[number]
        if found := FILE_LINE_ERROR.match(line) or PLAIN_ERROR.match(line):
            return found
        found = ANY_FILE_ERROR.match(line)
        opened = found and re.search(rf"\({re.escape(found['file'])}(?=[\s()]|$)", self.text, re.M)
        return found if opened else None


def messages(log: str) -> Iterator[Message]:
    """The messages of `log`, in order; notes that only inform are left out."""
    whole = _Log(log, log.splitlines())
    lines = whole.lines
    files: list[str] = []
    number = 0
    runaway = ""
    while number < len(lines):
        line = lines[number]
        message, used = _message_at(whole, number, _current(files), runaway)
        if message is not None:
            yield message
        elif line.startswith(RUNAWAY) and number + 1 < len(lines):
            runaway, used = lines[number + 1], 2
            number += used
            continue
        else:
            _follow(line, files)
        runaway = ""
        number += used


def first_error(log: str) -> Message | None:
    """The first error of `log`, or None."""
    return next((item for item in messages(log) if item.kind is Kind.ERROR), None)


def _message_at(log: _Log, number: int, file: str, runaway: str) -> tuple[Message | None, int]:
    """The message that begins at line `number`, if one does, and how many lines it takes."""
    line = log.lines[number]
    if found := log.error_at(number):
        return _error(found, log, number, file, runaway)
    if found := WARNING.match(line):
        return _warning(found["text"], log.lines, number, file)
    if found := OVERFULL.match(line):
        where = WHERE.search(found["where"])
        place = int(where["line"]) if where else 0
        # The next line shows what is in the box, parentheses and all.
        return Message(Kind.OVERFULL, found["text"], file, place), 2
    if found := MISSING_CHARACTER.match(line):
        return Message(Kind.MISSING_CHARACTER, found["text"], file), 1
    if found := REFUSED.match(line):
        return Message(Kind.REFUSED, found["text"], file), 1
    return None, 1


def _error(
    found: re.Match[str], log: _Log, number: int, file: str, runaway: str
) -> tuple[Message, int]:
    groups = found.groupdict()
    lines, text, used = log.lines, groups["text"], 1
    while number + used < len(lines) and (more := _continuation(lines[number + used])):
        text, used = f"{text} {more}", used + 1
    shown, line, used = _context(log, number, used)
    place = int(groups.get("line") or line)
    innermost = runaway or next(iter(shown), "")
    read = shown[-1] if len(shown) > 1 else ""
    return Message(Kind.ERROR, text, groups.get("file") or file, place, innermost, read), used


def _context(log: _Log, number: int, used: int) -> tuple[list[str], int, int]:
    """What TeX shows with an error: lines, innermost first; the last one's number; how many lines
    of the log to skip.

    TeX shows what it has read, breaks the line where it stopped, and goes on below. The help
    text follows; it ends with an empty line.
    """
    shown: list[str] = []
    for at in range(number + used, min(number + used + 40, len(log.lines))):
        if log.error_at(at):
            return shown, 0, at - number
        if found := CONTEXT.match(log.lines[at]):
            shown.append(found["text"])
            if log.lines[at].startswith(("l.", "<*>")):
                return shown, int(found["line"] or 0), at - number + 2
    return shown, 0, used


def _warning(text: str, lines: list[str], number: int, file: str) -> tuple[Message, int]:
    used = 1
    while number + used < len(lines) and (more := CONTINUED.match(lines[number + used])):
        text, used = f"{text} {more['text']}".strip(), used + 1
    if text.endswith(":") and number + used < len(lines):  # what is spoken of comes below
        text, used = f"{text} {lines[number + used].strip()}", used + 1
    found = ON_LINE.search(text)
    place = int(found["line"]) if found else 0
    return Message(Kind.WARNING, ON_LINE.sub("", text).strip(), file, place), used


def _continuation(line: str) -> str:
    found = CONTINUED.match(line) or INDENTED.match(line)
    return found["text"] if found else ""


def _current(files: list[str]) -> str:
    return next((name for name in reversed(files) if name), "")


def _follow(line: str, files: list[str]) -> None:
    """Keep `files`, the files open at this point of the log, innermost last."""
    for found in PARENTHESES.finditer(line):
        if found["close"]:
            if files:
                files.pop()
        else:
            files.append(found["file"] or "")
