# Extracted by treadle from assignment9.pmd: edit that, not this file. [7e210bb6df8c0e4e]

# %% assignment9.pmd:464-507 data
"""The report's data in one place: fetched, verified by digest, kept in a user cache."""

from __future__ import annotations

import sys

from assignment9.cache import DataError, cache_dir
from assignment9.imdb import fetch_imdb, find_imdb
from assignment9.mnist import fetch_mnist, load_mnist
from assignment9.reviews import Sentiment, load_sentiment
from assignment9.sentences import fetch_sentences

__all__ = ["DataError", "Sentiment", "cache_dir", "digests", "load_mnist", "load_sentiment"]


def digests(sentiment: Sentiment) -> dict[str, str]:
    """SHA-256 of everything the report was computed from, by name."""
    return {**fetch_mnist(), sentiment.name: sentiment.digest}


def fetch() -> None:
    """Fetch ahead of a build what a build would fetch by itself."""
    fetch_mnist()
    if find_imdb() is None:
        fetch_sentences()


def main(arguments: list[str]) -> int:
    """`python -m assignment9.data fetch`, or `imdb` to download the large data set."""
    tasks = {"fetch": fetch, "imdb": fetch_imdb}
    if len(arguments) != 1 or arguments[0] not in tasks:
        print("usage: python -m assignment9.data fetch|imdb", file=sys.stderr)
        return 2
    try:
        tasks[arguments[0]]()
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"the data are in {cache_dir()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
