"""What stands around now and is on no map: people, moved chairs.

Knows: when each cell was last seen occupied, and since then seen through. Does not know: the map's own
walls beyond leaving them out, ways.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.rays import lines
from llmagentos.ports.driving import LaserScan
from llmagentos.types import MapPose

#: So long something is believed that was not looked at again, seconds; so far it is noticed.
_KEEP_S, _NEAR_M = 12.0, 4.0
_GONE_SCANS = 12


class LiveObstacles:
    """On the frame of a map; see `occupied`. known: bool [rows, columns], what stands on the map: what
    is met there, or in a cell beside, is no news (walls would grow by what scans are wrong)."""

    def __init__(self, frame: GridFrame, known: NDArray[np.bool_] | None = None) -> None:
        self.frame = frame
        self._met_s = np.full(frame.shape, -np.inf)
        self._news = np.ones(frame.shape, dtype=bool)
        self._through = np.zeros(frame.shape, dtype=np.int16)
        if known is not None:
            self._news = cv2.dilate(known.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0

    def add(self, scan: LaserScan, pose: MapPose) -> None:
        """A scan that was taken with the base at `pose`."""
        eye = pose.after(scan.mount)
        ranges = scan.ranges_m.astype(np.float64)
        answered = ~np.isnan(ranges) & (ranges > 0)
        angles, ranges = pose.yaw_rad + scan.angles_rad[answered], ranges[answered]
        met = ranges < min(scan.max_m, _NEAR_M)
        ranges = np.minimum(ranges, _NEAR_M)
        heading = np.column_stack([np.cos(angles), np.sin(angles)])
        ends = self.frame.cells(np.array([eye.x_m, eye.y_m]) + heading * ranges[:, None])
        passed, _ = lines(self.frame.cell(eye.x_m, eye.y_m), ends)
        passed = passed[self.frame.holds(passed)]
        self._met_s[passed[:, 0], passed[:, 1]] = -np.inf
        self._through[passed[:, 0], passed[:, 1]] += 1
        hits = ends[met]
        hits = hits[self.frame.holds(hits)]
        # Beside what is met nothing has gone: scans are wrong by about a cell.
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                near = hits + np.array([dr, dc])
                near = near[self.frame.holds(near)]
                self._through[near[:, 0], near[:, 1]] = 0
        hits = hits[self._news[hits[:, 0], hits[:, 1]]]
        self._met_s[hits[:, 0], hits[:, 1]] = scan.stamp_s

    def occupied(self, now_s: float) -> NDArray[np.bool_]:
        """Cells where something was met of late and nothing was seen through since."""
        fresh: NDArray[np.bool_] = self._met_s > now_s - _KEEP_S
        return fresh

    @property
    def gone(self) -> NDArray[np.bool_]:
        """Cells that many scans have seen through, and none met anything in or beside: what the map
        has there was a person, or was moved."""
        seen: NDArray[np.bool_] = self._through >= _GONE_SCANS
        return seen

    def is_near(self, points: NDArray[np.float64], within_m: float, now_s: float) -> bool:
        """Whether anything stands nearer than that to any of the points [N, 2]."""
        cells = np.argwhere(self.occupied(now_s))
        if not len(cells) or not len(points):
            return False
        away = self.frame.centres(cells)[:, None] - points
        square: NDArray[np.float64] = (away**2).sum(axis=2)
        return float(square.min()) < within_m**2

    def clear(self) -> None:
        """Forget what was met: the next scans tell what still stands there."""
        self._met_s.fill(-np.inf)
