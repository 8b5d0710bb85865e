"""Which dotted names are modules below a package: nothing is imported to find out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.machinery import PathFinder


def packages_of(name: str) -> Iterator[str]:
    """The packages that a dotted module lies in: "a.b" and "a" for "a.b.c"."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def is_submodule(name: str) -> bool:
    """Whether `name` ("html.parser") is a module in a package that is installed."""
    *packages, _ = parts = name.split(".")
    locations: Sequence[str] | None = None
    for number in range(len(packages)):
        spec = PathFinder.find_spec(".".join(parts[: number + 1]), locations)
        if spec is None or spec.submodule_search_locations is None:
            return False
        locations = list(spec.submodule_search_locations)
    return locations is not None and PathFinder.find_spec(name, locations) is not None
