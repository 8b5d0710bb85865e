"""What the front matter says: its known keys, typed."""

from __future__ import annotations

import hashlib
import re
import reprlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType

from msgspec import Struct, field

from treadle.press.document.affiliations import Affiliations, affiliations, placeless
from treadle.press.document.authors import Author, authors, unreferred
from treadle.press.document.authors import placeless as placeless_of_authors
from treadle.press.document.dates import a_date, what_is_wrong
from treadle.press.document.model import Document
from treadle.press.document.parameters import is_parameter
from treadle.press.document.source_files import seen_from
from treadle.press.document.wrong_values import (
    WrongValueError,
    a_string,
    as_list,
    did_you_mean,
    nearest,
)
from treadle.press.tex.engine import AUTO, ENGINES
from treadle.problem import Problem, Span, error, has_errors, warning

# What each key of the front matter may hold; its authors: see `authors.py`.


SIZES = "sizes are 10pt, 11pt, 12pt; `documentclass: extarticle` has 8pt to 20pt"
SIZED = ("article", "report", "book")  # the classes of these sizes
SIZE = re.compile(r"1[012](?:pt)?|\D.*")
DIVISIONS = ("part", "chapter", "section")


def a_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


def a_whole_number(value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise WrongValueError(f"a whole number, {('zero', 'one')[least]} or more")
    return value


def a_division(value: object) -> str:
    """What headings of the first level are: part, chapter or section."""
    if value not in DIVISIONS:
        raise WrongValueError(f"one of {', '.join(DIVISIONS)}")
    return str(value)


def a_python(value: object) -> str:
    """What names a Python; not a version, which says nothing of where it is."""
    if isinstance(value, str) and value.strip() and not re.fullmatch(r"[\d.]+", value):
        return value
    hint = f"`python{value}` is the program of that version, wherever the PATH has it"
    is_version = isinstance(value, int | float | str) and not isinstance(value, bool)
    what = "the folder of an environment or an interpreter"
    raise WrongValueError(what, hint if is_version and str(value).strip() else "")


def strings(value: object) -> tuple[str, ...]:
    """A string or a list of strings."""
    try:
        return tuple(map(a_string, as_list(value)))
    except WrongValueError as bad:
        raise WrongValueError("a string or a list of strings", bad.hint) from bad


def words(value: object) -> tuple[str, ...]:
    """A list of strings, or one string in which commas separate them."""
    parts = (part.strip() for item in strings(value) for part in item.split(","))
    return strings(value) if isinstance(value, list) else tuple(part for part in parts if part)


_ENTRIES = re.compile(r"[\s,;]*(?:@(?:\{[^{}]+\}|[^\s,;{}]+)[\s,;]*)+")


def entries(value: object) -> tuple[str, ...]:
    """The keys of entries, `@one, @two`, or `@*` for all."""
    text = " ".join(strings(value))
    if not _ENTRIES.fullmatch(text):
        raise WrongValueError("entries of the bibliography", "write `'@one, @two'`, or `'@*'`")
    return tuple(key.strip("{}") for key in re.findall(r"@(\{[^{}]+\}|[^\s,;{}]+)", text))


def raw_latex(value: object) -> str:
    """LaTeX, or a list of pieces of it, one after the other."""
    pieces = as_list(value)
    if not all(isinstance(piece, str) for piece in pieces):
        raise WrongValueError("LaTeX as a string or a list of strings", "write it below `|`")
    return "\n".join(str(piece).rstrip() for piece in pieces)


def an_engine(value: object) -> str:
    """The name of a TeX engine, or that it is to be chosen."""
    name = a_string(value)
    if name not in (known := (AUTO, *ENGINES)):
        near = nearest(name, known)  # all of them are told anyway
        hint = f"did you mean `{near}`?" if near else ""
        raise WrongValueError(f"one of {', '.join(known)}", hint)
    return name


def parameters(value: object) -> Mapping[str, object]:
    """Names of Python variables, each with a string, a number or a boolean."""
    if not isinstance(value, dict):
        raise WrongValueError("a mapping of names to values")
    for name, item in value.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise WrongValueError("a mapping whose keys are Python names", f"`{name}` is not one")
        if not is_parameter(item):
            hint = f"`{name}` is {reprlib.repr(item)}"
            raise WrongValueError("a mapping to strings, numbers and booleans", hint)
    return dict(value)


def chunk_options(value: object) -> Mapping[str, object]:
    """Options of chunks, by their names: the reader of chunks says what they may hold."""
    if not isinstance(value, dict):
        raise WrongValueError("a mapping of chunk options", "for example {echo: false}")
    return {str(name): item for name, item in value.items()}


class Settings(Struct, frozen=True):
    """What the front matter says; `None` and `()` where it says nothing."""

    title: str | None = None
    subtitle: str | None = None
    short_title: str | None = None  # where a class repeats it, at the foot of slides
    short_author: str | None = None
    short_institute: str | None = None
    authors: tuple[Author, ...] = ()
    author_file: str | None = None  # holds the author, the course, the id, the group
    course: str | None = None
    id: str | None = None
    group: str | None = None
    date: date | str | None = None  # a string where it is not a plain ISO date
    abstract: str | None = None  # Markdown
    keywords: tuple[str, ...] = ()
    lang: str | None = None
    engine: str | None = None
    documentclass: str | None = None
    classoption: tuple[str, ...] = ()
    fontsize: str | None = None
    papersize: str | None = None
    geometry: tuple[str, ...] = ()
    preamble: str = ""  # raw LaTeX
    bibliography: tuple[str, ...] = ()
    bibliographystyle: str | None = None
    nocite: tuple[str, ...] = ()  # entries that the bibliography has as well, `*`: all
    link_citations: bool = False
    toc: bool = False
    top_level_division: str | None = None  # what the first level of headings is
    numbersections: bool = False
    template: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    chunks: Mapping[str, object] = field(default_factory=dict)  # options that all of them have
    check_equations: bool = True  # whether `treadle check` asks who checks them
    seed: int | None = None
    threads: int | None = None
    python: str | None = None  # that runs the code


# Each key of the front matter, with the check of its value.
_KEYS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        **dict.fromkeys(("title", "subtitle", "abstract", "lang"), a_string),
        **dict.fromkeys(("short-title", "short-author", "short-institute"), a_string),
        **dict.fromkeys(("author-file", "course", "id", "group"), a_string),
        **dict.fromkeys(("documentclass", "fontsize", "papersize"), a_string),
        **dict.fromkeys(("bibliographystyle", "template"), a_string),
        **dict.fromkeys(("keywords", "classoption", "geometry"), words),
        **dict.fromkeys(("preamble", "header-includes"), raw_latex),
        **dict.fromkeys(("link-citations", "toc", "numbersections"), a_flag),
        "check-equations": a_flag,
        "author": partial(authors, known=Affiliations()),  # those of the document: see below
        "top-level-division": a_division,
        "engine": an_engine,
        "date": a_date,
        "python": a_python,
        "bibliography": strings,
        "nocite": entries,
        "params": parameters,
        **dict.fromkeys(("chunks", "execute"), chunk_options),  # Quarto says `execute`
        "seed": partial(a_whole_number, least=0),
        "threads": partial(a_whole_number, least=1),
    }
)
KNOWN = frozenset({*_KEYS, "affiliations"})
_FIELDS = MappingProxyType(
    {"author": "authors", "header-includes": "preamble", "execute": "chunks"}
)


