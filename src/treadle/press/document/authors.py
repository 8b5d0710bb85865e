"""Who wrote a document, and where they work, as the front matter says it."""

from __future__ import annotations

from collections.abc import Mapping
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


def authors(value: object) -> tuple[Author, ...]:
    """Names, or mappings with `name` and perhaps more. Raises WrongValueError."""
    found = []
    for number, item in enumerate(as_list(value)):
        try:
            found.append(_author(item))
        except WrongValueError as bad:
            raise WrongValueError(bad.expected, bad.hint, number) from bad
    return tuple(found)


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
