"""What the title block shows, from the front matter's settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct

from treadle.document.settings import Settings


class Title(Struct, frozen=True):
    """Each as LaTeX; empty where the document says nothing."""

    title: str
    subtitle: str
    authors: tuple[str, ...]
    details: tuple[str, ...]  # the course, the group
    date: str


def title_of(settings: Settings, latex: Callable[[str], str]) -> Title:
    """The title block; `latex` renders Markdown. The date is the document's, never today's."""
    alone = settings.id if len(settings.authors) == 1 else None
    ids = [author.id or alone for author in settings.authors]
    authors = (
        author.name + (f" ({number})" if number else "")
        for author, number in zip(settings.authors, ids, strict=True)
    )
    return Title(
        title=latex(settings.title or ""),
        subtitle=latex(settings.subtitle or ""),
        authors=tuple(latex(author) for author in authors),
        details=tuple(latex(text) for text in (settings.course, settings.group) if text),
        date=latex(long_date(settings.date)),
    )


def long_date(value: date | str | None) -> str:
    """A date as it is written in a text, `12 November 2023`."""
    return f"{value.day} {value:%B %Y}" if isinstance(value, date) else value or ""
