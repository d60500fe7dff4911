"""Quantiles of the few hundred values that a piece of a map has.

Knows: order statistics. Does not know: what the values are. NumPy's own functions take any axes,
weights and methods, which costs ten times as much as the answer where there are few values, and one
look asks for hundreds of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def quantile(values: NDArray[Any], share: float) -> float:
    """The value below which `share` (0..1) of `values` [N] lie, between neighbours linearly, as
    numpy.percentile(values, 100 * share) has it. NaN where there are none."""
    count = len(values)
    if not count:
        return float("nan")
    at = (count - 1) * share
    low = int(at)
    high = min(low + 1, count - 1)
    ordered = np.partition(values, (low, high))
    first, second = float(ordered[low]), float(ordered[high])
    return first + (second - first) * (at - low)


def median(values: NDArray[Any]) -> float:
    """The median of `values` [N]; NaN where there are none."""
    return quantile(values, 0.5)
