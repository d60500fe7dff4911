"""What stands around now and is on no map: people, moved chairs.

Knows: when each cell was last seen occupied, and since then seen through; where something came to
stand in what was seen to be free. Does not know: the map's own walls beyond leaving them out, ways.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.rays import lines
from llmagentos.ports.driving import LaserScan
from llmagentos.types import MapPose

#: So long something is believed that was not looked at again, seconds; so far it is noticed.
_KEEP_S, _NEAR_M = 12.0, 4.0
#: What fewer scans met is believed for so long only: behind who comes nearer lies a trail of cells that
#: nobody can see through.
_STANDS_SCANS, _TRAIL_S = 5, 1.5
_GONE_SCANS = 12


class LiveObstacles:
    """On the frame of a map; see `occupied`. known: bool [rows, columns], what stands on the map: what
    is met there, or in a cell beside, is no news (walls would grow by what scans are wrong)."""

    def __init__(self, frame: GridFrame, known: NDArray[np.bool_] | None = None) -> None:
        self.frame = frame
        self._met_s = np.full(frame.shape, -np.inf)
        self._met_scans = np.zeros(frame.shape, dtype=np.int16)
        self._free_scans = np.zeros(frame.shape, dtype=np.int32)
        self._came_s = np.full(frame.shape, -np.inf)
        self._news = np.ones(frame.shape, dtype=bool)
        self._through = np.zeros(frame.shape, dtype=np.int32)
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
        news = np.unique(hits[self._news[hits[:, 0], hits[:, 1]]], axis=0)
        self._note_who_came(news, scan.stamp_s)
        scans = self._met_scans[news[:, 0], news[:, 1]] + 1
        self._met_scans[passed[:, 0], passed[:, 1]] = 0
        self._met_scans[news[:, 0], news[:, 1]] = scans
        self._free_scans[passed[:, 0], passed[:, 1]] += 1
        self._free_scans[news[:, 0], news[:, 1]] = 0
        # Beside what is met nothing has gone: scans are wrong by about a cell.
        for dr in (-1, 0, 1):
            for dc in (-1, 0, 1):
                near = hits + np.array([dr, dc])
                near = near[self.frame.holds(near)]
                self._through[near[:, 0], near[:, 1]] = 0
        self._met_s[news[:, 0], news[:, 1]] = scan.stamp_s

    def occupied(self, now_s: float) -> NDArray[np.bool_]:
        """Cells where something was met of late and nothing was seen through since."""
        keep_s = np.where(self._met_scans < _STANDS_SCANS, _TRAIL_S, _KEEP_S)
        fresh: NDArray[np.bool_] = self._met_s > now_s - keep_s
        return fresh

    @property
    def gone(self) -> NDArray[np.bool_]:
        """Cells that many scans have seen through, and none met anything in or beside: what the map
        has there was a person, or was moved."""
        seen: NDArray[np.bool_] = self._through >= _GONE_SCANS
        return seen

    def is_near(self, points: NDArray[np.float64], within_m: float, now_s: float) -> bool:
        """Whether anything stands nearer than that to any of the points [N, 2]."""
        return self._any_near(self.occupied(now_s), points, within_m)

    def came_near(self, points: NDArray[np.float64], within_m: float, since_s: float) -> bool:
        """Whether anything came nearer than that to any of the points [N, 2] since then, into what was
        seen to be free: it goes about, and may go on."""
        return self._any_near(self._came_s > since_s, points, within_m)

    def _any_near(
        self, where: NDArray[np.bool_], points: NDArray[np.float64], within_m: float
    ) -> bool:
        cells = np.argwhere(where)
        if not len(cells) or not len(points):
            return False
        away = self.frame.centres(cells)[:, None] - points
        square: NDArray[np.float64] = (away**2).sum(axis=2)
        return float(square.min()) < within_m**2

    def _note_who_came(self, met: NDArray[np.integer[Any]], stamp_s: float) -> None:
        """met: cells [N, 2] of one scan. News where floor was seen before, and not beside what stands:
        that is met a cell farther or nearer, and has not moved."""
        came = met[self._free_scans[met[:, 0], met[:, 1]] >= _GONE_SCANS]
        if not len(came):
            return
        stands = self.occupied(stamp_s) & (self._met_scans >= _STANDS_SCANS)
        beside = cv2.dilate(stands.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
        came = came[~beside[came[:, 0], came[:, 1]]]
        self._came_s[came[:, 0], came[:, 1]] = stamp_s

    def clear(self) -> None:
        """Forget what was met: the next scans tell what still stands there."""
        self._met_s.fill(-np.inf)
