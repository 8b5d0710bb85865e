"""What a title block shows: each value with a mark, by which is known that it was shown, and that
the line with it comes from its own line of the front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.json import encode
from msgspec.structs import replace

from treadle.press.document.affiliations import Affiliation
from treadle.press.document.authors import Author
from treadle.press.document.front_matter_keys import Settings
from treadle.press.document.model import Document
from treadle.press.latex.escape import escape
from treadle.press.latex.footnotes import noted
from treadle.press.latex.fragment import Fragment, Line
from treadle.press.latex.languages import Language
from treadle.press.markdown.render import render_line
from treadle.press.markdown.text_context import TextContext
from treadle.problem import Problem, Span, warning

MARK = re.compile("\ue0f4([\\w-]+)@(\\d+)\ue0f5")  # private-use characters: never typed


class Institution(Struct, frozen=True):
    """Where authors work; `text` is all of it. `number` counts those of the document from 1."""

    number: int
    text: str
    name: str
    department: str
    address: str
    city: str
    region: str
    postcode: str
    country: str

    @property
    def where(self) -> str:
        """The city and what follows it."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (town, self.region, self.country) if part)


class Person(Struct, frozen=True):
    """An author. `equal` and `corresponding` are words that say so, or empty."""

    name: str
    id: str
    email: str
    orcid: str
    equal: str
    corresponding: str
    affiliations: tuple[Institution, ...]
    equal_first: bool = False  # the first of those who contributed equally

    @property
    def plain(self) -> str:
        """The name, to be used elsewhere than where it stands first: without notes."""
        return _without_notes(self.name)

    @property
    def told(self) -> str:
        """What is told of the author besides, in one line."""
        orcid = rf"ORCID \texttt{{{self.orcid}}}" if self.orcid else ""
        email = rf"\texttt{{{self.email}}}" if self.email else ""
        return ", ".join(part for part in (email, orcid, self.corresponding, self.equal) if part)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(place.number for place in self.affiliations)


class Title(Struct, frozen=True):
    """Each as LaTeX; empty where the document says nothing."""

    title: str
    subtitle: str
    authors: tuple[str, ...]  # names, with their ids
    details: tuple[str, ...]  # the course, the group
    date: str
    keywords: tuple[str, ...] = ()
    persons: tuple[Person, ...] = ()
    affiliations: tuple[Institution, ...] = ()  # each once
    short_title: str = ""
    short_author: str = ""
    short_institute: str = ""

    @property
    def plain(self) -> str:
        """The title, to be used elsewhere than in the title block."""
        return _without_notes(self.title)

    @property
    def equal(self) -> str:
        """The words for those who contributed equally, where some did."""
        return next((person.equal for person in self.persons if person.equal), "")

    @property
    def structured(self) -> bool:
        """Whether of an author more is known than the name."""
        return any(
            person.email or person.orcid or person.equal or person.corresponding
            for person in self.persons
        ) or bool(self.affiliations)

    @property
    def marked(self) -> bool:
        """Whether it needs marks to tell who works where: there are several affiliations, or one
        that some of the authors do not have."""
        return len(self.affiliations) > 1 or len({person.numbers for person in self.persons}) > 1


def title_of(document: Document, settings: Settings, context: TextContext) -> Title:
    """The title block's values. The date is the document's, never today's."""
    marker = _Marker(document, context)
    persons = tuple(marker.person(n, author, settings) for n, author in enumerate(settings.authors))
    institutions = {place.number: place for person in persons for place in person.affiliations}
    details = (("course", settings.course), ("group", settings.group))
    return Title(
        title=marker.text("title", settings.title),
        subtitle=marker.text("subtitle", settings.subtitle),
        authors=tuple(_with_id(person) for person in persons),
        details=tuple(marker.text(key, text) for key, text in details if text),
        date=marker.text("date", day_of(settings)),
        keywords=tuple(marker.text("keywords", word) for word in settings.keywords),
        persons=persons,
        affiliations=tuple(institutions[number] for number in sorted(institutions)),
        short_title=marker.text("short-title", settings.short_title),
        short_author=marker.text("short-author", settings.short_author),
        short_institute=marker.text("short-institute", settings.short_institute),
    )


def title_texts(settings: Settings) -> Iterator[str]:
    """The Markdown of what stands before the text."""
    given = (settings.title, settings.subtitle, settings.abstract, settings.course, settings.group)
    yield from (text for text in given if text)
    yield from settings.keywords
    for author in settings.authors:
        yield author.name
        yield from (place.name for place in author.affiliations)


