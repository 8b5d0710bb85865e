"""What the front matter of a part says to the document that it is a part of.

A part may also be a document of its own. What it says for that is none of the whole document's
business: its title, its class, its look. What its text or its code needs counts for the whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from treadle.press.document.front_matter_keys import (
    KNOWN,
    Settings,
    databases,
    no_database,
    read_settings,
)
from treadle.press.document.model import Document, FrontMatter
from treadle.press.document.parts import Part
from treadle.press.document.source_files import SourceFiles, seen_from
from treadle.press.document.source_text import is_file
from treadle.press.document.wrong_values import as_list
from treadle.problem import Problem, warning

COUNTING = frozenset({"bibliography", "nocite", "params", "chunks", "execute"})
# What can't count for a part alone, and would be missed.
SHARED = {"seed": 0, "threads": None, "lang": "en", "preamble": "", "header-includes": ""}
Read = tuple[FrontMatter, tuple[Problem, ...]]


def with_parts(front: FrontMatter, path: Path, parts: Sequence[Part], files: SourceFiles) -> Read:
    """The front matter of the document at `path` with what its parts add, and what they can't."""
    values, lines = dict(front.values), dict(front.lines)
    found: list[Problem] = []
    for part in parts:
        given = {key: part.front.values[key] for key in part.front.values if _is_asked(key)}
        alone = Document(part.path, FrontMatter(given, part.front.lines), ())
        settings, problems = read_settings(alone)
        about_alone = "`nocite` adds nothing"
        found += (item for item in problems if not item.message.startswith(about_alone))
        found += _left_out(part, front, path)
        added = dict(_added(values, settings, alone, path, found))
        values |= added
        for key in added.keys() - lines.keys():
            lines[key] = files.numbered(alone.said(key)).line
    problems_here = tuple(replace(item, span=files.numbered(item.span)) for item in found)
    return FrontMatter(values, lines, front.text), problems_here


def _is_asked(key: str) -> bool:
    return key in COUNTING or key not in KNOWN


def _added(
    values: dict[str, object],
    settings: Settings,
    part: Document,
    path: Path,
    found: list[Problem],
) -> Iterator[tuple[str, object]]:
    """The keys that a part adds something to, with all that they say then."""
    known = [_plain(path.parent / str(name)) for name in as_list(values.get("bibliography") or [])]
    new: list[object] = []
    for base in databases(part, settings):
        if not is_file(base):
            found.append(no_database(part, base))
        elif _plain(base) not in known:
            known.append(_plain(base))
            new.append(str(base) if base.is_absolute() else seen_from(str(base), path.parent))
    if new:
        yield "bibliography", [*as_list(values.get("bibliography") or []), *new]
    if settings.nocite:
        own = as_list(values.get("nocite") or [])
        yield "nocite", [*own, *(f"@{{{key}}}" for key in settings.nocite)]
    params = values.get("params") or {}
    if isinstance(params, dict) and settings.params.keys() - params.keys():
        yield "params", {**settings.params, **params}


def _plain(database: Path) -> str:
    return os.path.normpath(database).removesuffix(".bib")


def _left_out(part: Part, front: FrontMatter, path: Path) -> Iterator[Problem]:
    """A warning for what a part says and its text or code would need, if the document does not say
    the same."""
    document = Document(part.path, part.front, ())
    for key, usual in SHARED.items():
        if key not in part.front.values:
            continue
        value, own = part.front.values[key], front.values.get(key, usual)
        is_latex = usual == ""
        same = _lines(value) <= _latex_of(front) if is_latex else value == own
        if not same:
            text = f"`{key}` counts for nothing in a part of `{path.name}`"
            yield warning(document.said(key), text, f"say it in the front matter of `{path.name}`")


def _latex_of(front: FrontMatter) -> set[str]:
    texts = (front.values.get(key, "") for key in ("preamble", "header-includes"))
    return {line for text in texts for line in _lines(text)}


def _lines(value: object) -> set[str]:
    """The lines of LaTeX that say something."""
    lines = (line.strip() for piece in as_list(value) for line in str(piece).split("\n"))
    return {line for line in lines if line and not line.startswith("%")}
