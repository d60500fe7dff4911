"""Where the cells of a grid are.

Knows: cells to metres and back. Does not know: what the cells hold.

Row 0 is the lowest y, column 0 the lowest x (as in ROS's OccupancyGrid, upside down as a picture).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Cells = NDArray[np.int64]


@dataclass(frozen=True)
class GridFrame:
    """A grid on the map's floor. origin_m: the outer corner of cell [0, 0], frame "map"."""

    origin_m: tuple[float, float]
    resolution_m: float
    shape: tuple[int, int]

    @classmethod
    def around(
        cls, low: tuple[float, float], high: tuple[float, float], resolution_m: float
    ) -> GridFrame:
        """The smallest grid that holds both corners (x, y)."""
        columns, rows = (
            max(1, math.ceil((b - a) / resolution_m - 1e-9)) for a, b in zip(low, high, strict=True)
        )
        return cls(low, resolution_m, (rows, columns))

    def cells(self, points: Points) -> Cells:
        """[N, 2] metres (x, y) to [N, 2] cells (row, column), which may lie outside."""
        xy = np.floor((np.asarray(points) - self.origin_m) / self.resolution_m)
        return xy[:, ::-1].astype(np.int64)

    def centres(self, cells: Cells) -> Points:
        """[N, 2] cells to the metres (x, y) of their middles."""
        xy = (np.asarray(cells)[:, ::-1] + 0.5) * self.resolution_m
        return np.asarray(xy + self.origin_m, dtype=np.float64)

    def cell(self, x_m: float, y_m: float) -> tuple[int, int]:
        """The one cell of a place, which may lie outside."""
        row, column = self.cells(np.array([[x_m, y_m]]))[0]
        return int(row), int(column)

    def holds(self, cells: Cells) -> NDArray[np.bool_]:
        """Which of [N, 2] cells lie inside, [N]."""
        rows, columns = self.shape
        r, c = cells[:, 0], cells[:, 1]
        inside: NDArray[np.bool_] = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
        return inside

    @property
    def extent_m(self) -> tuple[float, float, float, float]:
        """x from, x to, y from, y to."""
        (x, y), s = self.origin_m, self.resolution_m
        return x, x + s * self.shape[1], y, y + s * self.shape[0]

    def grown(self, low: tuple[float, float], high: tuple[float, float], by_m: float) -> GridFrame:
        """A frame of the same cells that holds both corners, with at least `by_m` to spare on each
        side where it had to grow; this one where it holds them already."""
        x0, x1, y0, y1 = self.extent_m
        step = self.resolution_m

        def more(lacking_m: float) -> int:
            return math.ceil((lacking_m + by_m) / step) if lacking_m > 0 else 0

        left, down = more(x0 - low[0]), more(y0 - low[1])
        right, up = more(high[0] - x1), more(high[1] - y1)
        if not (left or down or right or up):
            return self
        rows, columns = self.shape
        return GridFrame(
            (x0 - left * step, y0 - down * step), step, (rows + down + up, columns + left + right)
        )
