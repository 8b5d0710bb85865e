"""The front matter: a YAML block between `---` lines, or pandoc's `%` title block."""

from __future__ import annotations

import re
from pathlib import Path

from treadle.press.document.front_code import PRINTED
from treadle.press.document.model import FrontMatter
from treadle.press.document.source_text import is_file, load, normalise, split_lines
from treadle.press.document.wrong_values import did_you_mean
from treadle.problem import Problem, Span, error, warning

_OPENING = re.compile(r"---[ \t]*")
_KEY = re.compile(r"[\w-]+[ \t]*:(\s|$)")
_CLOSING = re.compile(r"(---|\.\.\.)[ \t]*")
Read = tuple[FrontMatter, tuple[Problem, ...]]


def read_front_matter(text: str, file: str) -> Read:
    """The front matter at the top of `text`, if there is any, and what is wrong with it.

    A YAML block may follow blank lines; `---` before a blank line is a rule, as in
    pandoc, and so is one that nothing closes and no key follows.
    """
    lines = split_lines(text)
    if lines and lines[0].startswith("%") and not lines[0].startswith("%%"):
        front, end = _read_title_block(lines)
        return _whole(front, (), lines[:end], file)
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start + 1 < len(lines) and _OPENING.fullmatch(lines[start]) and lines[start + 1].strip():
        return _read_yaml_block(lines, start, file)
    return FrontMatter(), ()


def _read_yaml_block(lines: list[str], start: int, file: str) -> Read:
    end = next((i for i in range(start + 1, len(lines)) if _CLOSING.fullmatch(lines[i])), None)
    if end is None and not _KEY.match(lines[start + 1]):
        return FrontMatter(), ()
    if end is None:
        message = "the front matter that begins here has no closing `---`"
        return FrontMatter(), (error(Span.at(file, start + 1), message),)
    block = "".join(f"{line}\n" for line in lines[start + 1 : end])
    front, problems = _read_yaml(block, start + 2, file)
    return _whole(front, problems, lines[: end + 1], file)


def _read_yaml(block: str, line: int, file: str) -> Read:
    from treadle.press.document.yaml_block import read_yaml  # 14 ms: some documents have none

    return read_yaml(block, line, file)


def _whole(front: FrontMatter, problems: tuple[Problem, ...], lines: list[str], file: str) -> Read:
    """What was read of the document's first `lines`, with their text."""
    hint = "it is in what is printed: title, subtitle, abstract, keywords; `-P` changes parameters"
    # What these keys say is needed before any code runs.
    numbers = (number for number, line in enumerate(lines, start=1) if "<%" in line)
    keys = ((number, _key_at(number, front)) for number in numbers)
    inline = (
        error(Span.at(file, number), f"inline code is not evaluated in `{key}`", hint)
        for number, key in keys
        if key and key not in PRINTED
    )
    text = "".join(f"{line}\n" for line in lines)
    return FrontMatter(front.values, front.lines, text), (*problems, *inline)


def _key_at(number: int, front: FrontMatter) -> str:
    """The key that a line belongs to; empty where none could be read."""
    above = ((line, key) for key, line in front.lines.items() if line <= number and "." not in key)
    return max(above, default=(0, ""))[1]


# Pandoc's title block: `% title`, `% author; author`, `% date` on the first lines.

_FIELDS = ("title", "author", "date")


def _read_title_block(lines: list[str]) -> tuple[FrontMatter, int]:
    """The values of the block that begins on the first line, and how many lines it has.

    A line that begins with a space goes on with the field before it. Authors are separated
    by semicolons or stand on lines of their own.
    """
    fields: list[tuple[int, list[str]]] = []  # the line of each, and its parts
    end = 0
    for line in lines:
        if line.startswith("%") and len(fields) < len(_FIELDS):
            fields.append((end + 1, [line[1:].strip()]))
        elif line[:1] in (" ", "\t") and line.strip():
            fields[-1][1].append(line.strip())
        else:
            break
        end += 1
    given = {name: at for name, at in zip(_FIELDS, fields, strict=False) if any(at[1])}
    values = {name: _title_value(name, parts) for name, (_, parts) in given.items()}
    return FrontMatter(values, {name: line for name, (line, _) in given.items()}), end


def _title_value(name: str, parts: list[str]) -> object:
    if name != "author":
        return " ".join(parts).strip()
    authors = (author.strip() for part in parts for author in part.split(";"))
    return list(filter(None, authors))


# Who wrote it: a small file beside the document, which need not go where the source goes.

KEY = "author-file"
_AUTHOR_KEYS = ("author", "course", "id", "group")


def author_path(front: FrontMatter, document: Path) -> Path | None:
    """The file that the front matter of `document` names, if it names one."""
    name = front.values.get(KEY)
    return document.parent / name if isinstance(name, str) and name.strip() else None


def with_author(front: FrontMatter, document: Path) -> Read:
    """The front matter with what the author's file says, where it does not say it itself.

    Without the file nothing is said here: who builds the document learns of it.
    """
    path = author_path(front, document)
    if path is None or not is_file(path):
        return front, ()
    text, failures = load(path)
    if failures:
        return front, failures
    told, problems = _read_yaml(normalise(text), 1, str(path))
    values, lines = dict(front.values), dict(front.lines)
    for key in _AUTHOR_KEYS:
        if key in told.values and key not in values:
            values[key] = told.values[key]
            lines[key] = front.lines.get(KEY, 1)
    unknown = tuple(
        warning(
            Span.at(str(path), told.lines.get(key, 1)),
            f"unknown key `{key}`: the author's file holds {', '.join(_AUTHOR_KEYS)}",
            did_you_mean(key, _AUTHOR_KEYS),
        )
        for key in told.values
        if key not in _AUTHOR_KEYS
    )
    return FrontMatter(values, lines, front.text), (*problems, *unknown)
