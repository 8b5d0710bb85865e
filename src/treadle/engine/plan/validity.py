"""The world outside as it is now, and whether what a unit observed still holds in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from treadle.engine.plan.distributions import name_of, registered, version_of
from treadle.engine.store.outside import ALL, variable
from treadle.engine.trace import Observed

# Whether what a unit was observed to depend on still holds, in the words of `treadle why`.
#
# Each function gives the first difference, or None. What it compares with comes from callables
# and mappings that remember within a build, so that thousands of questions cost milliseconds.
# `folder` is the document's: paths in it are shown from there.

_STANDINGS = {
    "kind": "`{}` is of another kind",
    "link": "`{}` is of another kind, or a link to elsewhere",
    "size": "the size of `{}` changed",
    "all": "size, mode or time of `{}` changed",
}


def changed_files(
    reads: Iterable[tuple[str, str]], digest_of: Callable[[str], str], folder: str
) -> str | None:
    """A file that does not hold what it held; `digest_of` is `FileDigests.of` or like it."""
    for path, digest in reads:
        now = digest_of(path)
        if now != digest:
            return f"file `{shown(path, folder)}` {_change(digest, now)}"
    return None


def changed_listings(
    listings: Iterable[tuple[str, str]], listing: Callable[[str], str], folder: str
) -> str | None:
    """A folder whose names are not those it had; `listing` is `FileDigests.listing`."""
    for path, digest in listings:
        now = listing(path)
        if now == digest:
            continue
        name = f"{shown(path, folder)}/"
        if digest and now:
            return f"a file was added to or removed from `{name}`"
        return f"folder `{name}` {_change(digest, now)}"
    return None


def changed_stats(
    stats: Iterable[tuple[str, str, str]], standing: Callable[[str, str], str], folder: str
) -> str | None:
    """A path of which something else is said; `standing` is `outside.standing`."""
    for path, how, text in stats:
        now = standing(path, how)
        if now == text:
            continue
        name = shown(path, folder)
        if text and now:
            return _STANDINGS.get(how, "who may use `{}` changed").format(name)
        return f"`{name}` {_change(text, now)}"
    return None


def changed_environment(
    environment: Iterable[tuple[str, str]], present: Mapping[str, str]
) -> str | None:
    """A variable with another value in `present`, the environment that workers get."""
    for name, digest in environment:
        now = variable(present, name)
        if now == digest:
            continue
        if name == ALL:
            return "an environment variable changed, and it reads all of them"
        if digest and now:
            return f"environment variable `{name}` changed"
        return f"environment variable `{name}` {'is no longer set' if digest else 'is set now'}"
    return None


def changed_distributions(names: Iterable[str], present: frozenset[str]) -> str | None:
    """A distribution that is there in another version or not at all; `present`: `installed`."""
    missing = sorted(set(names) - present)
    if not missing:
        return None
    name, old = name_of(missing[0]), version_of(missing[0])
    news = [version_of(entry) for entry in present if name_of(entry) == name]
    if not news:
        return f"{name} is no longer installed"
    return f"{name} changed from {old} to {news[0]}"


def installed(paths: Iterable[str]) -> frozenset[str]:
    """The distributions found on the paths, as "numpy-2.0.1.dist-info"."""
    return frozenset(path.rpartition("/")[2] for path in registered(paths).values())


def shown(path: str, folder: str) -> str:
    """A path as the user would write it."""
    if path == folder:
        return "."
    return path.removeprefix(f"{folder}/") if folder else path


def _change(old: str, new: str) -> str:
    if old and new:
        return "changed"
    return "is gone" if old else "is new"


# The world outside as it is now, and whether what a unit observed still holds in it.


class Present(Struct, frozen=True):
    """Where a build takes what it compares from; the callables remember within a build."""

    folder: str  # the document's
    file_digest: Callable[[str], str]
    listing: Callable[[str], str]
    standing: Callable[[str, str], str]
    environment: Mapping[str, str]  # as workers get it
    installed: Callable[[], frozenset[str]]


def outdated(observed: Observed, present: Present, written: Mapping[str, str]) -> str | None:
    """What of a unit's observations no longer holds, in words; None: all of it does.

    `written` are files that units before it write, with the digest of what they leave there.
    """

    def digest_of(path: str) -> str:
        return written[path] if path in written else present.file_digest(path)

    folder = present.folder
    return (
        (observed.reads and changed_files(observed.reads, digest_of, folder))
        or (observed.listings and changed_listings(observed.listings, present.listing, folder))
        or (observed.stats and changed_stats(observed.stats, present.standing, folder))
        or (observed.environment and changed_environment(observed.environment, present.environment))
        or (
            observed.distributions
            and changed_distributions(observed.distributions, present.installed())
        )
        or None
    )
