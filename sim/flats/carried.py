"""The arm on a base of a flat, as its driver commands it.

Knows: the arm's motors, and that the world's time passes with each of its periods. Does not know: the
base's wheels, flats, skills.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llmagentos.ports.hardware import RobotDriver
from llmagentos.types import RobotState
from sim.robot import ArmBody
from sim.torques import TorqueSense

#: So often the arm is commanded, and so often physics is computed, a second.
ARM_HZ, PHYSICS_HZ = 60, 240


class CarriedArm(RobotDriver):
    """Implements `llmagentos.ports.hardware.RobotDriver`. pass_time: lets the world's physics go so
    many steps on, by what it is given for one step; now_s: its clock."""

    def __init__(
        self,
        client: Any,
        body: ArmBody,
        pass_time: Callable[[int, Callable[[Callable[[], None]], None]], None],
        now_s: Callable[[], float],
    ) -> None:
        self.body, self._pass_time, self._now_s = body, pass_time, now_s
        self._torques = TorqueSense(client, body.body, body.joints)
        self._command: tuple[float, ...] | None = None
        self._gripper = (body.spec.max_opening_m, 20.0)
        self._holding = False

    def forget(self) -> None:
        """The arm was put elsewhere."""
        self._command, self._gripper = None, (self.body.spec.max_opening_m, 20.0)
        self._torques.forget()

    def connect(self) -> None:
        """An arm is connected as long as its world is there."""

    def disconnect(self) -> None:
        """The world is closed by whoever made it."""

    @property
    def control_period_s(self) -> float:
        """See RobotDriver."""
        return 1 / ARM_HZ

    @property
    def now_s(self) -> float:
        """See RobotDriver."""
        return self._now_s()

    def state(self) -> RobotState:
        """See RobotDriver; exact and now."""
        positions, velocities, width, effort = self.body.read()
        external = self._torques.external_nm
        return RobotState(positions, velocities, width, self.now_s, effort, external)

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
        """One control period of the whole world; the base stands with its brakes on."""
        if self._command is not None:
            self.body.drive(self._command, self.control_period_s, 1 / PHYSICS_HZ)
            self._command, self._holding = None, False
        else:
            self.rest()
        steps = PHYSICS_HZ // ARM_HZ
        self._pass_time(steps, lambda step: self._torques.period(step, steps, 1 / PHYSICS_HZ))

    def rest(self) -> None:
        """Keep the last target, while others let time pass."""
        if not self._holding:
            self.body.hold()
            self._holding = True