def _field(key: str) -> str:
    """The field of `Settings` that a key fills."""
    return _FIELDS.get(key, key.replace("-", "_"))


assert {_field(key) for key in _KEYS} == set(Settings.__struct_fields__)


def read_settings(document: Document) -> tuple[Settings, tuple[Problem, ...]]:
    """The settings of a document; a value of the wrong type is an error and left out."""
    values: dict[str, object] = {}
    places, problems = _affiliations(document)
    checks: dict[str, Callable[[object], object]]
    checks = {**_KEYS, "author": partial(authors, known=places)}
    for key, value in document.front.values.items():
        if key == "affiliations":
            continue  # the authors' own
        if key not in checks:
            hint = did_you_mean(key, KNOWN)
            text = f"unknown key `{key}` in the front matter"
            problems.append(warning(document.said(key), text, hint))
            continue
        if value is None:
            continue
        try:
            checked = checks[key](value)
        except WrongValueError as bad:
            problems.append(_wrong(document, key, bad))
            continue
        name = _field(key)
        if name == "preamble" and name in values:
            checked = f"{values[name]}\n{checked}"
        values[name] = checked
    # Each value has passed the check of its key.
    settings = Settings(**values)  # type: ignore[arg-type]
    if said := what_is_wrong(settings.date):
        problems.append(warning(document.said("date"), *said))
    if settings.nocite and not settings.bibliography and not _own_bibliography(document, settings):
        what = "`nocite` adds nothing: the document has no bibliography"
        problems.append(warning(document.said("nocite"), what, "`bibliography:` has its files"))
    if places.all or settings.authors:
        problems += _left_out(document, settings, places)
    if has_errors(problems):
        problems += _unheard(document, settings)
    return settings, tuple(problems)


