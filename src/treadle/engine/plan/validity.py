"""Whether what a cell was observed to depend on still holds, in the words of `treadle why`.

Each function gives the first difference, or None. What it compares with comes from callables
and mappings that remember within a build, so that thousands of questions cost milliseconds.
`folder` is the document's: paths in it are shown from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from treadle.engine.cell import Cell
from treadle.engine.store.digest import ALL, differing_variables, variable
from treadle.engine.store.distributions import installed, name_of, version_of
from treadle.engine.store.file_digests import FileDigests, listing_with
from treadle.engine.store.path_answers import standing
from treadle.engine.trace import FOLDER, LINES, Counted, Observed, Trace

_FACTS = {
    LINES: "it shows lines of the document, and they moved",
    FOLDER: "it uses files beside the document, whose folder is another one",
}

_STANDINGS = {
    "kind": "`{}` is of another kind",
    "link": "`{}` is of another kind, or a link to elsewhere",
    "size": "the size of `{}` changed",
    "all": "size, mode or time of `{}` changed",
    "inode": "`{}` changed",
    "names": "a file was added to or removed from `{}`",
    "among": "a file was added to or removed from `{}`",
    "tree": "a file was added or removed below `{}`",
    "program": "`{}` is another program",
}


def changed_facts(facts: Iterable[tuple[str, str]], now: Callable[[str], str]) -> str | None:
    """Something that the host states otherwise than it did."""
    for fact, digest in facts:
        if now(fact) != digest:
            return _FACTS.get(fact, f"{fact} changed")
    return None


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
    """A path of which something else is said; `standing` is that of `store.path_answers`."""
    for path, how, text in stats:
        now = standing(path, how)
        if now == text:
            continue
        name = shown(path, folder)
        if text and now:
            return _STANDINGS.get(how.partition(" ")[0], "who may use `{}` changed").format(name)
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
            which = differing_variables(digest, now)[0]
            return f"environment variable `{which}` changed, and it reads all of them"
        if digest and now:
            return f"environment variable `{name}` changed"
        return f"environment variable `{name}` {'is no longer set' if digest else 'is set now'}"
    return None


def changed_distributions(
    names: Collection[str], installed: Callable[[], frozenset[str]]
) -> str | None:
    """A distribution that is there in another version or not at all."""
    missing = sorted(set(names) - installed()) if names else []
    if not missing:
        return None
    name, old = name_of(missing[0]), version_of(missing[0])
    news = [version_of(entry) for entry in installed() if name_of(entry) == name]
    if not news:
        return f"{name} is no longer installed"
    return f"{name} changed from {old} to {news[0]}"


def changed_counters(counters: Iterable[Counted], known: Mapping[str, int]) -> str | None:
    """A library's counter that stands elsewhere than when it was moved: what it numbers gets
    another number. `known` is where earlier cells have left them."""
    for place, before, _ in counters:
        if known.get(place) != before:
            module, _, name = place.partition(":")
            return f"`{name}` of `{module}` counts on from another number"
    return None


def shown(path: str, folder: str) -> str:
    """A path as the user would write it."""
    if path == folder:
        return "."
    return path.removeprefix(f"{folder}/") if folder else path


def _change(old: str, new: str) -> str:
    if old and new:
        return "changed"
    return "is gone" if old else "is new"


class Present(Struct, frozen=True):
    """Where a build takes what it compares from; the callables remember within a build."""

    folder: str  # the document's
    file_digest: Callable[[str], str]
    listing: Callable[..., str]  # `FileDigests.listing`
    standing: Callable[[str, str], str]
    environment: Mapping[str, str]  # as workers get it
    installed: Callable[[], frozenset[str]]

    @classmethod
    def of(
        cls, folder: str, files: FileDigests, environment: Mapping[str, str], paths: Iterable[str]
    ) -> Present:
        """What is on this machine, and installed for the Python that looks on these paths."""
        found = cache(lambda: installed(paths))
        return cls(folder, files.of, files.listing, standing, environment, found)


def outdated(
    observed: Observed,
    present: Present,
    written: Mapping[str, str],
    fact: Callable[[str], str] = str,
) -> str | None:
    """What of a trace's observations no longer holds, in words; None: all of it does.

    `written` are files that cells before it write, with the digest of what they leave there;
    `fact` gives the digest of what the host states, as it is now, where it states something.
    """

    def digest_of(path: str) -> str:
        return written[path] if path in written else present.file_digest(path)

    folder = present.folder
    if written:
        observed = _but_for_passed(observed, present, written)
    if observed.writes:
        observed = _but_for_made(observed, present, digest_of)
    return (
        changed_facts(observed.facts, fact)
        or changed_files(observed.reads, digest_of, folder)
        or changed_listings(observed.listings, present.listing, folder)
        or changed_stats(observed.stats, present.standing, folder)
        or changed_environment(observed.environment, present.environment)
        or changed_distributions(observed.distributions, present.installed)
    )


def _but_for_made(
    observed: Observed, present: Present, digest_of: Callable[[str], str]
) -> Observed:
    """Without what differs by the cell's own doing alone: what was not there, and it has made.

    A clean build finds it as the cell did then.
    """
    made = dict(observed.writes)

    def is_made(path: str, then: str = "") -> bool:
        return not then and bool(made.get(path)) and digest_of(path) == made[path]

    def is_listed(folder: str, then: str) -> bool:
        if is_made(folder, then) or present.listing(folder) == then:
            return True
        inside = (path for path in made if os.path.dirname(path) == folder)  # noqa: PTH120
        names = {os.path.basename(path) for path in inside if is_made(path)}  # noqa: PTH119
        return bool(names) and present.listing(folder, names) == then

    return replace(
        observed,
        reads=tuple(read for read in observed.reads if not is_made(*read)),
        stats=tuple(said for said in observed.stats if not is_made(said[0], said[2])),
        listings=tuple(listed for listed in observed.listings if not is_listed(*listed)),
    )


def _but_for_passed(observed: Observed, present: Present, written: Mapping[str, str]) -> Observed:
    """Without what differs as a file that a cell before it wrote is there no more, or is another
    one: the cell found it."""

    def is_passed(path: str) -> bool:
        return bool(written.get(path)) and present.file_digest(path) != written[path]

    def is_said(path: str, how: str, then: str) -> bool:
        kind = "folder" if written.get(path) == "folder" else "file"
        return how in ("kind", "link") and then == kind and is_passed(path)

    def is_listed(folder: str, then: str) -> bool:
        inside = (path for path in written if os.path.dirname(path) == folder)  # noqa: PTH120
        names = {os.path.basename(path) for path in inside if is_passed(path)}  # noqa: PTH119
        return bool(names) and listing_with(folder, names) == then

    return replace(
        observed,
        stats=tuple(said for said in observed.stats if not is_said(*said)),
        listings=tuple(listed for listed in observed.listings if not is_listed(*listed)),
    )


def differs_each_time(cell: Cell, trace: Trace) -> bool:
    """Whether what the cell depends on can't be compared, as with the time it was given."""
    unseen = bool(trace.observed.unknown) and cell.depends is None
    return cell.volatile or trace.overdue or unseen
