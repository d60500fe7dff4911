"""A base period by period: a command, a period, and what was sensed after it.

Knows: driver, where the robot is, what stands around now; plain moves by the wheels' word. Does not
know: goals, ways.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Protocol, TypeVar

import numpy as np

from llmagentos.navigation.live import LiveObstacles
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec
from llmagentos.types import MapPose, wrapped

_T = TypeVar("_T")
#: What takes time on a base: every `yield` is one control period; its value comes at the end.
Periods = Generator[None, None, _T]

#: Standing for so long without being told to is being stuck.
STUCK_S = 1.2
_STUCK_MPS, _STUCK_RADPS = 0.02, 0.05
_BACK_MPS = 0.12


class Locating(Protocol):
    """Who says where the robot is: `localization` on a map, `slam` while it makes one."""

    is_lost: bool

    @property
    def pose(self) -> MapPose:
        """Where it believes to stand now."""
        ...

    def pose_at(self, stamp_s: float) -> MapPose:
        """Where it believes to have been a moment ago."""
        ...

    def update(self, odometry: Odometry, scan: LaserScan) -> MapPose:
        """Take in what was sensed; returns the pose."""
        ...


class Rolling:
    """driver: gated. Public fields are of the last period: `last` the velocity that was sent,
    `beside_m` from the body to the nearest thing, `scan_s` the stamp of the last scan, `still_s` for
    how long it has stood without being told to."""

    def __init__(
        self,
        driver: BaseDriver,
        spec: BaseSpec,
        profile: BaseProfile,
        locating: Locating,
        live: LiveObstacles,
    ) -> None:
        self.driver, self.spec, self.profile = driver, spec, profile
        self.locating, self.live = locating, live
        self.last = STILL
        self.beside_m = math.inf
        self.scan_s = -math.inf
        self.still_s = 0.0

    def period(self, wanted: Velocity) -> Periods[None]:
        """One period with a velocity that the gate may cut."""
        sent = self.driver.send_velocity(wanted)
        self.last = sent
        wants = wanted != STILL
        stands = abs(sent.forward_mps) < _STUCK_MPS and abs(sent.turn_radps) < _STUCK_RADPS
        period = self.driver.control_period_s
        self.still_s = self.still_s + period if wants and stands else 0.0
        self.driver.advance()
        yield
        self.look()

    def look(self) -> None:
        """Take in what was sensed last; `period` does."""
        odometry = self.driver.odometry()
        scan = self.driver.scan().off_body(self.spec.radius_m)
        self.locating.update(odometry, scan)
        if scan.stamp_s == self.scan_s:
            return
        self.scan_s = scan.stamp_s
        points = scan.points_m()
        away = np.hypot(points[:, 0], points[:, 1]) - self.spec.radius_m
        self.beside_m = float(away.min(initial=math.inf))
        if not self.locating.is_lost:
            self.live.add(scan, self.locating.pose_at(scan.stamp_s))

    def stand(self) -> Periods[None]:
        """Brake until it stands."""
        while True:
            yield from self.period(STILL)
            if self.last == STILL:
                return

    def straight(self, way_m: float, speed: float = 1.0) -> Periods[bool]:
        """Drive straight ahead, back where negative, by the wheels' word. Returns whether it got
        there: False where the gate held it."""
        start = self.driver.odometry().pose
        most = self.profile.forward_mps if way_m > 0 else min(self.profile.backward_mps, _BACK_MPS)
        self.still_s = 0.0
        while True:
            gone = self.driver.odometry().pose.seen_from(start).x_m
            left = abs(way_m) - math.copysign(gone, way_m * gone)
            if left <= 0.005 or self.still_s > STUCK_S:
                yield from self.stand()
                return left <= 0.03
            rate = min(speed * most, math.sqrt(self.profile.acceleration_mps2 * left))
            yield from self.period(Velocity(math.copysign(max(rate, 0.02), way_m), 0.0))

    def turn(self, turn_rad: float, most_radps: float | None = None) -> Periods[bool]:
        """Turn on the spot, counter-clockwise positive, by the wheels' word."""
        most = min(most_radps or math.inf, self.profile.turn_radps)
        before, turned = self.driver.odometry().pose.yaw_rad, 0.0
        while True:
            yaw = self.driver.odometry().pose.yaw_rad
            turned += wrapped(yaw - before)
            before = yaw
            left = abs(turn_rad) - math.copysign(turned, turn_rad * turned)
            if left <= 0.01:
                yield from self.stand()
                return True
            rate = min(most, math.sqrt(self.profile.turn_acceleration_radps2 * left))
            yield from self.period(Velocity(0.0, math.copysign(max(rate, 0.05), turn_rad)))
