"""A starved executor and a real simulated arm: lateness never looks like an arm that is held up.

The robot's clock goes on, as its pacing lets it, while the executor does not get the processor.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import numpy as np
import pytest
from lab.arms import PANDA
from llmagentos_ros.convert import joint_state_to_msg, to_seconds, to_time
from llmagentos_ros.driver import RosDriver
from llmagentos_ros.follower import Point, TrajectoryFollower
from llmagentos_ros.pacing import COMMAND_AGE_S
from trajectory_msgs.msg import JointTrajectory

from llmagentos.motion.kinematics import Kinematics
from llmagentos.safety.ages import AgeTimer
from llmagentos.skills.arm import Arm, BlockedError
from sim.scene import SceneSpec
from sim.world import SimWorld

#: Longest time without the processor, in periods; the robot waits before that.
_STARVED_PERIODS = 6


class StarvedArm:
    """The simulated arm as the robot_sim node has it. late: how often the executor is starved."""

    def __init__(self, late: float, silent_after: int = 0) -> None:
        self._chance = random.Random(7)
        self._late, self._silent_after, self._waits = late, silent_after, 0
        self.world = SimWorld(SceneSpec(), renderer="tiny")
        self._follower = TrajectoryFollower(self.world.state().positions, PANDA)
        self._stamp: float | None = None
        self.driver = RosDriver(
            self._on_trajectory,
            lambda width, force: None,
            lambda: self.now_s,
            spec=PANDA,
            clock_moved=self,  # type: ignore[arg-type]
            lookahead_s=0.1,
            joint_states=AgeTimer("joint states", 120.0),
            clock_age=AgeTimer("clock", 120.0),
        )
        self._pass_period()

    def __enter__(self) -> None:
        """As the condition that the driver waits on."""

    def __exit__(self, *exc: object) -> None:
        """As the condition that the driver waits on."""

    @property
    def now_s(self) -> float:
        return self.world.now_s + 100.0

    def wait(self, timeout_s: float) -> None:
        """The driver waits: time goes on, and further while it is starved."""
        self._pass_period()
        self._waits += 1
        if self._waits == self._silent_after:  # longer than anybody waits for it
            for _ in range(40):
                self._pass_period()
        if self._chance.random() < self._late:
            for _ in range(self._chance.randint(1, _STARVED_PERIODS)):
                # Time passes two periods at once at most.
                if self._stamp is not None and self.now_s - self._stamp > COMMAND_AGE_S + 1 / 60:
                    return
                self._pass_period()

    def _pass_period(self) -> None:
        world = self.world
        wanted = self._follower.sample(self.now_s + world.control_period_s)
        world.send_joint_positions(wanted)
        world.advance()
        msg = joint_state_to_msg(world.state(), PANDA, "panda_link0")
        msg.header.stamp = to_time(self.now_s)
        self.driver.on_joint_state(msg)

    def _on_trajectory(self, msg: JointTrajectory) -> None:
        start = to_seconds(msg.header.stamp)
        points = [
            Point(
                start + p.time_from_start.sec + p.time_from_start.nanosec * 1e-9,
                tuple(p.positions),
            )
            for p in msg.points
        ]
        self._follower.accept(points, self.now_s)  # DriverError where the arm would be jolted
        pairs = zip(points[0].positions, points[-1].positions, strict=True)
        moves = max(abs(a - b) for a, b in pairs) > 0.01
        self._stamp = start if moves else None


def goals() -> Iterator[np.ndarray]:
    """Half the reach of every joint, the wrist to and fro."""
    rng = np.random.default_rng(3)
    for turn in (1.8, -1.8, 1.2, -0.6):
        goal = np.array(PANDA.home_rad) + rng.uniform(-0.5, 0.5, 7)
        goal[3], goal[6] = np.clip(goal[3], -2.9, -0.3), turn
        yield goal


def worst_lag(rig: StarvedArm) -> float:
    """Follow paths at the profile's speed; rad. BlockedError where the arm seems to be held up."""
    arm, worst = Arm(rig.driver, Kinematics(PANDA), "sim"), 0.0
    try:
        for goal in goals():
            for _ in arm.to_joints(goal):
                assert rig.driver.follows.problem == ""
                lag = np.abs(arm.joints - np.array(rig.driver.state().positions))
                worst = max(worst, float(np.max(lag)))
    finally:
        rig.world.close()
    return worst


class DeafArm(StarvedArm):
    """Its driver takes trajectories and does nothing with them."""

    def _on_trajectory(self, msg: JointTrajectory) -> None:
        pass


@pytest.mark.parametrize("turn_rad", [0.04, 0.5])
def test_an_arm_that_never_follows_is_told(turn_rad: float) -> None:
    """A short way is over before the arm could be called held up; then what it rests at tells."""
    rig = DeafArm(0.0)
    arm, goal = Arm(rig.driver, Kinematics(PANDA), "sim"), np.array(PANDA.home_rad)
    goal[0] += turn_rad
    with contextlib.suppress(BlockedError):
        for _ in arm.to_joints(goal):
            pass
        for _ in arm.hold(0.5):
            pass
    rig.world.close()
    assert "joints that stand still" in rig.driver.follows.problem
    rig.driver.follows.begin()
    assert rig.driver.follows.problem == ""


@pytest.mark.parametrize("late", [0.0, 0.2, 1.0])
def test_a_starved_executor_moves_the_arm_evenly(late: float) -> None:
    """With jumps in its commands the wrist was seen to be 0.12 to 0.7 rad behind."""
    assert worst_lag(StarvedArm(late)) < 0.05


def test_a_stream_that_broke_in_mid_motion_goes_on() -> None:
    """Longer than the robot waits: it braked, goes back to its path, and follows it to the end."""
    rig = StarvedArm(0.0, silent_after=40)
    assert worst_lag(rig) < 0.05
    assert rig.driver.broken_streams == 1
