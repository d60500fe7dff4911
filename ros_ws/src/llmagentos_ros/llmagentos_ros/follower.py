# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Follows joint trajectories as ros2_control's joint trajectory controller does.

Knows: points with times, limits, and to hold when the stream ends in mid-motion.
Does not know: ROS messages, the simulator.

Between points it interpolates linearly, as the controller does for points without velocities. A
new trajectory replaces the old one from the position that is commanded at that moment. Silence
means stop: at the last point the arm stops and holds, as under that controller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import itertools
import math

from llmagentos.errors import DriverError
from llmagentos.robots import ArmSpec

Joints = tuple[float, ...]

#: Points may come this late and are still caught up, seconds.
_LATE_S = 0.25
#: A point may ask for this share of the velocity limit; jitter of stamps is not speeding.
_SPEED_SHARE = 1.5
#: A clock that is set back further than this makes the times of points mean nothing, seconds.
_BACK_S = 1.0
_EPS = 1e-9


@dataclass(frozen=True)
class Point:
    """Joint positions (rad) to be reached at a time (s on the robot's clock)."""

    at_s: float
    positions: Joints


class TrajectoryFollower:
    """The commanded joint positions over time."""

    def __init__(self, start: Sequence[float], spec: ArmSpec) -> None:
        self._spec = spec
        self._points: list[Point] = []
        self._position: Joints = tuple(start)
        #: Where the present segment began; the position to hold once no point is ahead.
        self._from = Point(-math.inf, self._position)
        self._now_s: float | None = None

    @property
    def moving(self) -> bool:
        """Whether points are still ahead, or the last one is not reached yet."""
        return bool(self._points) or self._position != self._from.positions

    def reset(self, start: Sequence[float]) -> None:
        """Hold `start`; forget everything."""
        self.__init__(start, self._spec)  # type: ignore[misc]

    def accept(self, points: Sequence[Point], now_s: float) -> None:
        """
        Replace what is still ahead.

        Raises DriverError, and changes nothing, for a wrong number of joints, NaN, positions out
        of range, times that do not rise, points that are too far apart, or points that all lie
        in the past.
        """
        if not points:
            return
        for point in points:
            self._check(point)
        for earlier, later in itertools.pairwise(points):
            if later.at_s <= earlier.at_s:
                raise DriverError(
                    f'expected rising times, got {later.at_s:.3f} s after {earlier.at_s:.3f} s'
                )
        late = now_s - points[-1].at_s
        if late > _LATE_S:
            raise DriverError(f'expected a point in the future, got all {late:.3f} s ago')
        self._follow_clock(now_s)
        # The commanded position belongs to the moment of the last sample.
        begun = now_s if self._now_s is None else min(self._now_s, now_s)
        ahead = [p for p in points if p.at_s > begun + _EPS] or [points[-1]]
        self._check_speed(ahead, begun)
        self._from = Point(begun, self._position)
        self._points = ahead

    def sample(self, now_s: float) -> Joints:
        """
        Return the commanded positions at `now_s`; call it with rising times.

        A clock that was set back ends the trajectory: the arm holds.
        """
        self._follow_clock(now_s)
        dt = 0.0 if self._now_s is None else max(0.0, now_s - self._now_s)
        self._now_s = now_s
        while self._points and self._points[0].at_s <= now_s + _EPS:
            self._from = self._points.pop(0)
        wanted = self._from.positions
        if self._points:
            begin, end = self._from, self._points[0]
            share = (now_s - begin.at_s) / max(end.at_s - begin.at_s, _EPS)
            pairs = zip(begin.positions, end.positions, strict=True)
            wanted = tuple(a + (b - a) * share for a, b in pairs)
        # What came late is caught up at the joints' own speed, not at once.
        bounds = zip(wanted, self._position, self._spec.max_velocity_radps, strict=True)
        self._position = tuple(
            min(max(q, before - v * dt), before + v * dt) for q, before, v in bounds
        )
        return self._position

    def _follow_clock(self, now_s: float) -> None:
        if self._now_s is not None and now_s < self._now_s - _BACK_S:
            self._points, self._from = [], Point(now_s, self._position)
            self._now_s = now_s

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
        # The first point may be late, which is caught up; the rest must be honest.
        at, position, slack = now_s, self._position, _LATE_S
        for point in ahead:
            dt = max(point.at_s - at, _EPS) + slack
            for joint, (q, before) in enumerate(zip(point.positions, position, strict=True)):
                bound = self._spec.max_velocity_radps[joint] * _SPEED_SHARE
                if abs(q - before) > bound * dt + 1e-3:
                    raise DriverError(
                        f'expected joint {joint + 1} below {bound:.2f} rad/s, '
                        f'got {abs(q - before) / dt:.2f}'
                    )
            at, position, slack = point.at_s, point.positions, 0.0
