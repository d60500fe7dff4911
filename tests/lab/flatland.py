"""A base in a flat world of cells: a BaseDriver without physics, for tests of what drives it.

Knows: a grid of walls, rays over it, exact wheels with errors in what they tell. Does not know:
PyBullet. `sim.flats` has the real thing; both pass tests/ports/test_driving_contract.py.
"""

from __future__ import annotations

import math

import numpy as np

from llmagentos.errors import DriverError
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.rays import cast
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.robots.bases import BaseSpec, load_base
from llmagentos.types import MapPose

PERIOD_S = 0.05


class Flatland(BaseDriver):
    """walls: bool [rows, columns] of `frame`. drift: (way, turn, turn a metre) of the wheels' word:
    shares, and rad/m. others: round things that move, a function of time giving (x, y, radius)s."""

    def __init__(
        self,
        walls: np.ndarray,
        frame: GridFrame,
        start: MapPose,
        spec: BaseSpec | None = None,
        drift: tuple[float, float, float] = (0.0, 0.0, 0.0),
        seed: int = 0,
        others=None,
    ) -> None:
        self.walls, self.frame, self.spec = walls, frame, spec or load_base()
        self.truth, self._drift = start, drift
        self._odom = MapPose(0.0, 0.0)
        self._rng = np.random.default_rng(seed)
        self._others = others or (lambda now_s: [])
        self._next, self._velocity = STILL, STILL
        self._now, self._open = 0.0, True
        #: Least distance between the body and anything, over all periods.
        self.least_m = math.inf
        self._scan = self._look()

    @property
    def control_period_s(self) -> float:
        return PERIOD_S

    @property
    def now_s(self) -> float:
        return self._now

    def connect(self) -> None:
        self._open = True

    def disconnect(self) -> None:
        self._open = False

    def _check(self) -> None:
        if not self._open:
            raise DriverError("expected a connected base, got one that is not")

    def odometry(self) -> Odometry:
        self._check()
        return Odometry(self._odom, self._velocity, self._now)

    def scan(self) -> LaserScan:
        self._check()
        return self._scan

    def send_velocity(self, velocity: Velocity) -> Velocity:
        self._check()
        if not (math.isfinite(velocity.forward_mps) and math.isfinite(velocity.turn_radps)):
            raise DriverError(f"expected finite velocities, got {velocity}")
        self._next = velocity
        return velocity

    def advance(self) -> None:
        self._check()
        v, w, dt = self._next.forward_mps, self._next.turn_radps, PERIOD_S
        self._velocity, self._next = self._next, STILL
        step = _arc(v * dt, w * dt)
        self.truth = self.truth.after(step)
        way, turn, veer = self._drift
        self._odom = self._odom.after(
            _arc(v * dt * (1 + way), w * dt * (1 + turn) + veer * abs(v) * dt)
        )
        self._now += dt
        if round(self._now / dt) % 2 == 0:
            self._scan = self._look()
        self.least_m = min(self.least_m, self._gap())

    def _gap(self) -> float:
        here = np.array([self.truth.x_m, self.truth.y_m])
        cells = np.argwhere(self.walls)
        gaps = [math.inf]
        if len(cells):
            off = np.abs(self.frame.centres(cells) - here) - self.frame.resolution_m / 2
            gaps.append(float(np.hypot(*np.maximum(off, 0.0).T).min()))
        for x, y, radius in self._others(self._now):
            gaps.append(math.hypot(here[0] - x, here[1] - y) - radius)
        return min(gaps) - self.spec.radius_m

    def _look(self) -> LaserScan:
        scanner = self.spec.scanner
        mount = MapPose(scanner.x_m, 0.0)
        eye = self.truth.after(mount)
        step = 2 * math.pi / scanner.rays
        angles = eye.yaw_rad - math.pi + step * np.arange(scanner.rays)
        ranges = cast(self.walls, self.frame, (eye.x_m, eye.y_m), angles, scanner.max_m)
        for x, y, radius in self._others(self._now):
            to = np.array([x - eye.x_m, y - eye.y_m])
            along = to @ np.array([np.cos(angles), np.sin(angles)])
            aside = np.hypot(*to) ** 2 - along**2
            hit = (along > 0) & (aside < radius**2)
            ranges = np.where(
                hit, np.minimum(ranges, along - np.sqrt(np.maximum(radius**2 - aside, 0))), ranges
            )
        met = ranges < scanner.max_m
        error = scanner.error_m + scanner.error_share * ranges
        ranges = np.where(met, ranges + self._rng.normal(0, 1, len(ranges)) * error, scanner.max_m)
        return LaserScan(ranges.astype(np.float32), -math.pi, step, scanner.max_m, self._now, mount)


def _arc(way_m: float, turn_rad: float) -> MapPose:
    if abs(turn_rad) < 1e-9:
        return MapPose(way_m, 0.0, turn_rad)
    r = way_m / turn_rad
    return MapPose(r * math.sin(turn_rad), r * (1 - math.cos(turn_rad)), turn_rad)


def rooms(resolution_m: float = 0.05) -> tuple[np.ndarray, GridFrame]:
    """Four rooms of a flat of 8 x 6 m around its middle, with doors of 0.9 m and some boxes."""
    frame = GridFrame.around((-4.0, -3.0), (4.0, 3.0), resolution_m)
    walls = np.zeros(frame.shape, dtype=bool)

    def wall(x0: float, y0: float, x1: float, y1: float, there: bool = True) -> None:
        (r0, c0), (r1, c1) = frame.cell(x0, y0), frame.cell(x1 - 1e-6, y1 - 1e-6)
        walls[max(r0, 0) : r1 + 1, max(c0, 0) : c1 + 1] = there

    wall(-4, -3, 4, -2.9), wall(-4, 2.9, 4, 3), wall(-4, -3, -3.9, 3), wall(3.9, -3, 4, 3)
    wall(-0.05, -3, 0.05, 3), wall(-4, -0.05, 4, 0.05)
    wall(-0.05, 1.0, 0.05, 1.9, False), wall(-0.05, -1.9, 0.05, -1.0, False)
    wall(-2.4, -0.05, -1.5, 0.05, False), wall(2.0, -0.05, 2.9, 0.05, False)
    wall(-3.9, 2.3, -3.0, 2.9), wall(1.0, 1.2, 1.6, 1.8), wall(3.2, -2.9, 3.9, -2.0)
    wall(-1.2, -1.6, -0.8, -1.2), wall(-3.9, -0.8, -3.5, -0.05)
    return walls, frame
