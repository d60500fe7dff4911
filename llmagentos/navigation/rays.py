"""Rays over a grid, all at once.

Knows: which cells lie on straight lines, and the first blocked one. Does not know: what cells mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.frame import Cells, GridFrame


def lines(start: tuple[int, int], ends: Cells) -> tuple[Cells, NDArray[np.int64]]:
    """The cells of straight lines from one cell to each of [N, 2], without their last ones.

    Returns cells [K, 2] and of each which line it is of [K]. Equal steps along the longer axis, the
    other one rounded: Bresenham's line (IBM Systems Journal 4(1), 1965), for all lines together.
    """
    origin = np.array(start)
    way = ends - origin
    steps = np.abs(way).max(axis=1, initial=0)
    which = np.repeat(np.arange(len(ends)), steps)
    first = np.cumsum(steps) - steps
    along = np.arange(len(which)) - first[which]
    share = along / np.maximum(steps, 1)[which]
    cells = origin + np.rint(way[which] * share[:, None]).astype(np.int64)
    return cells, which


def cast(
    blocked: NDArray[np.bool_],
    frame: GridFrame,
    eye_m: tuple[float, float],
    angles_rad: NDArray[np.float64],
    max_m: float,
) -> NDArray[np.float64]:
    """How far one sees from a point in each direction until a blocked cell, metres, [N].

    max_m where nothing is met; outside of the grid nothing is. All rays go on together by the
    distance to the nearest blocked cell (sphere tracing: Hart, The Visual Computer 12, 1996), and
    at least by a quarter of a cell, so a corner that is cut by less than that is missed.
    """
    free_m = clearance_m(blocked, frame.resolution_m)
    heading = np.column_stack([np.cos(angles_rad), np.sin(angles_rad)])
    away = np.zeros(len(angles_rad))
    going = np.arange(len(angles_rad))
    rows, columns = frame.shape
    # The distance is from the cell's middle; the ray may be half a diagonal nearer.
    least, nearer = frame.resolution_m / 4, frame.resolution_m * 0.71
    while len(going):
        cells = frame.cells(np.asarray(eye_m) + heading[going] * away[going, None])
        inside = (cells >= 0).all(axis=1) & (cells[:, 0] < rows) & (cells[:, 1] < columns)
        cells = np.where(inside[:, None], cells, 0)
        met = blocked[cells[:, 0], cells[:, 1]] & inside
        steps = np.maximum(free_m[cells[:, 0], cells[:, 1]] - nearer, least)
        away[going] += np.where(met, 0.0, np.where(inside, steps, frame.resolution_m))
        going = going[~met & (away[going] < max_m)]
    return np.minimum(away, max_m)
