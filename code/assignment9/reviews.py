# Extracted by treadle from assignment9.pmd: edit that, not this file. [acb45610ccd91d47]

# %% assignment9.pmd:373-460 reviews
"""Sentiment data, split into training, validation and test sets."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from assignment9.imdb import find_imdb, read_imdb
from assignment9.sentences import RATINGS_SHA256, read_sentences

Examples = list[tuple[str, int]]  # (text, 1 = positive or 0 = negative)


@dataclass(frozen=True)
class Sentiment:
    """A sentiment data set and where it comes from."""

    name: str  # as it is called in a sentence
    unit: str  # what one text is: "sentence" or "review"
    citation: str  # to stand in [brackets]: "@key; @key"
    train: Examples
    validation: Examples
    test: Examples
    dropped: int  # near-duplicates left out
    digest: str  # SHA-256


def load_sentiment(seed: int) -> Sentiment:
    """IMDB where it is at hand (see `imdb.find_imdb`), else the rated sentences.

    The split depends on the seed alone. Raises DataError.
    """
    source = find_imdb()
    if source is None:
        return split_sentences(read_sentences(), seed)
    reviews, sha256 = read_imdb(source)
    return split_imdb(reviews["train"], reviews["test"], sha256, seed)


def split_sentences(examples: Examples, seed: int) -> Sentiment:
    """80 % training, 10 % validation, 10 % test. The file is sorted by class: shuffle first."""
    kept = without_duplicates(examples)
    random.Random(seed).shuffle(kept)
    tenth = len(kept) // 10
    return Sentiment(
        name="the rated movie-review sentences",
        unit="sentence",
        citation="@panglee2005; @hutto2014vader",
        train=kept[2 * tenth :],
        validation=kept[tenth : 2 * tenth],
        test=kept[:tenth],
        dropped=len(examples) - len(kept),
        digest=RATINGS_SHA256,
    )


def split_imdb(train: Examples, test: Examples, sha256: str, seed: int) -> Sentiment:
    """The published test set as it is; a fifth of the other reviews is for validation."""
    kept = without_duplicates(train, seen=(text for text, _ in test))
    random.Random(seed).shuffle(kept)
    fifth = len(kept) // 5
    return Sentiment(
        name="the Large Movie Review Dataset",
        unit="review",
        citation="@maas2011imdb",
        train=kept[fifth:],
        validation=kept[:fifth],
        test=list(test),
        dropped=len(train) - len(kept),
        digest=sha256,
    )


def without_duplicates(examples: Examples, seen: Iterable[str] = ()) -> Examples:
    """The examples in order, less those whose letters and digits came before or are in `seen`."""
    known = {letters(text) for text in seen}
    kept = []
    for text, label in examples:
        if (key := letters(text)) not in known:
            known.add(key)
            kept.append((text, label))
    return kept


def letters(text: str) -> str:
    """Letters and digits alone, in lower case: equal for texts that differ in punctuation."""
    return "".join(filter(str.isalnum, text.lower()))
