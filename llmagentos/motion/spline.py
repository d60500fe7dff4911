"""A natural cubic spline through joint positions.

Knows: interpolation and derivatives. Does not know: robots, time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class CubicSpline:
    """C2 curve through values [N, D] at strictly increasing knots [N], N >= 3.

    Second derivatives vanish at both ends. Outside the knots the ends are held.
    """

    def __init__(self, knots: Array, values: Array) -> None:
        if len(knots) < 3 or len(knots) != len(values):
            raise ValueError(f"expected 3 or more knots and as many values, got {len(knots)}")
        self.knots, self.values = knots, values
        steps = np.diff(knots)
        if not np.all(steps > 0):
            raise ValueError("expected strictly increasing knots")
        slopes = np.diff(values, axis=0) / steps[:, None]
        n = len(knots)
        system = np.eye(n)
        inner = np.arange(1, n - 1)
        system[inner, inner - 1] = steps[:-1]
        system[inner, inner] = 2 * (steps[:-1] + steps[1:])
        system[inner, inner + 1] = steps[1:]
        right = np.zeros_like(values)
        right[1:-1] = 6 * np.diff(slopes, axis=0)
        #: second derivatives at the knots, [N, D]
        self.second = np.linalg.solve(system, right)
        self._steps, self._slopes = steps, slopes

    def __call__(self, at: Array) -> Array:
        """Values [M, D] at parameters [M]."""
        u = np.clip(np.asarray(at, dtype=np.float64), self.knots[0], self.knots[-1])
        i = np.clip(np.searchsorted(self.knots, u, side="right") - 1, 0, len(self._steps) - 1)
        h = self._steps[i][:, None]
        a = (self.knots[i + 1] - u)[:, None] / h
        b = 1 - a
        bend = ((a**3 - a) * self.second[i] + (b**3 - b) * self.second[i + 1]) * h * h / 6
        curve: Array = a * self.values[i] + b * self.values[i + 1] + bend
        return curve

    def first(self) -> Array:
        """First derivatives at the knots, [N, D]."""
        h = self._steps[:, None]
        left = self._slopes - h * (2 * self.second[:-1] + self.second[1:]) / 6
        last = self._slopes[-1:] + h[-1:] * (self.second[-2:-1] + 2 * self.second[-1:]) / 6
        return np.concatenate([left, last])
