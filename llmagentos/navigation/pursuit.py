"""Going along a way, smoothly: which velocity next.

Knows: regulated pure pursuit (Macenski, Singh, Martin, Gines, Autonomous Robots 47, 2023) on a way of
straight pieces. Does not know: maps, scans, drivers; what it says is still judged by the gate.

A point ahead on the way is pursued on the circle through it (Coulter, CMU-RI-TR-92-01: curvature 2 y
/ L^2). The speed is what the limits allow, less in bends, beside things, and before the end.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.frame import Points
from llmagentos.ports.driving import STILL, Velocity
from llmagentos.robots.bases.ramps import bounded, ramped
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec
from llmagentos.types import MapPose, wrapped

#: How far ahead is looked: seconds of the present speed, within bounds in metres.
_AHEAD_S, _LEAST_AHEAD_M, _MOST_AHEAD_M = 1.0, 0.30, 0.7
#: It turns on the spot when the point ahead is farther aside than this, until it is nearly ahead.
_TURN_FROM_RAD, _TURN_TO_RAD = math.radians(50), math.radians(8)
#: Bends tighter than this and things nearer than this slow it down in proportion, metres.
_WIDE_BEND_M, _BESIDE_M = 0.7, 0.35
_LEAST_SHARE, _CREEP_MPS = 0.25, 0.05
#: Share of its acceleration that it plans to brake with.
_BRAKES_WITH = 0.7
_EVERY_M = 0.05


@dataclass(frozen=True)
class Tolerance:
    """When a goal is reached: metres, rad."""

    way_m: float = 0.06
    turn_rad: float = 0.06


class Pursuit:
    """Of one way. points: its corners, frame "map", [N, 2], N >= 1; yaw_rad: how it shall look at
    the end, None for any."""

    def __init__(
        self,
        spec: BaseSpec,
        profile: BaseProfile,
        points: Points,
        yaw_rad: float | None,
        tolerance: Tolerance | None = None,
    ) -> None:
        self._spec, self._profile = spec, profile
        self.points = even(np.asarray(points, dtype=np.float64), _EVERY_M)
        self._yaw, self.tolerance = yaw_rad, tolerance or Tolerance()
        self._at = 0
        self._turning = self._arrived = False
        self.is_done = False

    @property
    def ahead(self) -> Points:
        """What is left of the way, [M, 2]."""
        return self.points[self._at :]

    @property
    def is_at_end(self) -> bool:
        """Whether it is at the place, and only turns or brakes."""
        return self._arrived

    def left_m(self, pose: MapPose) -> float:
        """How far it is to the end along the way."""
        rest = self.ahead
        pieces = float(np.hypot(*np.diff(rest, axis=0).T).sum()) if len(rest) > 1 else 0.0
        return pieces + math.dist(rest[0], (pose.x_m, pose.y_m))

    def command(
        self, pose: MapPose, last: Velocity, beside_m: float, dt_s: float, speed: float = 1.0
    ) -> Velocity:
        """The velocity for the next dt_s. last: the one before; beside_m: from the body to the nearest
        thing; speed: a share of the profile's."""
        end = self.points[-1]
        away = math.dist(end, (pose.x_m, pose.y_m))
        self._arrived = self._arrived and away < 3 * self.tolerance.way_m
        if self._arrived or away <= self.tolerance.way_m:
            self._arrived = True
            wanted = self._at_end(pose, last)
        else:
            wanted = self._on_way(pose, last, beside_m, speed)
        return ramped(self._spec, self._profile, last, bounded(self._profile, wanted), dt_s)

    def _at_end(self, pose: MapPose, last: Velocity) -> Velocity:
        off = 0.0 if self._yaw is None else wrapped(self._yaw - pose.yaw_rad)
        if abs(off) > self.tolerance.turn_rad:
            return Velocity(0.0, self._turn(off))
        slow = abs(last.forward_mps) < 0.02 and abs(last.turn_radps) < 0.1
        self.is_done = slow
        return STILL

    def _on_way(self, pose: MapPose, last: Velocity, beside_m: float, speed: float) -> Velocity:
        carrot, left = self._carrot(pose, last)
        seen = MapPose(*carrot).seen_from(pose)
        bearing = math.atan2(seen.y_m, seen.x_m)
        limit = _TURN_TO_RAD if self._turning else _TURN_FROM_RAD
        self._turning = abs(bearing) > limit
        if self._turning:
            return Velocity(0.0, self._turn(bearing))
        square = seen.x_m**2 + seen.y_m**2
        curvature = 2 * seen.y_m / max(square, 1e-6)
        forward = speed * self._profile.forward_mps
        shares = [1.0, beside_m / _BESIDE_M]
        if abs(curvature) > 1 / _WIDE_BEND_M:
            shares.append(1 / abs(curvature) / _WIDE_BEND_M)
        forward *= max(min(shares), _LEAST_SHARE)
        if curvature:
            forward = min(forward, self._profile.turn_radps / abs(curvature))
        brakes = _BRAKES_WITH * self._profile.acceleration_mps2
        forward = min(forward, max(math.sqrt(2 * brakes * left), _CREEP_MPS))
        return Velocity(forward, curvature * forward)

    def _turn(self, off_rad: float) -> float:
        """As fast as it can still stop at the angle."""
        brakes = _BRAKES_WITH * self._profile.turn_acceleration_radps2
        rate = min(self._profile.turn_radps, math.sqrt(2 * brakes * abs(off_rad)))
        return math.copysign(max(rate, 0.05), off_rad)

    def _carrot(self, pose: MapPose, last: Velocity) -> tuple[tuple[float, float], float]:
        """The point ahead that is pursued, and how far it is to the end."""
        here = np.array([pose.x_m, pose.y_m])
        window = self.points[self._at : self._at + int(1.5 / _EVERY_M)]
        self._at += int(np.hypot(*(window - here).T).argmin())
        ahead_m = min(max(_AHEAD_S * abs(last.forward_mps), _LEAST_AHEAD_M), _MOST_AHEAD_M)
        rest = self.ahead
        away = np.hypot(*(rest - here).T)
        beyond = np.flatnonzero(away >= ahead_m)
        carrot = rest[int(beyond[0])] if len(beyond) else rest[-1]
        return (float(carrot[0]), float(carrot[1])), self.left_m(pose)


def even(points: Points, every_m: float) -> NDArray[np.float64]:
    """The same way with points at most `every_m` apart, its corners among them."""
    pieces = [points[:1]]
    for a, b in itertools.pairwise(points):
        count = max(1, math.ceil(math.dist(a, b) / every_m))
        pieces.append(a + (b - a) * (np.arange(1, count + 1) / count)[:, None])
    return np.vstack(pieces)
