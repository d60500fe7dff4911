"""The arms that tests are run with, and a driver of any of them that needs no simulator."""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.errors import DriverError
from llmagentos.ports.hardware import RobotDriver
from llmagentos.robots import ArmSpec, load
from llmagentos.types import RobotState

PANDA: ArmSpec = load("panda")
UR5E: ArmSpec = load("ur5e")
#: Every arm that tests/motion must pass with: a redundant one and one with six joints.
ARMS = (PANDA, UR5E)
XARM7: ArmSpec = load("xarm7")


class FakeArm(RobotDriver):
    """Goes where it is told within one period. sent, widths: all that was commanded."""

    control_period_s = 1 / 60
    now_s = 0.0

    def __init__(self, spec: ArmSpec = UR5E) -> None:
        self.spec = spec
        self.positions: tuple[float, ...] = spec.home_rad
        self.width_m = spec.max_opening_m
        self.sent: list[tuple[float, ...]] = []
        self.widths: list[float] = []
        self._before, self._connected = self.positions, True

    def connect(self) -> None:
        self._connected = True

    def disconnect(self) -> None:
        self._connected = False

    def _check(self, values: Sequence[float], count: int) -> None:
        if not self._connected:
            raise DriverError("expected a connected arm, got one that was disconnected")
        if len(values) != count or not all(map(math.isfinite, values)):
            raise DriverError(f"expected {count} finite numbers, got {values}")

    def state(self) -> RobotState:
        self._check((), 0)
        pairs = zip(self._before, self.positions, strict=True)
        rates = tuple((b - a) / self.control_period_s for a, b in pairs)
        return RobotState(self.positions, rates, self.width_m, self.now_s)

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        self._check(positions, len(self.spec.joint_names))
        limits = zip(positions, self.spec.lower_rad, self.spec.upper_rad, strict=True)
        self._before = self.positions
        self.positions = tuple(min(max(float(q), low), high) for q, low, high in limits)
        self.sent.append(self.positions)
        return self.positions

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        self._check((width_m, force_n), 2)
        self.width_m = min(max(float(width_m), 0.0), self.spec.max_opening_m)
        self.widths.append(self.width_m)
        return self.width_m

    def advance(self) -> None:
        self._check((), 0)
        self.now_s += self.control_period_s
