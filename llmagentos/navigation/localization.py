"""Where the robot is on a map that it has.

Knows: odometry in, scans in, a believed pose out; when it is lost, and how it is found again. Does
not know: drivers, ways, how maps are made (slam.py).

A cloud of poses (particles.py) carries what may be, scan matching (matching.py) makes its middle
exact: `python -m benchmarks.navigation --localization` compares both alone and together. While the
map explains too little of what is seen, all of it is searched for a pose that explains more (augmented
MCL, "Probabilistic Robotics", section 8.3.3, strews random poses instead, and needs many scans).
"""

from __future__ import annotations

import logging
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.between_scans import BetweenScans
from llmagentos.navigation.frame import Points
from llmagentos.navigation.likelihood import LikelihoodField
from llmagentos.navigation.matching import Match, matched
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.particles import OdometryErrors, Particles
from llmagentos.ports.driving import LaserScan, Odometry
from llmagentos.types import MapPose

_log = logging.getLogger(__name__)

#: A scan is taken in when the robot has gone or turned so far since the last one.
_STEP_M, _STEP_RAD = 0.05, 0.05
#: Points of a scan that weigh the cloud, and that are matched.
_WEIGHED, _MATCHED = 60, 180
#: How fast the average of what the match explains follows; below this share of a scan's points the
#: whole map is searched, not sooner than after so many scans.
_FOLLOWS, _DOUBT_SHARE, _SCANS_APART = 0.25, 0.85, 25
#: It goes elsewhere where so much more of a scan is explained.
_BETTER = 0.1
#: Share of a scan's points that a match has to explain for the robot to count as found, as lost.
_KNOWN_SHARE, _LOST_SHARE = 0.6, 0.4
#: Poses of the whole map that are looked at: so many a square metre of free floor, at least and at most
#: so many, in pieces of so many; how many of the best are matched.
_A_SQUARE_M, _LEAST, _MOST, _PIECE = 400, 12000, 600000, 12000
_TRIED, _KEPT = 120, 200


class How(str, Enum):
    """What makes the pose: both, or one alone to compare."""

    BOTH = "both"
    PARTICLES = "particles"
    MATCHING = "matching"
    ODOMETRY = "odometry"


