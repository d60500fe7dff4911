"""A motion that is blocked half-way: the arm comes to rest, and the next try may begin."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lab.arms import PANDA

from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.ports.hardware import RobotDriver
from llmagentos.ports.skills import SkillStatus
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills import MotionSkills
from llmagentos.types import Action, RobotState, Scene, Workspace

PERIOD = 1 / 60


class LaggingArm(RobotDriver):
    """Follows exactly; for a moment in mid-motion it stays behind, as over a slow network."""

    control_period_s = PERIOD
    now_s = 0.0

    def __init__(self) -> None:
        self.now_s, self.lagging, self.lagged = 0.0, False, 0
        self._path = [(0.6, *PANDA.home_rad[1:])]

    def state(self) -> RobotState:
        late = 4 if self.lagging else 1
        positions = self._path[max(0, len(self._path) - late)]
        before = self._path[max(0, len(self._path) - late - 1)]
        rates = tuple((a - b) / PERIOD for a, b in zip(positions, before, strict=True))
        return RobotState(positions, rates, 0.08, self.now_s)

    def send_joint_positions(self, positions: Sequence[float]) -> tuple[float, ...]:
        self._path.append(tuple(positions))
        return tuple(positions)

    def send_gripper(self, width_m: float, force_n: float = 20.0) -> float:
        return width_m

    def advance(self) -> None:
        self.now_s += PERIOD
        speed = abs(self._path[-1][0] - self._path[max(0, len(self._path) - 2)][0]) / PERIOD
        self.lagging = speed > 1.6 and self.lagged < 3
        self.lagged += self.lagging


def test_a_blocked_motion_ramps_down_and_the_next_one_begins() -> None:
    driver, kinematics = LaggingArm(), Kinematics(PANDA)
    gate = MotionGate.of(PANDA, "sim", kinematics.tip_position)
    scene = Scene((), 0.0, Workspace())
    skills = MotionSkills(GatedDriver(driver, gate), lambda: scene, kinematics, "sim")
    reasons = []
    for _ in range(2):
        skills.start(Action("home"))
        report = skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = skills.tick()
        reasons.append(report.failure)
        assert max(map(abs, driver.state().velocities)) < 0.01
    assert reasons == [Failure.BLOCKED, None], gate.rejections
    assert set(gate.rejections) <= {"contact"}
    assert driver.state().positions == pytest.approx(PANDA.home_rad, abs=0.02)


def test_the_next_motion_begins_where_the_driver_came_to_rest_by_itself() -> None:
    """As after a stop while this thread was late: the keeper braked, and nobody here heard of it."""
    driver, kinematics = LaggingArm(), Kinematics(PANDA)
    driver.lagged = 3  # it follows
    gate = MotionGate.of(PANDA, "sim", kinematics.tip_position)
    gated = GatedDriver(driver, gate)
    skills = MotionSkills(gated, lambda: Scene((), 0.0, Workspace()), kinematics, "sim")
    skills.start(Action("home"))
    for _ in range(4):
        skills.tick()
    left = driver.state().positions
    while not gated.rests:
        gated.keep()
    assert abs(driver.state().positions[0] - left[0]) > 0.004, "more than a step from rest"
    skills.start(Action("home"))
    while (report := skills.tick()).status is SkillStatus.RUNNING:
        pass
    assert report.status is SkillStatus.SUCCEEDED, report
    assert not gate.rejections
