"""What is known of every cell of the floor: free, occupied, or neither.

Knows: how scans from known poses add up. Does not know: where the robot is (localization), what a
robot of some size may do there (costmap).

Log-odds of an inverse sensor model (Thrun, Burgard, Fox, "Probabilistic Robotics", 2005, section 9.2):
cells that a ray passes become freer, the cell where it ends more occupied.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import NavigationError
from llmagentos.navigation.frame import GridFrame, Points
from llmagentos.navigation.rays import lines
from llmagentos.ports.driving import LaserScan
from llmagentos.types import MapPose

#: Evidence of one ray, and the most that a cell keeps: what stood there an hour ago can go.
_PASSED, _MET, _MOST = -0.45, 0.9, 4.0
#: Beyond these a cell counts as free or as occupied.
_FREE, _OCCUPIED = -0.4, 0.4
#: Below this it was seen to be floor: rays went through it six times and more.
_FLOOR = -2.7
#: Fewer cells in one piece are nobody.
_LEAST_CELLS = 3
_SPARE_M = 2.0


class OccupancyGrid:
    """A map that scans are added to; it grows as needed. log_odds: float32 [rows, columns]."""

    def __init__(self, frame: GridFrame, log_odds: NDArray[np.float32] | None = None) -> None:
        self.frame = frame
        self.log_odds = np.zeros(frame.shape, dtype=np.float32) if log_odds is None else log_odds
        if self.log_odds.shape != frame.shape:
            raise NavigationError(
                f"expected a grid of {frame.shape} cells, got {self.log_odds.shape}"
            )
        self._was_floor = self.log_odds < _FLOOR

    @classmethod
    def empty(cls, resolution_m: float = 0.05, size_m: float = 8.0) -> OccupancyGrid:
        """Nothing known of a square around the map's origin."""
        half = size_m / 2
        return cls(GridFrame.around((-half, -half), (half, half), resolution_m))

    @classmethod
    def of_truth(cls, occupied: NDArray[np.bool_], frame: GridFrame) -> OccupancyGrid:
        """A map in which every cell is known."""
        return cls(frame, np.where(occupied, _MOST, -_MOST).astype(np.float32))

    @classmethod
    def of_shares(
        cls, share: NDArray[np.floating[Any]], frame: GridFrame, free: float, occupied: float
    ) -> OccupancyGrid:
        """Of how likely each cell is occupied, [rows, columns]: below `free` and above `occupied` it
        counts as known."""
        odds = np.zeros(frame.shape, dtype=np.float32)
        odds[share > occupied], odds[share < free] = _MOST, -_MOST
        return cls(frame, odds)

    @property
    def occupied(self) -> NDArray[np.bool_]:
        """Cells where something stands."""
        return self.log_odds > _OCCUPIED

    @property
    def free(self) -> NDArray[np.bool_]:
        """Cells where nothing does; what is neither is unknown."""
        return self.log_odds < _FREE

    @property
    def come_since(self) -> NDArray[np.bool_]:
        """Cells where something stands now and floor was seen before: people who stood there when they were
        seen last, moved boxes. Cells along a wall, which scans miss by a cell, are none, nor are single ones:
        rays from afar pass beside thin legs."""
        come = (self.occupied & self._was_floor).astype(np.uint8)
        stays = (self.occupied & ~self._was_floor).astype(np.uint8)
        beside = np.asarray(cv2.dilate(stays, np.ones((3, 3), np.uint8))) > 0
        count, labels = cv2.connectedComponents(come, connectivity=8)
        own = np.bincount(labels.ravel(), minlength=count)
        at_walls = np.bincount(labels[beside], minlength=count)
        found: NDArray[np.bool_] = ((at_walls < own / 2) & (own >= _LEAST_CELLS))[labels] & (
            come > 0
        )
        return found

    def without_come(self) -> OccupancyGrid:
        """The same map with floor where something has come since (`come_since`): whoever drives on it meets
        that if it is there still."""
        return OccupancyGrid(
            self.frame, np.where(self.come_since, np.float32(_FLOOR), self.log_odds)
        )

    def add(self, scan: LaserScan, pose: MapPose, passed_only: bool = False) -> None:
        """A scan that was taken with the base at `pose`. passed_only: what it met is left out."""
        eye, ends, met = _rays(scan, pose)
        if not len(ends):
            return
        every = np.vstack([ends, eye])
        self._cover(every)
        start = self.frame.cell(eye[0], eye[1])
        end_cells = self.frame.cells(ends)
        passed, _ = lines(start, end_cells)
        hits = end_cells[met]
        rows, columns = self.frame.shape
        change = np.zeros(rows * columns, dtype=np.float32)
        change[passed @ (columns, 1)] = _PASSED
        change[end_cells[~met] @ (columns, 1)] = _PASSED
        if not passed_only:
            change[hits @ (columns, 1)] = _MET  # once a cell: its rays are no independent evidence
        changed = self.log_odds + change.reshape(rows, columns)
        np.clip(changed, -_MOST, _MOST, out=self.log_odds)
        self._was_floor |= self.log_odds < _FLOOR

    def _cover(self, points: Points) -> None:
        low, high = points.min(axis=0), points.max(axis=0)
        frame = self.frame.grown(
            (float(low[0]), float(low[1])), (float(high[0]) + 1e-6, float(high[1]) + 1e-6), _SPARE_M
        )
        if frame is self.frame:
            return
        step = frame.resolution_m
        column = round((self.frame.origin_m[0] - frame.origin_m[0]) / step)
        row = round((self.frame.origin_m[1] - frame.origin_m[1]) / step)
        larger = np.zeros(frame.shape, dtype=np.float32)
        rows, columns = self.frame.shape
        larger[row : row + rows, column : column + columns] = self.log_odds
        was = np.zeros(frame.shape, dtype=bool)
        was[row : row + rows, column : column + columns] = self._was_floor
        self.frame, self.log_odds, self._was_floor = frame, larger, was


def _rays(scan: LaserScan, pose: MapPose) -> tuple[Points, Points, NDArray[np.bool_]]:
    """Scanner and ray ends in the map's frame, and which rays met something."""
    eye = pose.after(scan.mount)
    ranges = scan.ranges_m.astype(np.float64)
    answered = ~np.isnan(ranges) & (ranges > 0)
    angles = pose.yaw_rad + scan.angles_rad[answered]
    ranges = ranges[answered]
    met = ranges < scan.max_m
    ranges = np.minimum(ranges, scan.max_m)
    origin = np.array([eye.x_m, eye.y_m])
    ends = origin + np.column_stack([np.cos(angles), np.sin(angles)]) * ranges[:, None]
    return origin, ends, met
