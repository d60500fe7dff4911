"""Waiting for fingers that begin to move late, as over a network."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lab.arms import PANDA

from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.hardware import RobotDriver
from llmagentos.skills.arm import Arm
from llmagentos.types import RobotState

PERIOD = 1 / 60


class LateGripper(RobotDriver):
    """A driver whose fingers begin to close `late_s` after the command, at 0.1 m/s."""

    control_period_s = PERIOD
    now_s = 0.0

    def __init__(self, late_s: float) -> None:
        self.now_s, self._late_s = 0.0, late_s
        self._width, self._goal, self._moves_at = 0.08, 0.08, 0.0

    def state(self) -> RobotState:
        return RobotState(PANDA.home_rad, (0.0,) * 7, self._width, self.now_s)

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        return tuple(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        self._goal, self._moves_at = width_m, self.now_s + self._late_s
        return width_m

    def advance(self) -> None:
        self.now_s += PERIOD
        if self.now_s >= self._moves_at:
            self._width = max(self._goal, self._width - 0.1 * PERIOD)


@pytest.mark.parametrize("late_s", [0.0, 0.1, 0.2, 0.4])
def test_fingers_that_move_late_are_waited_for(late_s: float) -> None:
    driver = LateGripper(late_s)
    for _ in Arm(driver, Kinematics(PANDA), "sim", gripper_latency_s=late_s).grip(0.03):
        pass
    assert driver.state().gripper_width_m == pytest.approx(0.03, abs=1e-3)


def test_fingers_that_never_move_are_given_up() -> None:
    driver = LateGripper(1e9)
    for _ in Arm(driver, Kinematics(PANDA), "sim", gripper_latency_s=0.2).grip(0.03):
        pass
    assert 0.2 < driver.now_s < 1.5
