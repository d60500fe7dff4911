"""A planar scanner in a PyBullet world.

Knows: rays, and what a cheap scanner makes of distances. Does not know: who drives, maps.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.ports.driving import LaserScan
from llmagentos.robots.bases import ScannerSpec
from llmagentos.types import MapPose

#: Share of rays that get no answer: glass, black cloth, grazing angles.
_NO_ANSWER = 0.004


class Lidar:
    """One scanner. rng: of its errors; None: it has none."""

    def __init__(self, client: Any, spec: ScannerSpec, rng: np.random.Generator | None) -> None:
        self._client, self._spec, self._rng = client, spec, rng
        self.step_rad = 2 * math.pi / spec.rays
        self._angles = -math.pi + self.step_rad * np.arange(spec.rays)

    def turn(self, base: MapPose, stamp_s: float) -> LaserScan:
        """A whole turn at one moment, with the base at a pose."""
        spec = self._spec
        mount = MapPose(spec.x_m, 0.0)
        eye = base.after(mount)
        heading = eye.yaw_rad + self._angles
        start = (eye.x_m, eye.y_m, spec.height_m)
        ends = np.column_stack(
            [
                eye.x_m + spec.max_m * np.cos(heading),
                eye.y_m + spec.max_m * np.sin(heading),
                np.full(spec.rays, spec.height_m),
            ]
        )
        hits = self._client.rayTestBatch([start] * spec.rays, ends.tolist(), numThreads=1)
        ranges = spec.max_m * np.array([hit[2] for hit in hits])
        return LaserScan(
            self._measured(ranges), -math.pi, self.step_rad, spec.max_m, stamp_s, mount
        )

    def _measured(self, ranges: NDArray[np.float64]) -> NDArray[np.float32]:
        if self._rng is None:
            return ranges.astype(np.float32)
        met = ranges < self._spec.max_m
        sigma = self._spec.error_m + self._spec.error_share * ranges
        noisy = np.maximum(ranges + sigma * self._rng.standard_normal(len(ranges)), 0.01)
        noisy = np.where(met, np.minimum(noisy, self._spec.max_m - 1e-3), self._spec.max_m)
        noisy[self._rng.random(len(ranges)) < _NO_ANSWER] = 0.0
        return noisy.astype(np.float32)
