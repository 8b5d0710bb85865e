"""Pandoc's title block: `% title`, `% author; author`, `% date` on the first lines."""

from __future__ import annotations

from treadle.document.model import FrontMatter

_FIELDS = ("title", "author", "date")


def read_title_block(lines: list[str]) -> tuple[FrontMatter, int]:
    """The values of the block that begins on the first line, and how many lines it has.

    A line that begins with a space goes on with the field before it. Authors are separated
    by semicolons or stand on lines of their own.
    """
    fields: list[list[str]] = []
    starts: list[int] = []
    end = 0
    for end, line in enumerate(lines):
        if line.startswith("%") and len(fields) < len(_FIELDS):
            fields.append([line[1:].strip()])
            starts.append(end + 1)
        elif fields and line[:1] in (" ", "\t") and line.strip():
            fields[-1].append(line.strip())
        else:
            break
    else:
        end = len(lines)
    return _front(fields, starts), end


def _front(fields: list[list[str]], starts: list[int]) -> FrontMatter:
    values: dict[str, object] = {}
    places: dict[str, int] = {}
    for name, parts, line in zip(_FIELDS, fields, starts, strict=False):
        if not any(parts):
            continue
        values[name] = _authors(parts) if name == "author" else " ".join(parts).strip()
        places[name] = line
    return FrontMatter(values, places)


def _authors(parts: list[str]) -> list[str]:
    names = (name.strip() for part in parts for name in part.split(";"))
    return [name for name in names if name]
