"""Statistics of features, as policies need them to scale what they see and do.

Knows: numbers and uint8 pictures. Does not know: files.

Of one episode all figures are exact. Of several, minimum, maximum, mean and deviation are exact too
(Chan, Golub and LeVeque 1979); quantiles are the episodes', weighted by their frames, as LeRobot has
them. Pictures are in [0, 1], one figure a channel, shape [3, 1, 1]; their count is pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.schema import QUANTILES

Array = NDArray[Any]
FeatureStats = dict[str, Array]


def of_numbers(values: Array) -> FeatureStats:
    """Of values [n, k], n >= 1: each figure is float64 [k], count int64 [1]."""
    values = np.asarray(values, np.float64)
    found: FeatureStats = {
        "min": values.min(axis=0),
        "max": values.max(axis=0),
        "mean": values.mean(axis=0),
        "std": values.std(axis=0),
        "count": np.array([len(values)]),
    }
    for name, share in QUANTILES.items():
        found[name] = np.quantile(values, share, axis=0)
    return found


class PixelCounts:
    """How often each of the 256 values came, a channel: all that pictures' statistics need."""

    def __init__(self) -> None:
        self._counts = np.zeros((3, 256), np.int64)
        self._pictures = 0

    def add(self, picture: Array) -> None:
        """One picture, uint8 [height, width, 3]."""
        for channel in range(3):
            self._counts[channel] += np.bincount(picture[..., channel].ravel(), minlength=256)
        self._pictures += 1

    def stats(self) -> FeatureStats:
        """Figures float64 [3, 1, 1] in [0, 1]; count is the number of pictures, at least one."""
        levels = np.arange(256) / 255
        share = self._counts / self._counts.sum(axis=1, keepdims=True)
        mean = share @ levels
        spread = np.sqrt(np.maximum(share @ levels**2 - mean**2, 0.0))
        seen = self._counts > 0
        below = np.cumsum(share, axis=1)
        figures = {
            "min": levels[seen.argmax(axis=1)],
            "max": levels[255 - seen[:, ::-1].argmax(axis=1)],
            "mean": mean,
            "std": spread,
        }
        for name, q in QUANTILES.items():
            figures[name] = levels[(below >= q - 1e-12).argmax(axis=1)]
        out = {name: values.reshape(3, 1, 1) for name, values in figures.items()}
        return {**out, "count": np.array([self._pictures])}


def combined(parts: Sequence[Mapping[str, Array]]) -> FeatureStats:
    """The statistics of all frames from those of their episodes, at least one."""
    counts = np.array([float(np.asarray(p["count"]).item()) for p in parts])

    def weighted(values: Array) -> Array:
        return np.tensordot(counts / counts.sum(), values, axes=1)

    def stacked(name: str) -> Array:
        return np.stack([np.asarray(p[name], np.float64) for p in parts])

    mean = weighted(stacked("mean"))
    variance = weighted(stacked("std") ** 2 + (stacked("mean") - mean) ** 2)
    out: FeatureStats = {
        "min": stacked("min").min(axis=0),
        "max": stacked("max").max(axis=0),
        "mean": mean,
        "std": np.sqrt(variance),
        "count": np.array([int(counts.sum())]),
    }
    for name in QUANTILES:
        if all(name in p for p in parts):
            out[name] = weighted(stacked(name))
    return out
