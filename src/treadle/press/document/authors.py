"""Who wrote a document, and where they work, as the front matter says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from treadle.press.document.wrong_values import WrongValueError, a_string, as_list


class Affiliation(Struct, frozen=True):
    """Where somebody works; a plain text is its `name`."""

    name: str
    department: str | None = None
    address: str | None = None
    city: str | None = None
    region: str | None = None
    postcode: str | None = None
    country: str | None = None


class Author(Struct, frozen=True):
    """Who wrote it; all but the name may be missing."""

    name: str
    id: str | None = None
    email: str | None = None
    affiliations: tuple[Affiliation, ...] = ()
    orcid: str | None = None
    equal_contribution: bool = False
    corresponding: bool = False


# The fields' other names, Quarto's among them.
_SYNONYMS = MappingProxyType(
    {
        "affiliation": "affiliations",
        "equal-contributor": "equal-contribution",
        "institution": "name",
        "state": "region",
        "postal-code": "postcode",
    }
)
_KEYS = ("name", "id", "email", "affiliation", "orcid", "equal-contribution", "corresponding")
_PLACES = ("name", "department", "address", "city", "region", "postcode", "country")
_FLAGS = ("equal-contribution", "corresponding")


def authors(value: object, affiliations: object = None) -> tuple[Author, ...]:
    """Names, or mappings with `name` and perhaps more; `affiliations` and those of the authors may
    have an `id`, to which Quarto's `ref` refers. Raises WrongValueError."""
    found = []
    people = as_list(value)
    named = _by_id(
        [*as_list(affiliations or []), *(place for item in people for place in _places(item))]
    )
    for number, item in enumerate(people):
        try:
            found.append(_author(_as_quarto(item, named)))
        except WrongValueError as bad:
            raise WrongValueError(bad.expected, bad.hint, number) from bad
    return tuple(found)


def _as_quarto(person: object, named: Mapping[str, object]) -> object:
    """An author with his affiliations and attributes in full, and his name in one."""
    if not isinstance(person, dict):
        return person
    full = {key: item for key, item in person.items() if key not in _AFFILIATED}
    name, attributes = full.get("name"), full.pop("attributes", None)
    if isinstance(name, dict):
        parts = (name.get("given"), name.get("family"))
        full["name"] = name.get("literal") or " ".join(str(part) for part in parts if part)
    if isinstance(attributes, dict):
        full |= attributes
    if places := _places(person):
        full["affiliation"] = [named.get(_id(place), place) for place in places]
    return full


_AFFILIATED = ("affiliation", "affiliations")


def _places(person: object) -> list[object]:
    given = person if isinstance(person, dict) else {}
    return [place for key in _AFFILIATED if key in given for place in as_list(given[key])]


def _id(place: object) -> str:
    """What an affiliation is called, or what it refers to."""
    return str(place.get("ref", place.get("id", ""))) if isinstance(place, dict) else str(place)


def _by_id(places: Iterable[object]) -> dict[str, object]:
    defined = (place for place in places if isinstance(place, dict) and "id" in place)
    return {
        _id(place): {key: item for key, item in place.items() if key != "id"} for place in defined
    }


def _author(value: object) -> Author:
    if not isinstance(value, dict):
        return Author(a_string(value))
    given = _known(value, _KEYS, "a name, or a mapping with")
    fields: dict[str, object] = {}
    for key, item in given.items():
        if key in _FLAGS:
            if not isinstance(item, bool):
                raise WrongValueError(f"authors whose `{key}` is true or false")
            fields[key.replace("-", "_")] = item
        elif key == "affiliations":
            fields[key] = tuple(map(_affiliation, as_list(item)))
        else:
            fields[key] = a_string(item)
    return Author(**fields)  # type: ignore[arg-type]  # each has passed its check


def _affiliation(value: object) -> Affiliation:
    if not isinstance(value, dict):
        return Affiliation(a_string(value))
    given = _known(value, _PLACES, "authors with affiliations: a text each, or a mapping with")
    return Affiliation(**{key: a_string(item) for key, item in given.items()})


def _known(value: Mapping[object, object], keys: tuple[str, ...], what: str) -> dict[str, object]:
    """The mapping with its keys by their first names; it has a name, and none that is not known."""
    known = {*keys, *(_SYNONYMS.get(key, key) for key in keys)}
    given = {_SYNONYMS.get(str(key), str(key)): item for key, item in value.items()}
    unknown = sorted(key for key in given if key not in known)
    if unknown or not given.get("name"):
        hint = f"`{unknown[0]}` is not known" if unknown else "`name` is missing"
        raise WrongValueError(f"{what} {', '.join(keys)}", hint)
    return {key: item for key, item in given.items() if item is not None}
