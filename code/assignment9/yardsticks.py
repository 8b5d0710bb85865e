# Extracted by treadle from assignment9.pmd: edit that, not this file. [15fd2c1805743267]

# %% assignment9.pmd:2295-2375 yardsticks
"""Bag-of-words classifiers for comparison; the validation texts choose their settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB

from assignment9.vocabulary import tokenize

Pairs = Sequence[tuple[str, int]]
ORDERS = (1, 2)  # words alone, words and pairs of words
STRENGTHS = (0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Yardstick:
    """A fitted classifier: what was chosen, and its accuracies."""

    name: str
    order: int  # 1: words; 2: words and pairs
    strength: float  # C of logistic regression, the smoothing alpha of naive Bayes
    validation: float
    right: np.ndarray  # (N,) whether each test text was answered rightly
    parameters: int

    @property
    def test(self) -> float:
        """The share of the test texts answered rightly."""
        return float(self.right.mean())


def spaced(pairs: Pairs, longest: int) -> list[str]:
    """The texts as the networks read them: the first `longest` tokens, apart by blanks."""
    return [" ".join(tokenize(text)[:longest]) for text, _ in pairs]


def best_yardstick(
    name: str, train: Pairs, validation: Pairs, test: Pairs, longest: int
) -> Yardstick:
    """Naive Bayes on counts or logistic regression on tf-idf, with the best validated settings."""
    vectorizer_class, make = KINDS[name]
    (texts, labels), (held, held_labels), (final, final_labels) = (
        (spaced(pairs, longest), [y for _, y in pairs]) for pairs in (train, validation, test)
    )
    found = []
    for order in ORDERS:
        vectorizer = vectorizer_class(
            token_pattern=r"\S+", lowercase=False, ngram_range=(1, order), **OPTIONS[name]
        )
        features, held_features = vectorizer.fit_transform(texts), vectorizer.transform(held)
        for strength in STRENGTHS:
            model = make(strength).fit(features, labels)
            accuracy = model.score(held_features, held_labels)
            found.append((accuracy, order, strength, vectorizer, model))
    accuracy, order, strength, vectorizer, model = max(found, key=lambda candidate: candidate[0])
    features = vectorizer.transform(final)  # test texts: for the chosen one alone
    size = COUNTS[name](features.shape[1])
    right = model.predict(features) == np.array(final_labels)
    return Yardstick(name, order, strength, accuracy, right, size)


def majority(train: Pairs, test: Pairs) -> float:
    """The accuracy on `test` of always answering with the more frequent label of `train`."""
    answer = int(2 * sum(label for _, label in train) > len(train))
    return sum(label == answer for _, label in test) / len(test)


KINDS = {
    "naive Bayes": (CountVectorizer, lambda alpha: MultinomialNB(alpha=alpha)),
    "logistic regression": (TfidfVectorizer, lambda c: LogisticRegression(C=c, max_iter=1000)),
}
OPTIONS = {"naive Bayes": {"binary": True}, "logistic regression": {"sublinear_tf": True}}
COUNTS = {
    "naive Bayes": lambda features: 2 * features + 2,  # two distributions, two priors
    "logistic regression": lambda features: features + 1,
}
