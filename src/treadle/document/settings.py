"""The front matter's known keys, typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from msgspec import Struct, field

from treadle.diagnostics import Diagnostic, Span, error, warning
from treadle.document.model import Document
from treadle.document.names import did_you_mean
from treadle.document.option_values import WrongValueError
from treadle.document.setting_values import (
    Author,
    a_date,
    a_flag,
    a_natural,
    a_positive,
    a_string,
    authors,
    parameters,
    raw_latex,
    strings,
    words,
)


class Settings(Struct, frozen=True):
    """What the front matter says; `None` and `()` where it says nothing."""

    title: str | None = None
    subtitle: str | None = None
    authors: tuple[Author, ...] = ()
    author_file: str | None = None  # holds the author, the course, the id, the group
    course: str | None = None
    id: str | None = None
    group: str | None = None
    date: date | str | None = None  # a string where it is not a plain ISO date
    abstract: str | None = None  # Markdown
    keywords: tuple[str, ...] = ()
    lang: str | None = None
    documentclass: str | None = None
    classoption: tuple[str, ...] = ()
    fontsize: str | None = None
    papersize: str | None = None
    geometry: tuple[str, ...] = ()
    preamble: str = ""  # raw LaTeX
    bibliography: tuple[str, ...] = ()
    bibliographystyle: str | None = None
    link_citations: bool = False
    toc: bool = False
    numbersections: bool = False
    template: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    seed: int | None = None
    threads: int | None = None


# Key of the front matter: the field it fills and the check of its value.
_KEYS = MappingProxyType(
    {
        "title": ("title", a_string),
        "subtitle": ("subtitle", a_string),
        "author": ("authors", authors),
        "author-file": ("author_file", a_string),
        "course": ("course", a_string),
        "id": ("id", a_string),
        "group": ("group", a_string),
        "date": ("date", a_date),
        "abstract": ("abstract", a_string),
        "keywords": ("keywords", words),
        "lang": ("lang", a_string),
        "documentclass": ("documentclass", a_string),
        "classoption": ("classoption", words),
        "fontsize": ("fontsize", a_string),
        "papersize": ("papersize", a_string),
        "geometry": ("geometry", words),
        "preamble": ("preamble", raw_latex),
        "header-includes": ("preamble", raw_latex),
        "bibliography": ("bibliography", strings),
        "bibliographystyle": ("bibliographystyle", a_string),
        "link-citations": ("link_citations", a_flag),
        "toc": ("toc", a_flag),
        "numbersections": ("numbersections", a_flag),
        "template": ("template", a_string),
        "params": ("params", parameters),
        "seed": ("seed", a_natural),
        "threads": ("threads", a_positive),
    }
)
assert {name for name, _ in _KEYS.values()} == set(Settings.__struct_fields__)


def read_settings(document: Document) -> tuple[Settings, tuple[Diagnostic, ...]]:
    """The settings of a document; a value of the wrong type is an error and left out."""
    front = document.front
    values: dict[str, object] = {}
    problems: list[Diagnostic] = []
    for key, value in front.values.items():
        span = Span.at(str(document.path), front.lines.get(key, 1))
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            problems.append(warning(span, f"unknown key `{key}` in the front matter", hint))
            continue
        name, check = _KEYS[key]
        if value is None:
            continue
        try:
            checked = check(value)
        except WrongValueError as bad:
            problems.append(error(span, f"`{key}` must be {bad.expected}", bad.hint))
            continue
        if name == "preamble" and name in values:
            checked = f"{values[name]}\n{checked}"
        values[name] = checked
    # Each value has passed the check of its key.
    return Settings(**values), tuple(problems)  # type: ignore[arg-type]
