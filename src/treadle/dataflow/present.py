"""The world outside as it is now, and whether what a unit observed still holds in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from treadle.dataflow.observations import (
    changed_distributions,
    changed_environment,
    changed_files,
    changed_listings,
    changed_stats,
)
from treadle.dataflow.records import Observed


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
