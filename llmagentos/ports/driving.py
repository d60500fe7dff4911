"""What a base that drives offers to the core: wheels, odometry, a laser scanner.

Knows: the calls, and the values they pass. Does not know: PyBullet, ROS, maps, places.

Planar values: x forward, y left, turns counter-clockwise from above; metres, radians, seconds. The
frames are REP 105's: "map" stays with the building, "odom" drifts with the wheels, "base" is the
robot's own, its origin between the driven wheels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import MapPose


@dataclass(frozen=True)
class Velocity:
    """Of a base with two driven wheels: forward (negative: backward), and turning."""

    forward_mps: float = 0.0
    turn_radps: float = 0.0


STILL = Velocity()


@dataclass(frozen=True)
class Odometry:
    """What the wheels say. pose: in the frame "odom"; its error grows with the way."""

    pose: MapPose
    velocity: Velocity
    stamp_s: float


@dataclass(frozen=True)
class LaserScan:
    """One turn of a planar scanner.

    ranges_m: float32 [N], counter-clockwise, the first at `first_rad`, `step_rad` apart; a range
    that is not finite, or `max_m` or more, says that nothing was met within `max_m`; one of 0 or
    less, or NaN, that the scanner got no answer. mount: the scanner in the frame "base".
    """

    ranges_m: NDArray[np.float32]
    first_rad: float
    step_rad: float
    max_m: float
    stamp_s: float
    mount: MapPose = field(default=MapPose(0.0, 0.0))

    @property
    def angles_rad(self) -> NDArray[np.float64]:
        """The rays' directions in the frame "base", [N]."""
        rays = np.arange(len(self.ranges_m))
        angles: NDArray[np.float64] = (
            self.mount.yaw_rad + self.first_rad + self.step_rad * rays.astype(np.float64)
        )
        return angles

    def covers(self, heading_rad: float, half_rad: float = 0.0) -> bool:
        """Whether rays go to a heading in the frame "base", and so far to both sides of it; whether
        they got an answer is not asked."""
        span = self.step_rad * len(self.ranges_m)
        if span + self.step_rad / 2 >= 2 * math.pi:
            return True
        first = self.mount.yaw_rad + self.first_rad - self.step_rad / 2
        return (heading_rad - half_rad - first) % (2 * math.pi) + 2 * half_rad <= span

    def off_body(self, radius_m: float) -> LaserScan:
        """The same without rays that end inside the body (a circle of radius_m round the base): what
        lies on it goes with it, and is no part of where it is. They count as without an answer."""
        ranges = self.ranges_m.astype(np.float64)
        x = self.mount.x_m + ranges * np.cos(self.angles_rad)
        y = self.mount.y_m + ranges * np.sin(self.angles_rad)
        with np.errstate(invalid="ignore"):
            own = np.hypot(x, y) < radius_m
        return replace(self, ranges_m=np.where(own, np.float32(0.0), self.ranges_m))

    def points_m(self) -> NDArray[np.float64]:
        """What was met, frame "base", [M, 2] with M <= N."""
        ranges = self.ranges_m.astype(np.float64)
        with np.errstate(invalid="ignore"):
            met = (ranges > 0) & (ranges < self.max_m)
        angles, ranges = self.angles_rad[met], ranges[met]
        mount = (self.mount.x_m, self.mount.y_m)
        heading = np.column_stack([np.cos(angles), np.sin(angles)])
        points: NDArray[np.float64] = np.asarray(
            heading * ranges[:, None] + mount, dtype=np.float64
        )
        return points


@runtime_checkable
class BaseDriver(Protocol):
    """A round base with two driven wheels, commanded by velocities.

    As `ports.hardware.RobotDriver`: used between `connect` and `disconnect`; what `send_velocity`
    returns is what was really sent; a value that is not finite raises DriverError and sends nothing.
    A period without a command is a command to stand: the base brakes. Every call raises DriverError
    while the driver is not connected.
    """

    @property
    def control_period_s(self) -> float:
        """Time that one `advance()` lets pass, seconds."""
        ...

    @property
    def now_s(self) -> float:
        """The driver's clock, seconds, monotonic."""
        ...

    def connect(self) -> None:
        """Get ready to be used; again while connected: nothing. DriverError if it cannot."""

    def disconnect(self) -> None:
        """Send nothing more and give back what `connect` took; again: nothing. Never raises."""

    def odometry(self) -> Odometry:
        """What the wheels said last."""
        ...

    def scan(self) -> LaserScan:
        """The last whole turn of the scanner; its stamp tells how old it is."""
        ...

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """Command a velocity for the next period; returns the one sent, inside the base's limits.

        Raises DriverError, or from a gated driver GateRejection, and StoppedError while the
        supervisor lets nothing move; nothing is sent then.
        """
        ...

    def advance(self) -> None:
        """Let one control period pass."""
        ...


@runtime_checkable
class Lift(Protocol):
    """What raises the arm's foot on a base; time passes with the base's driver."""

    @property
    def range_m(self) -> tuple[float, float]:
        """From where to where it goes, metres over the floor."""
        ...

    @property
    def height_m(self) -> float:
        """Where the arm's foot is now, metres over the floor."""
        ...

    def raise_to(self, height_m: float) -> float:
        """Aim at a height, until another call; returns the one inside the range that it aims at.
        Raises DriverError, and from a gated one StoppedError while nothing may move."""
        ...
