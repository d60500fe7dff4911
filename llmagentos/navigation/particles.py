"""Where the robot may be: a cloud of poses that odometry moves and scans weigh.

Knows: Monte Carlo localisation over a likelihood field. Does not know: drivers, ways.

Motion by the odometry model of "Probabilistic Robotics" (section 5.4); as many poses as the cloud's
spread needs by KLD-sampling (Fox, IJRR 22(12), 2003).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.frame import Points
from llmagentos.navigation.likelihood import LikelihoodField
from llmagentos.types import MapPose, wrapped


@dataclass(frozen=True)
class OdometryErrors:
    """How wrong wheels may be, one standard deviation. way_per_way: share of the way; turn_per_way:
    rad a metre; turn_per_turn: share of the turn; way_per_turn: metres a rad."""

    way_per_way: float = 0.08
    turn_per_way: float = 0.10
    turn_per_turn: float = 0.08
    way_per_turn: float = 0.02


#: Cells of the cloud's histogram, and KLD's bounds: error and upper quantile of the normal
#: distribution at 99 %.
_BIN_M, _BIN_RAD = 0.25, math.radians(15)
_KLD_ERROR, _KLD_QUANTILE = 0.05, 2.326
_FEWEST, _MOST = 150, 4000
#: One scan counts as so many independent points: neighbouring rays meet the same wall.
_POINTS_WORTH = 12.0


class Particles:
    """poses: [N, 3] x, y, yaw in the map's frame; weights: [N], they sum to 1."""

    def __init__(self, rng: np.random.Generator, errors: OdometryErrors | None = None) -> None:
        self._rng = rng
        self._errors = errors or OdometryErrors()
        self.poses: NDArray[np.float64] = np.zeros((1, 3))
        self.weights: NDArray[np.float64] = np.ones(1)

    def around(
        self, pose: MapPose, spread_m: float = 0.2, spread_rad: float = 0.2, count: int = 500
    ) -> None:
        """Begin anew, near a pose."""
        spread = (spread_m, spread_m, spread_rad)
        middle = (pose.x_m, pose.y_m, pose.yaw_rad)
        self._begin(self._rng.normal(middle, spread, (count, 3)))

    def at(self, poses: NDArray[np.float64], spread_m: float, spread_rad: float) -> None:
        """Begin anew, near each of [N, 3] poses."""
        self._begin(self._rng.normal(poses, (spread_m, spread_m, spread_rad)))

    def _begin(self, poses: NDArray[np.float64]) -> None:
        self.poses = poses
        self.weights = np.full(len(poses), 1 / len(poses))

    def move(self, step: MapPose) -> None:
        """The odometry went `step` on, seen from where it was before."""
        e, count = self._errors, len(self.poses)
        way, turn = math.hypot(step.x_m, step.y_m), abs(step.yaw_rad)
        noise = self._rng.standard_normal((3, count))
        off_m = e.way_per_way * way + e.way_per_turn * turn
        off_rad = e.turn_per_way * way + e.turn_per_turn * turn
        x = step.x_m + noise[0] * off_m
        y = step.y_m + noise[1] * off_m / 2
        yaw = self.poses[:, 2]
        c, s = np.cos(yaw), np.sin(yaw)
        self.poses = np.column_stack(
            [
                self.poses[:, 0] + c * x - s * y,
                self.poses[:, 1] + s * x + c * y,
                yaw + step.yaw_rad + noise[2] * off_rad,
            ]
        )

    def weigh(self, field: LikelihoodField, points: Points) -> float:
        """Take in what a scan met (frame "base"); returns the cloud's mean log-likelihood of a point,
        before it was weighed."""
        fits = field.fits(self.poses, points)
        before = float(fits @ self.weights)
        logs = _POINTS_WORTH * fits + np.log(self.weights)
        weights = np.exp(logs - logs.max())
        self.weights = np.maximum(weights / weights.sum(), 1e-300)
        return before

    def resample(self) -> None:
        """Poses of equal weight again, by the low-variance sampler, if few carry most of the weight."""
        effective = 1 / float((self.weights**2).sum())
        if effective > 0.5 * len(self.poses):
            return
        count = self._needed()
        marks = (self._rng.random() + np.arange(count)) / count
        chosen = np.searchsorted(np.cumsum(self.weights), marks * (1 - 1e-12))
        self._begin(self.poses[np.minimum(chosen, len(self.poses) - 1)])

    def _needed(self) -> int:
        """How many poses describe the cloud (Fox 2003, equation 7)."""
        heavy = self.poses[self.weights > 1e-3 / len(self.poses)]
        bins = np.floor(
            np.column_stack([heavy[:, :2] / _BIN_M, wrapped_all(heavy[:, 2]) / _BIN_RAD])
        ).astype(np.int64)
        k = len(np.unique(bins @ (1_000_003, 1_009, 1)))
        if k <= 1:
            return _FEWEST
        a = 2 / (9 * (k - 1))
        needed = (k - 1) / (2 * _KLD_ERROR) * (1 - a + math.sqrt(a) * _KLD_QUANTILE) ** 3
        return int(min(max(needed, _FEWEST), _MOST))

    def mean(self) -> tuple[MapPose, float, float]:
        """The cloud's middle near its heaviest pose, and its spread there: metres, rad (both one
        standard deviation)."""
        best = self.poses[int(self.weights.argmax())]
        near = np.hypot(*(self.poses[:, :2] - best[:2]).T) < 0.5
        near &= np.abs(wrapped_all(self.poses[:, 2] - best[2])) < 0.6
        w = self.weights[near] / self.weights[near].sum()
        xy = w @ self.poses[near, :2]
        off = wrapped_all(self.poses[near, 2] - best[2])
        yaw = best[2] + float(w @ off)
        spread = math.sqrt(float(w @ ((self.poses[near, :2] - xy) ** 2).sum(axis=1)))
        turn = math.sqrt(float(w @ (off - float(w @ off)) ** 2))
        return MapPose(float(xy[0]), float(xy[1]), wrapped(float(yaw))), spread, turn


def wrapped_all(angles_rad: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same angles in [-pi, pi)."""
    turned: NDArray[np.float64] = (angles_rad + np.pi) % (2 * np.pi) - np.pi
    return turned