def day_of(settings: Settings) -> str:
    """The date in words, empty where there is none."""
    given = settings.date
    return f"{given.day} {given:%B %Y}" if isinstance(given, date) else given or ""


def day_in(settings: Settings, language: Language | None) -> str:
    """LaTeX for the date in the words of a language; empty: it is as in English."""
    given = settings.date
    if language is None or not isinstance(given, date):
        return ""
    return rf"\localedate{{{given.year}}}{{{given.month}}}{{{given.day}}}"


def dated(title: Title, settings: Settings, language: Language | None) -> Title:
    """The title with its date in the words of the language."""
    day = day_in(settings, language)
    mark = MARK.match(title.date)
    return replace(title, date=mark[0] + day) if day and mark else title


def _with_id(person: Person) -> str:
    return person.name + (f" ({person.id})" if person.id else "")


class _Marker:
    """Makes LaTeX of the values, with marks; institutions get their numbers in order."""

    def __init__(self, document: Document, context: TextContext) -> None:
        self._lines = document.front.lines
        self._context = context
        self._numbers: dict[Affiliation, int] = {}

    def text(self, key: str, text: str | None, line: int | None = None) -> str:
        """Markdown as LaTeX."""
        at = self._lines.get(key, 1) if line is None else line
        return _marked(key, at, render_line(text or "", at, self._context))

    def person(self, number: int, author: Author, settings: Settings) -> Person:
        line = self._lines.get(f"author.{number}", self._lines.get("author", 1))
        alone = settings.id if len(settings.authors) == 1 else None
        words = self._context.options.words
        return Person(
            name=self.text("author", author.name, line),
            id=self.text("id", author.id or alone, line),
            email=_marked("email", line, escape(author.email or "")),
            orcid=_marked("orcid", line, escape(author.orcid or "")),
            equal=_marked("equal-contribution", line, words.equal * author.equal_contribution),
            corresponding=_marked(
                "corresponding", line, words.corresponding * author.corresponding
            ),
            affiliations=tuple(self._institution(item, line) for item in author.affiliations),
            equal_first=author == next((a for a in settings.authors if a.equal_contribution), None),
        )

    def _institution(self, given: Affiliation, line: int) -> Institution:
        number = self._numbers.setdefault(given, len(self._numbers) + 1)
        fields = {
            name: self.text("affiliation", getattr(given, name), line)
            for name in given.__struct_fields__
        }
        order = ("department", "name", "address", "postcode", "city", "region", "country")
        shown = ", ".join(fields[name] for name in order if fields[name])
        return Institution(number=number, text=shown, **fields)


def _marked(key: str, line: int, latex: str) -> str:
    return f"\ue0f4{key}@{line}\ue0f5{latex}" if latex else ""


def bare(text: str) -> str:
    """Without the marks."""
    return MARK.sub("", text)


def _without_notes(text: str) -> str:
    return noted(bare(text).replace(r"\thanks", r"\footnote")).bare


def title_lines(title: Title) -> Fragment:
    """All that it may show, each value at its line of the front matter."""
    _, *values = MARK.split(encode(title).decode())
    return tuple(
        Line(text, int(line)) for line, text in zip(values[1::3], values[2::3], strict=True)
    )


def resolved(lines: Fragment) -> tuple[Fragment, frozenset[str]]:
    """The lines without marks, each from the line of the first value it shows; the keys shown."""
    shown: set[str] = set()
    found: list[Line] = []
    for line in lines:
        if marks := MARK.findall(line.text):
            shown.update(key for key, _ in marks)
            line = Line(bare(line.text), int(marks[0][1]), line.fixed)
        found.append(line)
    return tuple(found), frozenset(shown)


def without_country(title: Title, document: Document) -> Iterator[Problem]:
    """A warning for the first affiliation of each author that has no country: ACM wants one."""
    for person in title.persons:
        for place in [place for place in person.affiliations if not place.country][:1]:
            found = MARK.search(place.name)
            at = Span.at(str(document.path), int(found[2]) if found else 1)
            text = f"acmart asks for the country of `{bare(place.name)}`"
            yield warning(at, text, "`affiliation: {name: ..., city: ..., country: ...}`")


def left_out(
    title: Title, shown: Iterable[str], document: Document, template: str
) -> Iterator[Problem]:
    """A warning for each key of the front matter whose value is not among what the template has
    `shown`."""
    seen = {*shown}
    for key, line in MARK.findall(encode(title).decode()):
        if key not in seen:
            seen.add(key)
            what = f"`{key}` is shown nowhere: the template `{template}` has no place for it"
            hint = "docs/templates.md has the variables of a template of your own"
            yield warning(Span.at(str(document.path), int(line)), what, hint)