def _unheard(document: Document, settings: Settings) -> Iterator[Problem]:
    """What LaTeX would say of the front matter, where it is not asked as something is wrong."""
    given = settings.fontsize or ""
    known = (settings.documentclass or "article") in SIZED
    if known and given and not SIZE.fullmatch(given):
        size = given.removesuffix("pt")
        yield warning(document.said("fontsize"), f"the class has no option `{size}pt`", SIZES)


def _own_bibliography(document: Document, settings: Settings) -> bool:
    texts = (settings.preamble, *(block.text for block in document.prose))
    return any(re.search(r"biblatex|bibliography|bibresource", text) for text in texts)


def _wrong(document: Document, key: str, bad: WrongValueError) -> Problem:
    """An error at the key, or at the item of its list that is meant."""
    at = _item(document, key, bad.item)
    return error(at, f"`{key}` must be {bad.expected}", bad.hint)


def _item(document: Document, key: str, number: int | None) -> Span:
    item = f"{key}.{number}"
    return document.said(item if item in document.front.lines else key)


def _affiliations(document: Document) -> tuple[Affiliations, list[Problem]]:
    """The affiliations to which authors may refer."""
    values = document.front.values
    people = as_list(values.get("author") or [])
    try:
        return affiliations(values.get("affiliations"), people), []
    except WrongValueError as bad:
        return Affiliations(), [_wrong(document, "affiliations", bad)]


def _left_out(document: Document, settings: Settings, places: Affiliations) -> Iterator[Problem]:
    """A warning for each thing about authors and their affiliations that is shown nowhere."""
    values = document.front.values
    listed = [item for item in as_list(values.get("affiliations") or []) if item is not None]
    people = values.get("author") or []
    hint = "docs/templates.md has what a title block shows of authors"
    for number, field_ in dict.fromkeys(placeless_of_authors(people)):
        text = f"`{field_}` of an author is shown nowhere"
        yield warning(_item(document, "author", number), text, hint)
    for number, place in enumerate(listed):
        for field_ in placeless(place):
            text = f"`{field_}` of an affiliation is shown nowhere"
            yield warning(_item(document, "affiliations", number), text, hint)
    if settings.authors or not people:  # else they may refer to them, wrong as they are
        for number in unreferred(people, places, min(len(listed), len(places.all))):
            text = "no author refers to this affiliation: it is shown nowhere"
            way = "an author has `affiliation:` with its `id`, its `index` or its name"
            yield warning(_item(document, "affiliations", number), text, way)


def databases(document: Document, settings: Settings) -> Iterator[Path]:
    """The `.bib` files that the front matter names, with or without their suffix."""
    for name in settings.bibliography:
        path = document.path.parent / name
        yield path if path.suffix == ".bib" else path.with_name(f"{path.name}.bib")


def database_files(document: Document, settings: Settings) -> dict[Path, str]:
    """Those files, each once, and how each is called beside the LaTeX: with characters that all
    of TeX's programs take, and as no other."""
    found: dict[Path, str] = {}
    for path in databases(document, settings):
        stem = re.sub(r"[^A-Za-z0-9._+-]", "-", path.stem)
        if path not in found and (stem != path.stem or f"{stem}.bib" in found.values()):
            whole = seen_from(str(path), document.path.parent)
            stem = f"{stem}-{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:6]}"
        found.setdefault(path, f"{stem}.bib")
    return found


def no_database(document: Document, path: Path) -> Problem:
    """An error for a file that is not there."""
    return error(document.said("bibliography"), f"there is no bibliography file `{path}`")
