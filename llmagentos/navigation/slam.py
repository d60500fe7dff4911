"""A map and the robot's place on it, both made from scans while it drives.

Knows: each scan is matched to the map so far, then added to it. Does not know: drivers, where to drive
to see more (exploring.py). A scan-to-map matcher keeps its errors small as Hector SLAM does
(Kohlbrecher et al., SSRR 2011); it closes no loops, so long corridors drift: see docs/navigation.md
for how large buildings may be.
"""

from __future__ import annotations

import numpy as np

from llmagentos.navigation.between_scans import BetweenScans
from llmagentos.navigation.likelihood import LikelihoodField
from llmagentos.navigation.matching import matched
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.ports.driving import LaserScan, Odometry
from llmagentos.types import MapPose, wrapped

#: A scan is matched when the robot went or turned so far, and added after so much more.
_MATCH_M, _MATCH_RAD = 0.05, 0.05
_ADD_M, _ADD_RAD = 0.12, 0.12
#: Where it stands a scan is added so often: who stood there may have gone.
_ADD_S = 1.5
_MATCHED = 240
#: See `matched`: with 0.1 m errors on generated flats are three to five times as large.
_NARROWEST_M = 0.015
#: So much of a scan has to be explained for it to be added: the rest is new, or wrong.
_KNOWN_SHARE = 0.35
#: While it turns faster than this its rays are smeared; such scans are not added.
_SMEARED_RADPS = 1.2


class Slam(BetweenScans):
    """A `rolling.Locating`; `grid` grows. start: where it stands on the new map."""

    is_lost = False

    def __init__(self, start: MapPose | None = None, resolution_m: float = 0.05) -> None:
        super().__init__(start)
        self.grid = OccupancyGrid.empty(resolution_m)
        self._added: MapPose | None = None
        self._added_s = -np.inf
        self._field: LikelihoodField | None = None
        #: How many scans the map is made of.
        self.scans = 0

    def update(self, odometry: Odometry, scan: LaserScan) -> MapPose:
        """Take in what was sensed; returns the pose."""
        then = self._sensed(odometry, scan)
        if then is None:
            return self.pose
        if self._last is None:
            self._last = then
            self._add(scan)
            return self.pose
        step = then.seen_from(self._last)
        stood = scan.stamp_s - self._added_s >= _ADD_S
        went = np.hypot(step.x_m, step.y_m) >= _MATCH_M or abs(step.yaw_rad) >= _MATCH_RAD
        if not (went or stood):
            return self.pose
        guess = self._pose.after(step)
        points = scan.points_m()
        share = 0.0
        if self._field is not None and len(points) >= 3:
            few = points[:: max(1, len(points) // _MATCHED)]
            match = matched(self._field, few, guess, _NARROWEST_M)
            share = match.share
            if share >= _KNOWN_SHARE:
                guess = match.pose
        self._pose, self._last = guess, then
        steady = abs(odometry.velocity.turn_radps) <= _SMEARED_RADPS
        if steady and share >= _KNOWN_SHARE and (stood or self._is_far()):
            self._add(scan)
        return self.pose

    def _is_far(self) -> bool:
        if self._added is None:
            return True
        turned = abs(wrapped(self._pose.yaw_rad - self._added.yaw_rad))
        return self._pose.distance_m(self._added) >= _ADD_M or turned >= _ADD_RAD

    def _add(self, scan: LaserScan) -> None:
        self.grid.add(scan, self._pose)
        self._added, self._added_s = self._pose, scan.stamp_s
        self._field = LikelihoodField.of(self.grid)
        self.scans += 1
