"""Trajectories keep their limits, end where they should, and follow their path."""

from __future__ import annotations

import numpy as np
import pytest

from llmagentos.errors import GateRejection
from llmagentos.motion.kinematics import Kinematics
from llmagentos.motion.paths import joint_line, tip_path
from llmagentos.motion.trajectory import stop_trajectory, time_path
from llmagentos.robots import ArmSpec
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.limits import MotionLimits, motion_limits
from llmagentos.types import Pose, RobotState

PERIOD_S = 1 / 60


def shares_of_limits(
    start: np.ndarray, positions: np.ndarray, limits: MotionLimits, kinematics: Kinematics
) -> tuple[float, float, float]:
    """Largest velocity, acceleration and tool speed as shares of their limits."""
    rest = np.vstack([start, start, positions, positions[-1:], positions[-1:]])
    velocity = np.diff(rest, axis=0) / PERIOD_S
    acceleration = np.diff(velocity, axis=0) / PERIOD_S
    tool = np.array([kinematics.tip_position(q) for q in rest])
    speed = np.linalg.norm(np.diff(tool, axis=0), axis=1) / PERIOD_S
    return (
        float(np.max(np.abs(velocity) / limits.velocity_radps)),
        float(np.max(np.abs(acceleration) / limits.acceleration_radps2)),
        float(np.max(speed) / limits.tool_speed_mps),
    )


@pytest.mark.parametrize("profile", ["sim", "careful"])
def test_random_ways_keep_their_limits(kinematics: Kinematics, profile: str) -> None:
    limits = motion_limits(kinematics.spec, profile)
    rng = np.random.default_rng(5)
    q = kinematics.home
    for _ in range(25):
        x, y = rng.uniform(0.33, 0.68), rng.uniform(-0.33, 0.33)
        yaw = kinematics.best_yaw(Pose((x, y, 0.02), rng.uniform(-3, 3)))
        here = kinematics.tip_pose(q)
        up = Pose((*here.position[:2], max(0.25, here.position[2])), here.yaw)
        ways = [up, Pose((x, y, 0.25), yaw), Pose((x, y, 0.02), yaw)]
        timed = time_path(tip_path(kinematics, q, ways, 0.08), limits, PERIOD_S)
        shares = shares_of_limits(q, timed.positions, limits, kinematics)
        assert max(shares) <= 1.0, shares
        q = timed.positions[-1]
        np.testing.assert_allclose(kinematics.tip_position(q), (x, y, 0.02), atol=1e-5)


def test_a_straight_line_is_straight(kinematics: Kinematics) -> None:
    start = kinematics.solve(Pose((0.4, -0.2, 0.1), 0.2))
    path = tip_path(kinematics, start, [Pose((0.6, 0.2, 0.1), 0.2)])
    timed = time_path(path, motion_limits(kinematics.spec, "sim"), PERIOD_S)
    tool = np.array([kinematics.tip_position(q) for q in timed.positions])
    along = np.array([0.2, 0.4, 0.0]) / np.hypot(0.2, 0.4)
    offset = tool - np.array([0.4, -0.2, 0.1])
    off_line = offset - np.outer(offset @ along, along)
    assert np.max(np.linalg.norm(off_line, axis=1)) < 1e-4
    assert np.all(np.diff(offset @ along) > -1e-9)


def test_a_rounded_corner_stays_near_the_corner(kinematics: Kinematics) -> None:
    start = kinematics.solve(Pose((0.4, 0.0, 0.02)))
    path = tip_path(kinematics, start, [Pose((0.4, 0.0, 0.2)), Pose((0.6, 0.0, 0.2))], 0.05)
    near = np.min(np.linalg.norm(path.tool - np.array([0.4, 0.0, 0.2]), axis=1))
    assert 0.005 < near < 0.03
    timed = time_path(path, motion_limits(kinematics.spec, "sim"), PERIOD_S)
    speeds = np.linalg.norm(
        np.diff([kinematics.tip_position(q) for q in timed.positions], axis=0), axis=1
    )
    assert np.min(speeds[5:-5]) > 1e-3, "it must not come to rest at the corner"


def test_joint_line_ends_at_its_goal(kinematics: Kinematics) -> None:
    goal = kinematics.solve(Pose((0.5, 0.3, 0.2)))
    limits = motion_limits(kinematics.spec)
    timed = time_path(joint_line(kinematics, kinematics.home, goal), limits, PERIOD_S)
    np.testing.assert_allclose(timed.positions[-1], goal, atol=1e-9)
    assert max(shares_of_limits(kinematics.home, timed.positions, limits, kinematics)) <= 1.0


def test_no_way_takes_no_time(kinematics: Kinematics) -> None:
    path = joint_line(kinematics, kinematics.home, kinematics.home)
    assert time_path(path, motion_limits(kinematics.spec, "sim"), PERIOD_S).duration_s == 0.0
    here = kinematics.tip_pose(kinematics.home)
    path = tip_path(kinematics, kinematics.home, [here, here], 0.05)
    assert time_path(path, motion_limits(kinematics.spec, "sim"), PERIOD_S).duration_s < 0.1


def test_stop_from_full_speed_is_short_and_inside_the_limits(spec: ArmSpec) -> None:
    limits, count = motion_limits(spec, "sim"), len(spec.joint_names)
    velocity = 0.9 * np.where(np.arange(count) % 2, -1.0, 1.0)
    start = np.array(spec.home_rad)
    timed = stop_trajectory(start, velocity, [0.0] * count, limits, PERIOD_S)
    assert timed.duration_s <= 0.3
    rates = np.diff(np.vstack([start, timed.positions]), axis=0) / PERIOD_S
    changes = np.diff(np.vstack([velocity, rates, np.zeros(count)]), axis=0) / PERIOD_S
    assert np.all(np.abs(changes) <= np.array(limits.acceleration_radps2) * 1.02)
    assert np.all(np.abs(changes[-1]) <= np.array(limits.acceleration_radps2))


def test_stop_at_rest_is_nothing(spec: ArmSpec) -> None:
    rest = [0.0] * len(spec.joint_names)
    timed = stop_trajectory(rest, rest, rest, motion_limits(spec, "sim"), PERIOD_S)
    assert len(timed.positions) == 0


def test_the_gate_passes_a_timed_way_and_its_profile_holds(kinematics: Kinematics) -> None:
    """What trajectories keep is what the gate measures, for every arm and profile."""
    spec = kinematics.spec
    for profile in spec.profiles:
        gate = MotionGate.of(spec, profile, kinematics.tip_position)
        goal = kinematics.solve(Pose((0.5, 0.2, 0.1)))
        path = joint_line(kinematics, kinematics.home, goal)
        timed = time_path(path, motion_limits(spec, profile), PERIOD_S)
        here = tuple(spec.home_rad)
        for q in timed.positions:
            state = RobotState(here, (0.0,) * len(here), spec.max_opening_m, 0.0)
            here = gate.check(q.tolist(), state, PERIOD_S)
        assert not gate.rejections
        with pytest.raises(GateRejection, match="velocity"):
            gate.check([q + 0.1 for q in here], state, PERIOD_S)
