# Extracted by treadle from assignment9.pmd: edit that, not this file. [0f3539d65336a933]

# %% assignment9.pmd:2379-2420 intervals
"""95 % confidence intervals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np
from scipy.stats import t

Interval = tuple[float, float]
Z = 1.959964  # a standard normal number lies within it with probability 0.95


def t_interval(values: Sequence[float]) -> Interval | None:
    """For the mean of normally distributed values; None for fewer than two of them."""
    if len(values) < 2:
        return None
    half = float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
    return statistics.mean(values) - half, statistics.mean(values) + half


def paired(first: np.ndarray, second: np.ndarray) -> Interval:
    """For the difference of two accuracies on the same N texts, normal approximation.

    `first` and `second` say how right the answer to each text is, (N,): 1 or 0, or the share of
    several models that are right. The texts are the sample; the models are as they are.
    """
    difference = first.astype(float) - second
    if len(difference) < 2:
        raise ValueError("a confidence interval takes two texts or more")
    half = Z * float(difference.std(ddof=1)) / math.sqrt(len(difference))
    return float(difference.mean()) - half, float(difference.mean()) + half


def wilson(share: float, n: int) -> Interval:
    """Wilson's score interval for a probability that gave the share `share` in `n` trials."""
    z2 = Z**2 / n
    centre = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(z2 * share * (1 - share) + z2 * z2 / 4) / (1 + z2)
    return centre - half, centre + half
