"""Who wrote it: a small file beside the document, which need not go where the source goes."""

from __future__ import annotations

from pathlib import Path

from treadle.diagnostics import Diagnostic, Span, warning
from treadle.document.model import FrontMatter
from treadle.document.names import did_you_mean
from treadle.document.source import is_file, load, normalise
from treadle.document.yaml_block import read_yaml

KEY = "author-file"
HELD = ("author", "course", "id", "group")


def author_path(front: FrontMatter, document: Path) -> Path | None:
    """The file that the front matter of `document` names, if it names one."""
    name = front.values.get(KEY)
    return document.parent / name if isinstance(name, str) and name.strip() else None


def with_author(front: FrontMatter, document: Path) -> tuple[FrontMatter, tuple[Diagnostic, ...]]:
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
