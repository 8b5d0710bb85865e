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

    `context` is what LaTeX had just read when it stopped at an error.
    """

    kind: Kind
    text: str
    file: str = ""
    line: int = 0
    context: str = ""


LINE = r"(?P<line>\d{1,9})"  # no file has more of them
FILE_LINE_ERROR = re.compile(rf"^(?P<file>[^\s:()][^:()]*\.\w+):{LINE}: (?P<text>.+)$")
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
CONTEXT = re.compile(rf"^(?:l\.{LINE}(?!\d)|<\*>|<argument>|\\\S+ .*?->) ?(?P<text>.*)$")
RUNAWAY = "Runaway "
# "(" opens a file if a name follows, ")" closes what was opened last.
PARENTHESES = re.compile(r"\((?P<file>(?:\.{0,2}/)?[^\s()]+\.\w+)|(?P<open>\()|(?P<close>\))")


def messages(log: str) -> Iterator[Message]:
    """The messages of `log`, in order; notes that only inform are left out."""
    lines = log.splitlines()
    files: list[str] = []
    number = 0
    runaway = ""
    while number < len(lines):
        line = lines[number]
        message, used = _message_at(lines, number, _current(files), runaway)
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


def _message_at(
    lines: list[str], number: int, file: str, runaway: str
) -> tuple[Message | None, int]:
    """The message that begins at `lines[number]`, if one does, and how many lines it takes."""
    line = lines[number]
    if found := FILE_LINE_ERROR.match(line) or PLAIN_ERROR.match(line):
        return _error(found, lines, number, file, runaway)
    if found := WARNING.match(line):
        return _warning(found["text"], lines, number, file)
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
    found: re.Match[str], lines: list[str], number: int, file: str, runaway: str
) -> tuple[Message, int]:
    groups = found.groupdict()
    text, used = groups["text"], 1
    while number + used < len(lines) and (more := _continuation(lines[number + used])):
        text, used = f"{text} {more}", used + 1
    context, line, used = _context(lines, number, used)
    place = int(groups.get("line") or line)
    return Message(Kind.ERROR, text, groups.get("file") or file, place, runaway or context), used


def _context(lines: list[str], number: int, used: int) -> tuple[str, int, int]:
    """What TeX shows with an error: the innermost line, its number; and how many lines to skip.

    TeX shows what it has read, breaks the line where it stopped, and goes on below. The help
    text follows; it ends with an empty line.
    """
    shown = ""
    for at in range(number + used, min(number + used + 40, len(lines))):
        if FILE_LINE_ERROR.match(lines[at]) or PLAIN_ERROR.match(lines[at]):
            return shown, 0, at - number
        if found := CONTEXT.match(lines[at]):
            shown = shown or found["text"]
            if lines[at].startswith(("l.", "<*>")):
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
