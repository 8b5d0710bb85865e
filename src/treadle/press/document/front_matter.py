"""The front matter: a YAML block between `---` lines, or pandoc's `%` title block."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from treadle.press.document.fences import is_file, load, normalise, split_lines
from treadle.press.document.model import FrontMatter
from treadle.press.document.names import did_you_mean
from treadle.press.document.yaml_block import read_yaml
from treadle.problem import Problem, Span, error, warning

# Who wrote it: a small file beside the document, which need not go where the source goes.

KEY = "author-file"
HELD = ("author", "course", "id", "group")


def author_path(front: FrontMatter, document: Path) -> Path | None:
    """The file that the front matter of `document` names, if it names one."""
    name = front.values.get(KEY)
    return document.parent / name if isinstance(name, str) and name.strip() else None


def with_author(front: FrontMatter, document: Path) -> tuple[FrontMatter, tuple[Problem, ...]]:
    """The front matter with what the author's file says, where it does not say it itself.

    Without the file nothing is said here: who builds the document learns of it.
    """
    path = author_path(front, document)
    if path is None or not is_file(path):
        return front, ()
    text, failures = load(path)
    if failures:
        return front, failures
    told, problems = read_yaml(normalise(text), 1, str(path))
    unknown = tuple(
        warning(
            Span.at(str(path), told.lines.get(key, 1)),
            f"unknown key `{key}`: the author's file holds {', '.join(HELD)}",
            did_you_mean(key, HELD),
        )
        for key in told.values
        if key not in HELD
    )
    new = {key: told.values[key] for key in HELD if key in told.values.keys() - front.values.keys()}
    lines = {key: front.lines.get(KEY, 1) for key in new}
    whole = FrontMatter({**front.values, **new}, {**front.lines, **lines}, front.text)
    return whole, (*problems, *unknown)


# Pandoc's title block: `% title`, `% author; author`, `% date` on the first lines.

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


# The front matter: a YAML block between `---` lines, or pandoc's `%` title block.

_OPENING = re.compile(r"---[ \t]*")
_KEY = re.compile(r"[\w-]+[ \t]*:(\s|$)")
_CLOSING = re.compile(r"(---|\.\.\.)[ \t]*")


class FrontRead(Struct, frozen=True):
    """The front matter, the line the rest of the document begins on, and the problems."""

    front: FrontMatter
    body_line: int
    diagnostics: tuple[Problem, ...] = ()


def read_front_matter(text: str, file: str) -> FrontRead:
    """The front matter at the top of `text`, if there is any.

    A YAML block may follow blank lines; `---` before a blank line is a rule, as in
    pandoc, and so is one that nothing closes and no key follows.
    """
    lines = split_lines(text)
    if lines and lines[0].startswith("%") and not lines[0].startswith("%%"):
        front, end = read_title_block(lines)
        return FrontRead(_with_text(front, lines, end), end + 1, _inline_errors(lines[:end], file))
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start + 1 < len(lines) and _OPENING.fullmatch(lines[start]) and lines[start + 1].strip():
        return _read_yaml_block(lines, start, file)
    return FrontRead(FrontMatter(), 1)


def _read_yaml_block(lines: list[str], start: int, file: str) -> FrontRead:
    end = next((i for i in range(start + 1, len(lines)) if _CLOSING.fullmatch(lines[i])), None)
    if end is None and not _KEY.match(lines[start + 1]):
        return FrontRead(FrontMatter(), 1)
    if end is None:
        message = "the front matter that begins here has no closing `---`"
        return FrontRead(FrontMatter(), 1, (error(Span.at(file, start + 1), message),))
    block = "".join(f"{line}\n" for line in lines[start + 1 : end])
    front, diagnostics = read_yaml(block, start + 2, file)
    problems = diagnostics + _inline_errors(lines[: end + 1], file)
    return FrontRead(_with_text(front, lines, end + 1), end + 2, problems)


def _with_text(front: FrontMatter, lines: list[str], end: int) -> FrontMatter:
    text = "".join(f"{line}\n" for line in lines[:end])
    return FrontMatter(front.values, front.lines, text)


def _inline_errors(lines: list[str], file: str) -> tuple[Problem, ...]:
    """Inline code up here would be printed as it stands: no chunk has run yet."""
    return tuple(
        error(
            Span.at(file, number),
            "inline code is not evaluated in the front matter",
            "use it in the text below",
        )
        for number, line in enumerate(lines, start=1)
        if "<%" in line
    )
