"""What it costs a round robot to have its middle in each cell.

Knows: distances to what is occupied, the robot's radius. Does not know: ways, speeds, scans.

Blocked where the body would touch; around that a cost that falls off exponentially, as Nav2's
inflation layer has it (Lu, Hershberger, Smart, IROS 2014), so that ways keep off walls where they can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.search import Cell, Costs


@dataclass(frozen=True)
class Inflation:
    """radius_m: of the robot, with what it keeps off at least. weight: how many times dearer it is to
    pass just beside things than in the open. decay_m: away from there it falls to 1/e in so much."""

    radius_m: float
    weight: float = 6.0
    decay_m: float = 0.2


class Costmap:
    """One moment's costs. costs: float64 [rows, columns], 1 in the open, infinite where blocked;
    clearance_m: from each cell's middle to the nearest thing's edge, [rows, columns]."""

    def __init__(
        self,
        obstacles: NDArray[np.bool_],
        frame: GridFrame,
        inflation: Inflation,
        unknown: NDArray[np.bool_] | None = None,
    ) -> None:
        """unknown: where its middle may not be, though the body may reach over it: behind the legs of
        a chair lies a shadow that is seen when it is come near to."""
        self.frame, self.inflation = frame, inflation
        self.clearance_m = clearance_m(obstacles, frame.resolution_m)
        beyond = np.maximum(self.clearance_m - inflation.radius_m, 0.0)
        costs: Costs = 1.0 + inflation.weight * np.exp(-beyond / inflation.decay_m)
        costs[self.clearance_m < inflation.radius_m] = np.inf
        if unknown is not None:
            costs[unknown] = np.inf
        self.costs = costs

    def is_free(self, x_m: float, y_m: float) -> bool:
        """Whether the robot's middle may be there."""
        row, column = self.frame.cell(x_m, y_m)
        rows, columns = self.frame.shape
        return (
            0 <= row < rows and 0 <= column < columns and bool(np.isfinite(self.costs[row, column]))
        )

    def nearest_free(self, x_m: float, y_m: float, within_m: float) -> Cell | None:
        """The free cell nearest to a place; None where there is none within so much."""
        row, column = self.frame.cell(x_m, y_m)
        reach = int(within_m / self.frame.resolution_m) + 1
        rows, columns = self.frame.shape
        r0, r1 = max(row - reach, 0), min(row + reach + 1, rows)
        c0, c1 = max(column - reach, 0), min(column + reach + 1, columns)
        if r0 >= r1 or c0 >= c1:
            return None
        free = np.argwhere(np.isfinite(self.costs[r0:r1, c0:c1])) + np.array([r0, c0])
        if not len(free):
            return None
        away = np.hypot(free[:, 0] - row, free[:, 1] - column)
        best = int(away.argmin())
        if away[best] * self.frame.resolution_m > within_m:
            return None
        return int(free[best, 0]), int(free[best, 1])
