"""Who wrote a document, and where they work, as the front matter says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from treadle.press.document.affiliations import (
    Affiliation,
    Affiliations,
    affiliation,
    meant,
    places_of,
)
from treadle.press.document.affiliations import placeless as placeless_of_affiliation
from treadle.press.document.wrong_values import WrongValueError, a_string, as_list, fields_of


class Author(Struct, frozen=True):
    """Who wrote it; all but the name may be missing."""

    name: str
    id: str | None = None
    email: str | None = None
    affiliations: tuple[Affiliation, ...] = ()
    orcid: str | None = None
    equal_contribution: bool = False
    corresponding: bool = False


# The fields' other names, Quarto's and JOSS's among them.
_SYNONYMS = MappingProxyType(
    {
        "affiliation": "affiliations",
        "equal-contributor": "equal-contribution",
        "equal-contrib": "equal-contribution",
    }
)
_KEYS = ("name", "id", "email", "affiliation", "orcid", "equal-contribution", "corresponding")
_FLAGS = ("equal-contribution", "corresponding")
# The parts of a name, as they are read; JOSS has them beside one another.
_PARTS = (
    *("given", "given-names", "dropping-particle", "non-dropping-particle"),
    *("family", "surname", "suffix"),
)
# What Quarto and papaja have besides, and no title block has a place for.
_PLACELESS = (
    *("url", "note", "phone", "fax", "degrees", "role", "roles", "acknowledgements", "metadata"),
    *("deceased", "number", "address"),
)


def authors(value: object, known: Affiliations) -> tuple[Author, ...]:
    """Names, or mappings with `name` and perhaps more; their affiliations may refer to those of
    `known`. Raises WrongValueError."""
    found = []
    for number, item in enumerate(as_list(value)):
        try:
            found.append(_author(_in_full(item, known)))
        except WrongValueError as bad:
            raise WrongValueError(bad.expected, bad.hint, number) from bad
    return tuple(found)


def unreferred(value: object, known: Affiliations, count: int) -> Iterator[int]:
    """The numbers of those of the first `count` affiliations to which no author refers."""
    places = (place for person in as_list(value) for place in places_of(person))
    used = {number for place in places for number in meant(place, known) if isinstance(number, int)}
    yield from (number for number in range(count) if number not in used)


def placeless(value: object) -> Iterator[tuple[int, str]]:
    """Each author's number, and a field of his or of his affiliations that is shown nowhere."""
    for number, person in enumerate(as_list(value)):
        given = _with_attributes(person) if isinstance(person, dict) else {}
        yield from ((number, key) for key in _PLACELESS if key in given)
        yield from ((number, key) for key in _beside_the_name(given))
        for place in places_of(person):
            yield from ((number, f"affiliation.{key}") for key in placeless_of_affiliation(place))


def _in_full(person: object, known: Affiliations) -> object:
    """An author with his affiliations and attributes in full, and his name in one."""
    if not isinstance(person, dict):
        return person
    full = {
        key: item
        for key, item in _with_attributes(person).items()
        if key not in {"affiliation", "affiliations", *_PARTS, *_PLACELESS}
    }
    if name := _name(person):
        full["name"] = name
    if places := places_of(person):
        found = (item for place in places for item in meant(place, known))
        full["affiliation"] = [known.all[item] if isinstance(item, int) else item for item in found]
    return full


def _with_attributes(person: Mapping[object, object]) -> dict[object, object]:
    attributes = person.get("attributes")
    rest = {key: item for key, item in person.items() if key != "attributes"}
    return rest | (attributes if isinstance(attributes, dict) else {})


def _name(person: Mapping[object, object]) -> str:
    """The name that parts of it make; empty: it is in one already, or there is none."""
    name = person.get("name", person)
    if not isinstance(name, dict):
        return ""
    if name is not person and (unknown := sorted({*map(str, name)} - {*_PARTS, "literal"})):
        hint = f"`{unknown[0]}` is not known"
        raise WrongValueError(f"authors with a name of {', '.join(_PARTS)}", hint)
    parts = (name.get(part) for part in _PARTS)
    return str(name.get("literal") or " ".join(str(part) for part in parts if part))


def _beside_the_name(person: Mapping[object, object]) -> Iterator[str]:
    """Parts of a name that stand beside a whole one, and say what it does not."""
    name = person.get("name")
    whole = " ".join(map(str, name.values())) if isinstance(name, dict) else str(name)
    given = ((part, person.get(part)) for part in _PARTS if name is not None)
    yield from (part for part, said in given if said is not None and str(said) not in whole)


def _author(value: object) -> Author:
    if not isinstance(value, dict):
        return Author(a_string(value))
    given = fields_of(value, _KEYS, _SYNONYMS, "a name, or a mapping with")
    fields: dict[str, object] = {}
    for key, item in given.items():
        if key in _FLAGS:
            if not isinstance(item, bool):
                raise WrongValueError(f"authors whose `{key}` is true or false")
            fields[key.replace("-", "_")] = item
        elif key == "affiliations":
            fields[key] = tuple(dict.fromkeys(map(affiliation, as_list(item))))
        else:
            fields[key] = a_string(item)
    return Author(**fields)  # type: ignore[arg-type]  # each has passed its check
