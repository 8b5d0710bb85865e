"""The bibliography's files."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import yaml
from msgspec import Struct, field

from treadle.press.document.model import Document
from treadle.press.document.names import did_you_mean
from treadle.press.document.option_values import WrongValueError
from treadle.press.document.yaml_block import scalar
from treadle.problem import Problem, Span, error, warning

# What each key of the front matter may hold.


class Author(Struct, frozen=True):
    """Who wrote it; all but the name may be missing."""

    name: str
    id: str | None = None
    email: str | None = None
    affiliation: str | None = None


def a_string(value: object) -> str:
    """A string; a number is taken as it is written."""
    if isinstance(value, bool):
        raise WrongValueError(
            "a string", f'YAML reads yes, no, on, off as {value}: write it in "..."'
        )
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str | int | float):
        raise WrongValueError("a string")
    return str(value).strip()


def a_flag(value: object) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


def a_natural(value: object) -> int:
    """A whole number from zero."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise WrongValueError("a whole number, zero or more")
    return value


def a_positive(value: object) -> int:
    """A whole number from one."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise WrongValueError("a whole number, one or more")
    return value


def a_date(value: object) -> date | str:
    """A date where it is written as one (2023-11-12), otherwise the text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = a_string(value)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def strings(value: object) -> tuple[str, ...]:
    """A string or a list of strings."""
    items = _as_list(value)
    try:
        return tuple(a_string(item) for item in items)
    except WrongValueError as bad:
        raise WrongValueError("a string or a list of strings", bad.hint) from bad


def words(value: object) -> tuple[str, ...]:
    """A list of strings, or one string in which commas separate them."""
    parts = (part.strip() for item in strings(value) for part in item.split(","))
    return strings(value) if isinstance(value, list) else tuple(part for part in parts if part)


def raw_latex(value: object) -> str:
    """LaTeX, or a list of pieces of it, one after the other."""
    pieces = [item for item in _as_list(value) if isinstance(item, str)]
    if len(pieces) != len(_as_list(value)):
        raise WrongValueError("LaTeX as a string or a list of strings", "write it below `|`")
    return "\n".join(piece.rstrip() for piece in pieces)


def authors(value: object) -> tuple[Author, ...]:
    """Names, or mappings with `name` and perhaps `id`, `email`, `affiliation`."""
    return tuple(_author(item) for item in _as_list(value))


def _author(value: object) -> Author:
    if not isinstance(value, dict):
        return Author(a_string(value))
    known = {"name", "id", "email", "affiliation"}
    unknown = sorted(str(key) for key in value if key not in known)
    if unknown or not value.get("name"):
        hint = f"`{unknown[0]}` is not known" if unknown else "`name` is missing"
        raise WrongValueError("a name, or a mapping with name, id, email, affiliation", hint)
    return Author(**{key: a_string(item) for key, item in value.items() if item is not None})


def parameters(value: object) -> Mapping[str, object]:
    """Names of Python variables, each with a string, a number or a boolean."""
    if not isinstance(value, dict):
        raise WrongValueError("a mapping of names to values")
    for name, item in value.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise WrongValueError("a mapping whose keys are Python names", f"`{name}` is not one")
        if not is_parameter(item):
            raise WrongValueError(
                "a mapping to strings, numbers and booleans", f"`{name}` is {reprlib.repr(item)}"
            )
    return dict(value)


def is_parameter(value: object) -> bool:
    """Whether a parameter may have this value: it must survive a trip through JSON."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


# The front matter's known keys, typed.


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


def read_settings(document: Document) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a document; a value of the wrong type is an error and left out."""
    front = document.front
    values: dict[str, object] = {}
    problems: list[Problem] = []
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


# Parameters of a document, and their values as given on the command line.


def override(
    params: Mapping[str, object], assignments: Sequence[str]
) -> tuple[dict[str, object], tuple[str, ...]]:
    """`params` with each `name=value` of `assignments` applied, and what is wrong with those.

    A value is read as YAML and must have the type of the one it replaces; a whole number is
    good for a float, and anything for a parameter that has no value yet.
    """
    values = dict(params)
    problems = []
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals:
            problems.append(f"`{assignment}` is not name=value")
        elif name not in params:
            hint = did_you_mean(name, params)
            problems.append(f"the document has no parameter `{name}` ({hint})")
        else:
            try:
                values[name] = _like(params[name], text)
            except ValueError as failure:
                problems.append(f"parameter `{name}`: {failure}")
    return values, tuple(problems)


def _like(old: object, text: str) -> object:
    """The value of `text`, of the type of `old`."""
    if isinstance(old, str):
        return text
    try:
        new = scalar(text)
    except yaml.YAMLError as failure:
        raise ValueError(f"can't read `{text}` as a value") from failure
    if isinstance(old, float) and isinstance(new, int) and not isinstance(new, bool):
        new = float(new)
    if not is_parameter(new) or (old is not None and type(new) is not type(old)):
        wanted = "string, number or boolean" if old is None else type(old).__name__
        raise ValueError(f"`{text}` is not a value of type {wanted}")
    return new


# The bibliography's files.


def databases(document: Document, settings: Settings) -> Iterator[Path]:
    """The `.bib` files that the front matter names, with or without their suffix."""
    for name in settings.bibliography:
        path = document.path.parent / name
        yield path if path.suffix == ".bib" else path.with_name(f"{path.name}.bib")


def no_database(document: Document, path: Path) -> Problem:
    """An error for a file that is not there."""
    line = document.front.lines.get("bibliography", 1)
    return error(Span.at(str(document.path), line), f"there is no bibliography file `{path}`")
