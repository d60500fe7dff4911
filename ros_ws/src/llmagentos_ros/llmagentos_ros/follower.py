# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Follows joint trajectories as ros2_control's joint trajectory controller does.

Knows: points with times, limits, and how to come to rest when the stream ends in mid-motion.
Does not know: ROS messages, the simulator.

Between points it interpolates linearly, as the controller does for points without velocities. A
new trajectory replaces the old one from the position that is commanded at that moment. Silence
means stop: past the last point the arm brakes to rest by itself and holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import itertools
import math

from llmagentos.errors import DriverError
from llmagentos.robots import ArmSpec, PANDA

Joints = tuple[float, ...]

#: Braking uses this share of the joints' acceleration limit.
_BRAKE_SHARE = 1.0
#: A point may ask for this share of the velocity limit; jitter of stamps is not speeding.
_SPEED_SHARE = 1.5
_EPS = 1e-9


@dataclass(frozen=True)
class Point:
    """Joint positions (rad) to be reached at a time (s on the robot's clock)."""

    at_s: float
    positions: Joints


class TrajectoryFollower:
    """The commanded joint positions over time."""

    def __init__(self, start: Sequence[float], spec: ArmSpec = PANDA) -> None:
        self._spec = spec
        self._points: list[Point] = []
        self._position: Joints = tuple(start)
        self._velocity: Joints = (0.0,) * len(self._position)
        self._now_s: float | None = None

    @property
    def moving(self) -> bool:
        """Whether points are still ahead, or the arm has not come to rest yet."""
        return bool(self._points) or any(self._velocity)

    def reset(self, start: Sequence[float]) -> None:
        """Hold `start`; forget everything."""
        self.__init__(start, self._spec)  # type: ignore[misc]

    def accept(self, points: Sequence[Point], now_s: float) -> None:
        """
        Replace what is still ahead.

        Raises DriverError, and changes nothing, for a wrong number of joints, NaN, positions out
        of range, times that do not rise, or a point that cannot be reached in time.
        """
        ahead = [p for p in points if p.at_s > now_s]
        for point in points:
            self._check(point)
        for earlier, later in itertools.pairwise(points):
            if later.at_s <= earlier.at_s:
                raise DriverError(
                    f'expected rising times, got {later.at_s:.3f} s after {earlier.at_s:.3f} s'
                )
        self._check_speed(ahead, now_s)
        if points and not ahead:
            raise DriverError(
                f'expected a point in the future, got all {now_s - points[-1].at_s:.3f} s ago'
            )
        self._points = list(ahead)

    def sample(self, now_s: float) -> Joints:
        """Return the commanded positions at `now_s`; call it with rising times."""
        last_s = now_s if self._now_s is None else self._now_s
        dt = now_s - last_s
        self._now_s = now_s
        if dt <= 0:
            return self._position
        at, before = last_s, self._position
        while self._points and self._points[0].at_s <= now_s + _EPS:
            reached = self._points.pop(0)
            at, self._position = reached.at_s, reached.positions
        if self._points:
            nxt = self._points[0]
            share = (now_s - at) / max(nxt.at_s - at, _EPS)
            self._position = tuple(
                a + (b - a) * share for a, b in zip(self._position, nxt.positions, strict=True)
            )
        elif at <= last_s:
            return self._brake(dt)
        self._velocity = tuple((a - b) / dt for a, b in zip(self._position, before, strict=True))
        return self._position

    def _brake(self, dt: float) -> Joints:
        bounds = self._spec.max_acceleration_radps2
        self._velocity = tuple(
            math.copysign(max(abs(v) - _BRAKE_SHARE * a * dt, 0.0), v)
            for v, a in zip(self._velocity, bounds, strict=True)
        )
        limits = zip(
            self._position,
            self._velocity,
            self._spec.lower_rad,
            self._spec.upper_rad,
            strict=True,
        )
        self._position = tuple(min(max(q + v * dt, low), high) for q, v, low, high in limits)
        return self._position

    def _check(self, point: Point) -> None:
        expected = len(self._position)
        if len(point.positions) != expected:
            raise DriverError(f'expected {expected} joint positions, got {len(point.positions)}')
        if not all(map(math.isfinite, (point.at_s, *point.positions))):
            raise DriverError(f'expected finite joint positions, got {point.positions}')
        limits = zip(point.positions, self._spec.lower_rad, self._spec.upper_rad, strict=True)
        for joint, (q, low, high) in enumerate(limits):
            if not low <= q <= high:
                raise DriverError(
                    f'expected joint {joint + 1} in [{low:.3f}, {high:.3f}] rad, got {q:.3f}'
                )

    def _check_speed(self, ahead: Sequence[Point], now_s: float) -> None:
        at, position = now_s, self._position
        for point in ahead:
            dt = max(point.at_s - at, _EPS)
            for joint, (q, before) in enumerate(zip(point.positions, position, strict=True)):
                bound = self._spec.max_velocity_radps[joint] * _SPEED_SHARE
                if abs(q - before) > bound * dt + 1e-3:
                    raise DriverError(
                        f'expected joint {joint + 1} below {bound:.2f} rad/s, '
                        f'got {abs(q - before) / dt:.2f}'
                    )
            at, position = point.at_s, point.positions
