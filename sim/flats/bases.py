"""Several bases in one flat: a driver for each, and one step for all.

Knows: bodies, wheels' words and scanners of each, what they touch, how near they are to each other. Does not
know: maps, ways, or who may go where.

As sim.arms for arms: each base's `advance` says that its period is commanded; `Bases.step` lets the period
pass for all. So drives, which are generators of periods, go side by side in one thread, and always the same way.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from llmagentos.errors import DriverError
from llmagentos.ports.driving import STILL, BaseDriver, LaserScan, Odometry, Velocity
from llmagentos.types import MapPose
from sim.flats.body import BaseBody
from sim.flats.drift import OdometryDrift, WheelOdometry
from sim.flats.lidar import Lidar
from sim.flats.world import FlatWorld

_PHYSICS_HZ = 240


class BaseOfSeveral(BaseDriver):
    """One base of a flat of several; see Bases."""

    def __init__(
        self, world: FlatWorld, name: str, body: BaseBody, seed: int, drift: float
    ) -> None:
        self.name, self.body, self._world = name, body, world
        rng = np.random.default_rng([seed, 0xBA5E])
        self._wheels = WheelOdometry(OdometryDrift.of_share(drift, rng), rng)
        self._lidar = Lidar(world.client, world.spec.scanner, rng)
        self._next = self._velocity = STILL
        self._scan_due_s = 0.0
        #: Whether this period was commanded.
        self.ready = False
        #: What it touched, and when; floor left out.
        self.contacts: list[tuple[float, str]] = []
        self._sense()

    @property
    def control_period_s(self) -> float:
        """See BaseDriver."""
        return self._world.control_period_s

    @property
    def now_s(self) -> float:
        """See BaseDriver."""
        return self._world.now_s

    def connect(self) -> None:
        """A base is connected as long as its world is there."""

    def disconnect(self) -> None:
        """The world is closed by whoever made it."""

    def odometry(self) -> Odometry:
        """See BaseDriver."""
        return Odometry(self._wheels.pose, self._velocity, self.now_s)

    def scan(self) -> LaserScan:
        """See BaseDriver; the other bases are in it."""
        return self._scan

    def send_velocity(self, velocity: Velocity) -> Velocity:
        """See BaseDriver."""
        if not (math.isfinite(velocity.forward_mps) and math.isfinite(velocity.turn_radps)):
            raise DriverError(f"expected finite velocities, got {velocity}")
        self._next = velocity
        return velocity

    def advance(self) -> None:
        """This period is commanded. DriverError where it was already: `Bases.step` comes between."""
        if self.ready:
            raise DriverError(
                f"expected a step of all bases after each period, got {self.name} again"
            )
        self.ready = True

    @property
    def truth(self) -> MapPose:
        """Where it really is."""
        return self.body.pose

    def begin_period(self) -> tuple[Velocity, float]:
        """What it drives in the period that begins, and how it is turned, rad."""
        velocity, self._next, self.ready = self._next, STILL, False
        self._velocity = velocity
        return velocity, self.body.pose.yaw_rad

    def end_period(self) -> None:
        """The period has passed: wheels and scanner tell."""
        period = self.control_period_s
        self._wheels.roll(self._velocity.forward_mps * period, self._velocity.turn_radps * period)
        self.body.roll_wheels(self._velocity, period)
        self._sense()

    def _sense(self) -> None:
        if self.now_s + 1e-9 >= self._scan_due_s:
            self._scan = self._lidar.turn(self.body.pose, self.now_s)
            self._scan_due_s += 1 / self._world.spec.scanner.rate_hz


class Bases:
    """All bases of a world, by name. starts: where each stands; the world's own base is the first of them. drift:
    the share by which wheels are wrong."""

    def __init__(
        self, world: FlatWorld, starts: Mapping[str, MapPose], seed: int = 0, drift: float = 0.05
    ) -> None:
        self.world = world
        bodies: dict[str, BaseBody] = {}
        for number, (name, start) in enumerate(starts.items()):
            bodies[name] = world.body if number == 0 else BaseBody(world.client, world.spec, start)
            bodies[name].put(start)
            world.note_name(bodies[name].body, name)
        self.drivers = {
            name: BaseOfSeveral(world, name, body, 100 * seed + number, drift)
            for number, (name, body) in enumerate(bodies.items())
        }

    def step(self) -> None:
        """One period for all."""
        moves = [(d.body, *d.begin_period()) for d in self.drivers.values()]

        def push(step: int) -> None:
            for body, velocity, yaw in moves:
                body.push(velocity, yaw + velocity.turn_radps * (step + 0.5) / _PHYSICS_HZ)

        self.world.let_pass(push)
        for driver in self.drivers.values():
            driver.end_period()
            for body in driver.body.touching():
                if self.world.name_of(body) != "floor":
                    driver.contacts.append((self.world.now_s, self.world.name_of(body)))

    def gap_m(self, within_m: float = 1.0) -> float:
        """How far the two nearest bases are apart, metres, by their collision shapes; `within_m` where they are
        farther; below 0: they touch."""
        least = within_m
        for one, other in combinations(self.drivers.values(), 2):
            points = self.world.client.getClosestPoints(one.body.body, other.body.body, within_m)
            least = min([least, *(p[8] for p in points)])
        return least
