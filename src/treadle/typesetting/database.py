"""What is wrong in a bibliography's file where BibTeX stumbles over it, and what to do."""

from __future__ import annotations

import re

from msgspec import Struct

BEGIN = re.compile(r"^[ \t]*@(?!(?i:string|preamble|comment)\b)(?P<type>\w+)\s*[{(]", re.MULTILINE)
KEY = re.compile(r"\s*(?P<key>[^\s,{}]+)\s*,")
ENDS = ("end of database", "end of file")
EXPECTED = "I was expecting a `,' or a `}'"


class Fault(Struct, frozen=True):
    """The line of the file that is meant, and the way out (may be empty)."""

    line: int
    hint: str = ""


def fault_of(message: str, number: int, text: str) -> Fault:
    """BibTeX's `message` says `number`; it sees the end of what is open, and not its beginning."""
    here = min(number, text.count("\n") + (not text.endswith("\n"))) if text else number
    above = "\n".join(text.split("\n")[:number])
    begins = list(BEGIN.finditer(above))
    if begins and KEY.match(text, begins[-1].end()) is None:
        kind = begins[-1]["type"]
        hint = f"an entry begins with its key, as in `@{kind}{{Name2026,`"
        return Fault(_line(text, begins[-1].start()), hint)
    if any(end in message for end in ENDS):
        return Fault(max(here, 1), _unclosed(begins[-1:], text))
    if message.startswith(EXPECTED):
        # At an entry's first line it is the one before that has not ended.
        if len(begins) > 1 and _line(text, begins[-1].start()) == number:
            return Fault(max(here, 1), _unclosed(begins[-2:-1], text))
        return Fault(max(here, 1), "a comma is missing after the field before")
    hint = "there is one entry of each key" if message.startswith("Repeated entry") else ""
    return Fault(max(here, 1), hint)


def _unclosed(begins: list[re.Match[str]], text: str) -> str:
    what = "the closing brace of an entry, or of a field, is missing"
    if not begins:
        return what
    key = KEY.match(text, begins[0].end())
    line = _line(text, begins[0].start())
    return f"{what}: `{key['key']}`, which begins on line {line}" if key else what


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
