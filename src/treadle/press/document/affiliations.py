"""Where authors work: the affiliations of a document, and those to which its authors refer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from treadle.press.document.wrong_values import (
    WrongValueError,
    a_string,
    as_list,
    did_you_mean,
    fields_of,
)


class Affiliation(Struct, frozen=True):
    """Where somebody works; a plain text is its `name`."""

    name: str
    department: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None


# The fields' other names, Quarto's among them.
_SYNONYMS = MappingProxyType({"institution": "name", "state": "region", "postal-code": "postcode"})
_PLACES = ("name", "department", "address", "city", "region", "postcode", "country")
_NAMES = ("id", "index")  # by which authors refer to it
# What Quarto and JOSS have besides, and no title block has a place for.
PLACELESS = ("ror", "url", "isni", "ringgold", "number", "email", "group")
_NUMBERS = re.compile(r"\d+(\s*,\s*\d+)*")  # never what a place is called


class Affiliations(Struct, frozen=True):
    """Those of the document, each as the front matter has it; `by_name`: which of `all` an `id`,
    an `index` or a name means."""

    all: tuple[object, ...] = ()
    by_name: Mapping[str, int] = MappingProxyType({})


def affiliations(document: object, people: Iterable[object] = ()) -> Affiliations:
    """Those of the `document`, and behind them those with an `id` that its authors have.

    Raises WrongValueError: one that can't be, an `id` or an `index` that two have.
    """
    listed = [item for item in as_list(document) if item is not None] if document else []
    for number, place in enumerate(listed):
        try:
            affiliation(place)
        except WrongValueError as bad:
            raise WrongValueError(bad.expected, bad.hint, number) from bad
    of_people = (place for person in people for place in places_of(person))
    known = (*listed, *(place for place in of_people if _names(place)))
    by_name: dict[str, int] = {}
    for number, place in enumerate(known):
        for name in _names(place):
            if by_name.setdefault(name, number) != number:
                hint = f"`{name}` names two of them"
                raise WrongValueError("affiliations with an `id` or an `index` each", hint, number)
    for number, place in enumerate(listed):
        by_name.setdefault(_title(place), number)
    return Affiliations(known, by_name)


def places_of(person: object) -> list[object]:
    """The affiliations of an author, as the front matter has them."""
    given = person if isinstance(person, dict) else {}
    keys = ("affiliation", "affiliations")
    found = (place for key in keys if key in given for place in as_list(given[key]))
    return [place for place in found if place is not None]


def meant(place: object, known: Affiliations) -> Sequence[int | object]:
    """What an author's affiliation means: itself, or the numbers of those it refers to.

    A text refers to those whose `id`, `index` or name it is, and so do several with commas between;
    numbers always refer. Raises WrongValueError where there is no such affiliation.
    """
    if isinstance(place, dict):
        names = [str(place["ref"])] if "ref" in place else list(_names(place))[:1]
        referring = bool(names)
    else:
        text = str(place).strip()
        names = [text] if text in known.by_name else re.split(r"\s*,\s*", text)
        referring = _NUMBERS.fullmatch(text) is not None
    found = [known.by_name.get(name) for name in names]
    if names and None not in found:
        return found
    if not referring:
        return [place]
    missing = names[found.index(None)]
    hint = f"no affiliation has the `id` or the `index` `{missing}`: "
    raise WrongValueError(
        "authors whose affiliations are there", hint + did_you_mean(missing, known.by_name)
    )


def affiliation(value: object) -> Affiliation:
    """An affiliation in full. Raises WrongValueError."""
    if not isinstance(value, dict):
        return Affiliation(a_string(value))
    plain = {key: item for key, item in value.items() if key not in {*_NAMES, *PLACELESS}}
    what = "authors with affiliations: a text each, or a mapping with"
    given = fields_of(plain, _PLACES, _SYNONYMS, what)
    return Affiliation(**{key: a_string(item) for key, item in given.items()})


def placeless(value: object) -> list[str]:
    """The fields of an affiliation that no title block has a place for."""
    return [key for key in PLACELESS if key in value] if isinstance(value, dict) else []


def _names(place: object) -> tuple[str, ...]:
    given = place if isinstance(place, dict) else {}
    return tuple(str(given[key]) for key in _NAMES if given.get(key) is not None)


def _title(place: object) -> str:
    given = place if isinstance(place, dict) else {"name": place}
    return str(given.get("name", given.get("institution", ""))).strip()
