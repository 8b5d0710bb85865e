# Extracted by treadle from assignment9.pmd: edit that, not this file. [6bd53a6dfd0c6347]

# %% assignment9.pmd:2351-2377 intervals
"""95 % confidence intervals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from scipy.stats import t

Interval = tuple[float, float]


def t_interval(values: Sequence[float]) -> Interval | None:
    """For the mean of normally distributed values; None for fewer than two of them."""
    if len(values) < 2:
        return None
    half = float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
    return statistics.mean(values) - half, statistics.mean(values) + half


def wilson(share: float, n: int) -> Interval:
    """Wilson's score interval for a probability that gave the share `share` in `n` trials."""
    z2 = 1.959964**2 / n
    centre = (share + z2 / 2) / (1 + z2)
    half = math.sqrt(z2 * share * (1 - share) + z2 * z2 / 4) / (1 + z2)
    return centre - half, centre + half