class Localization(BetweenScans):
    """One robot on one map. seed: of the cloud."""

    def __init__(
        self,
        grid: OccupancyGrid,
        start: MapPose | None = None,
        seed: int = 0,
        errors: OdometryErrors | None = None,
        how: How = How.BOTH,
    ) -> None:
        """start: where it stands now; None: it does not know, the first scan will tell."""
        super().__init__(start)
        self._field = LikelihoodField.of(grid)
        free = np.argwhere(grid.free & (self._field.distances_m > 0.15))
        self._free = grid.frame.centres(free)
        self._rng = np.random.default_rng(seed)
        self._cloud = Particles(np.random.default_rng([seed, 1]), errors)
        self._how = how
        #: Average share of scans that the match explains.
        self._share, self._since = 1.0, 0
        self._match: Match | None = None
        #: How often the whole map was searched.
        self.searches = 0
        self.is_lost = start is None
        if start is not None:
            self._cloud.around(start)

    @property
    def spread(self) -> tuple[float, float]:
        """How unsure it is: metres and rad, one standard deviation of the cloud."""
        _, way, turn = self._cloud.mean()
        return way, turn

    @property
    def map_from_odom(self) -> MapPose:
        """The frame "odom" in the frame "map" (REP 105)."""
        if self._last is None:
            return self._pose
        return self._pose.after(self._last.inverse())

    @property
    def count(self) -> int:
        """How many poses the cloud has now."""
        return len(self._cloud.poses)

    def place(self, pose: MapPose) -> None:
        """Somebody says where it stands: begin anew there."""
        self._pose, self._last = pose, None
        self._cloud.around(pose)
        self._share, self._since = 1.0, 0
        self.is_lost = False

    def update(self, odometry: Odometry, scan: LaserScan) -> MapPose:
        """Take in what wheels and scanner say now; returns the believed pose."""
        then = self._sensed(odometry, scan)
        if then is None:
            return self.pose
        first = self._last is None
        step = then.seen_from(then if self._last is None else self._last)
        far = max(abs(step.x_m), abs(step.y_m)) >= _STEP_M or abs(step.yaw_rad) >= _STEP_RAD
        if not (first or far or self.is_lost):
            return self.pose
        self._last = then
        guess = self._pose.after(step)
        self._cloud.move(step)
        points = scan.points_m()
        if self._how is How.ODOMETRY:
            self._pose = guess
        elif len(points) >= 3:
            self._take_in(points, guess)
        else:
            self._pose = guess
        return self.pose

    def _take_in(self, points: Points, guess: MapPose) -> None:
        few = points[:: max(1, len(points) // _WEIGHED)]
        many = points[:: max(1, len(points) // _MATCHED)]
        if self._how is How.MATCHING:
            self._pose = matched(self._field, many, guess).pose
            return
        self._cloud.weigh(self._field, few)
        self._pose, _, _ = self._cloud.mean()
        self._cloud.resample()
        if self._how is How.PARTICLES:
            return
        match = matched(self._field, many, self._pose)
        if match.share >= _LOST_SHARE:
            self._pose = match.pose
        self._share += _FOLLOWS * (match.share - self._share)
        self._since += 1
        if self.is_lost or (self._share < _DOUBT_SHARE and self._since >= _SCANS_APART):
            self._search(few, many, match)

    def _search(self, few: Points, many: Points, here: Match) -> None:
        """Look at poses all over the map; go to the one that fits best where it fits better."""
        self.searches += 1
        self._since = 0
        if not len(self._free):
            return
        best = self._apart(self._likely(few[::2]))
        matches = [matched(self._field, many, MapPose(*map(float, p))) for p in best]
        good = max(matches, key=lambda m: m.share - 2 * m.error_m)
        if not self.is_lost and good.share < here.share + _BETTER:
            self.is_lost = self._share < _LOST_SHARE
            return
        self.is_lost = good.share < _KNOWN_SHARE
        self._pose, self._share = good.pose, good.share
        others = [m.pose for m in matches if m.share > good.share - _BETTER]
        rest = np.array([[p.x_m, p.y_m, p.yaw_rad] for p in others])
        spot = np.array([[good.pose.x_m, good.pose.y_m, good.pose.yaw_rad]])
        every = np.vstack([np.repeat(spot, _KEPT, axis=0), np.repeat(rest, 20, axis=0)])
        self._cloud.at(every, 0.1, 0.1)
        _log.info("searched the map: it explains %.0f %% of the scan there", 100 * good.share)

    def _likely(self, points: Points) -> NDArray[np.float64]:
        """Poses all over the free floor that explain a scan's points, the best first."""
        area_m2 = len(self._free) * self._field.frame.resolution_m**2
        count = int(np.clip(_A_SQUARE_M * area_m2, _LEAST, _MOST))
        best, best_fits = np.empty((0, 3)), np.empty(0)
        for begun in range(0, count, _PIECE):
            n = min(_PIECE, count - begun)
            places = self._free[self._rng.integers(0, len(self._free), n)]
            places = places + self._rng.uniform(-0.05, 0.05, places.shape)
            poses = np.column_stack([places, self._rng.uniform(-np.pi, np.pi, n)])
            fits = np.concatenate([best_fits, self._field.fits(poses, points)])
            order = np.argsort(fits)[::-1][: 10 * _TRIED]
            best, best_fits = np.vstack([best, poses])[order], fits[order]
        return best

    @staticmethod
    def _apart(poses: NDArray[np.float64]) -> NDArray[np.float64]:
        """The first of each group of poses that are nearly the same, at most as many as are tried."""
        kept: list[NDArray[np.float64]] = []
        for pose in poses:
            for other in kept:
                turn = abs((pose[2] - other[2] + np.pi) % (2 * np.pi) - np.pi)
                if np.hypot(*(pose[:2] - other[:2])) < 0.3 and turn < 0.35:
                    break
            else:
                kept.append(pose)
                if len(kept) == _TRIED:
                    break
        return np.array(kept)
