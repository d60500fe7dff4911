"""Several arms in one world: a driver for each, in the frame of its own base, and one step for all.

Knows: which arm stands where, who has been commanded. Does not know: skills, or who may go where.

Each arm's `advance` says that its period is commanded; `Arms.step` lets the period pass for all. So skills,
which are generators of periods, are gone through side by side in one thread, and always the same way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from llmagentos.errors import DriverError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.types import RobotState, Scene
from sim.robot import ArmBody
from sim.scene import ArmPlace
from sim.truth_look import told_scene
from sim.world import PHYSICS_HZ, SimWorld


class ArmDriver(RobotDriver):
    """One arm of a world of several; see Arms."""

    def __init__(self, world: SimWorld, body: ArmBody, place: ArmPlace) -> None:
        self.name, self.body, self.place, self._world = place.name, body, place, world
        self._command: tuple[float, ...] | None = None
        self._gripper = (body.spec.max_opening_m, 20.0)
        #: Whether this period was commanded.
        self.ready = False

    def connect(self) -> None:
        """An arm is connected as long as its world is there."""

    def disconnect(self) -> None:
        """The world is closed by whoever made it."""

    @property
    def control_period_s(self) -> float:
        """See RobotDriver."""
        return self._world.control_period_s

    @property
    def now_s(self) -> float:
        """See RobotDriver."""
        return self._world.now_s

    def state(self) -> RobotState:
        """See RobotDriver; exact and now."""
        positions, velocities, width, effort = self.body.read()
        return RobotState(positions, velocities, width, self.now_s, effort, ())

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        """See RobotDriver."""
        self._command = self.body.clip(positions)
        return self._command

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        """See RobotDriver."""
        wanted = (float(width_m), float(force_n))
        if wanted != self._gripper:
            self.body.drive_gripper(*wanted)
            if width_m > self.body.opening_m():
                self.body.renew_wrong_contacts()
            self._gripper = wanted
        return min(max(wanted[0], 0.0), self.body.spec.max_opening_m)

    def advance(self) -> None:
        """This period is commanded. DriverError where it was already: `Arms.step` comes between."""
        if self.ready:
            raise DriverError(
                f"expected a step of all arms after each period, got {self.name} again"
            )
        self.ready = True

    def pass_on(self) -> None:
        """Give the motors what was commanded; without a command the last one is held."""
        if self._command is not None:
            self.body.drive(self._command, self.control_period_s, 1 / PHYSICS_HZ)
        else:
            self.body.hold()
        self._command, self.ready = None, False

    def scene(self) -> Scene:
        """The truth as this arm would see it from its base; for tests and trials, as oracle_scene. What
        another arm holds is left out: it is that arm's, and goes where that arm may."""
        bodies = [self._world.robot, *self._world.others.values()]
        theirs = {self._world.held_by(body) for body in bodies if body is not self.body}
        rows = []
        c, s = math.cos(self.place.yaw), math.sin(self.place.yaw)
        for row in self._world.objects():
            if row["id"] in theirs:
                continue
            x, y, z = row["position"]
            dx, dy = x - self.place.position[0], y - self.place.position[1]
            at = [c * dx + s * dy, -s * dx + c * dy, z]
            rows.append({**row, "position": at, "yaw": row["yaw"] - self.place.yaw})
        held = self._world.held_by(self.body)
        return told_scene(rows, held, self.body.spec.workspace, self.now_s)


class Arms:
    """Drivers of all arms of a world, by name. A world of one arm has one, "arm"."""

    def __init__(self, world: SimWorld) -> None:
        self.world = world
        places = world.scene.robots or [ArmPlace(name="arm", robot=world.scene.robot)]
        bodies = [world.robot, *world.others.values()]
        self.drivers = {p.name: ArmDriver(world, b, p) for p, b in zip(places, bodies, strict=True)}

    def step(self) -> None:
        """One period for all."""
        for driver in self.drivers.values():
            driver.pass_on()
        self.world.let_pass()

    def gap_m(self, within_m: float = 0.3) -> float:
        """How far the two nearest arms are apart, metres, by their collision shapes; `within_m` where
        they are farther; below 0: they touch."""
        least = within_m
        client = self.world.client
        for one, other in combinations(self.drivers.values(), 2):
            points = client.getClosestPoints(one.body.body, other.body.body, within_m)
            least = min([least, *(p[8] for p in points)])
        return least
