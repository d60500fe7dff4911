"""Kinematics against PyBullet's own Panda, over the workspace, and at its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lab.arms import PANDA

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.types import Pose


def test_forward_kinematics_matches_pybullet_data() -> None:
    kinematics = Kinematics(PANDA)
    pybullet = pytest.importorskip("pybullet")
    pybullet_data = pytest.importorskip("pybullet_data")
    client = pybullet.connect(pybullet.DIRECT)
    try:
        body = pybullet.loadURDF(
            f"{pybullet_data.getDataPath()}/franka_panda/panda.urdf",
            useFixedBase=True,
            physicsClientId=client,
        )
        rng = np.random.default_rng(3)
        for _ in range(100):
            q = rng.uniform(kinematics.lower, kinematics.upper)
            for joint in range(len(q)):
                pybullet.resetJointState(body, joint, q[joint], physicsClientId=client)
            link = pybullet.getLinkState(
                body, 11, computeForwardKinematics=True, physicsClientId=client
            )
            ours = kinematics.tip_placement(q)
            np.testing.assert_allclose(ours.translation, link[4], atol=1e-6)
            matrix = np.array(pybullet.getMatrixFromQuaternion(link[5])).reshape(3, 3)
            np.testing.assert_allclose(ours.rotation, matrix, atol=1e-6)
    finally:
        pybullet.disconnect(client)


def test_every_pose_over_the_workspace_is_solved(kinematics: Kinematics) -> None:
    for x in np.linspace(0.30, 0.70, 5):
        for y in np.linspace(-0.35, 0.35, 7):
            for z in (0.01, 0.12, 0.25):
                for yaw in (-1.2, 0.0, 0.8, 1.5):
                    pose = Pose((float(x), float(y), z), yaw)
                    pose = Pose(pose.position, kinematics.best_yaw(pose))
                    if math.hypot(x, y) < 0.31 and z > 0.1:
                        continue  # the arm's own base: it cannot fold any tighter
                    q = kinematics.solve(pose)
                    assert np.all(q >= kinematics.lower) and np.all(q <= kinematics.upper)
                    there = kinematics.tip_pose(q)
                    np.testing.assert_allclose(there.position, pose.position, atol=1e-5)
                    assert abs(wrap_angle(there.yaw - pose.yaw)) < 1e-5
                    assert kinematics.tilt(q) < 1e-4


def test_solution_depends_on_the_pose_alone(kinematics: Kinematics) -> None:
    pose = Pose((0.5, 0.1, 0.1), 0.3)
    np.testing.assert_array_equal(kinematics.solve(pose), Kinematics(kinematics.spec).solve(pose))


def test_out_of_reach_is_an_error_with_the_distance_left(kinematics: Kinematics) -> None:
    with pytest.raises(UnreachableError, match="nearest solution is 0"):
        kinematics.solve(Pose((1.2, 0.0, 0.1)))


def test_wrong_number_of_joints_is_an_error(kinematics: Kinematics) -> None:
    count = len(kinematics.spec.joint_names)
    with pytest.raises(ValueError, match=f"expected {count} joint positions, got {count - 1}"):
        kinematics.tip_position([0.0] * (count - 1))


def test_yaw_counts_on_with_the_wrist(kinematics: Kinematics) -> None:
    q = kinematics.home.copy()
    whole = kinematics.tip_pose(q).yaw + q[-1]
    for wrist in np.linspace(-2.7, 2.7, 9):
        q[-1] = wrist
        assert kinematics.tip_pose(q).yaw == pytest.approx(whole - wrist, abs=1e-4)


def test_the_pandas_yaw_is_a_half_quarter_off_its_wrist() -> None:
    kinematics = Kinematics(PANDA)
    assert kinematics.tip_pose([0, *PANDA.home_rad[1:-1], 0]).yaw == pytest.approx(math.pi / 4)


def test_a_solution_follows_its_seed(kinematics: Kinematics) -> None:
    """From the joints of a pose the way to its neighbour is short."""
    rng = np.random.default_rng(7)
    for _ in range(50):
        x, y = rng.uniform(0.35, 0.65), rng.uniform(-0.3, 0.3)
        pose = Pose((x, y, rng.uniform(0.02, 0.2)), rng.uniform(-1, 1))
        pose = Pose(pose.position, kinematics.best_yaw(pose))
        q = kinematics.solve(pose)
        near = Pose((x + 0.005, y, pose.position[2]), pose.yaw)
        assert np.max(np.abs(kinematics.track(near, q) - q)) < 0.1


def test_only_an_arm_with_a_joint_too_many_swings_its_elbow_out(kinematics: Kinematics) -> None:
    pose = Pose((0.45, 0.1, 0.1), 0.0)
    pose = Pose(pose.position, kinematics.best_yaw(pose))
    redundant = len(kinematics.spec.joint_names) > 6
    assert kinematics.swivels == ((0, 1, -1) if redundant else (0,))
    for swivel in kinematics.swivels:
        q = kinematics.solve(pose, swivel=swivel)
        np.testing.assert_allclose(kinematics.tip_position(q), pose.position, atol=1e-5)
    if not redundant:
        with pytest.raises(ValueError, match=r"expected a swivel out of \(0,\), got 1"):
            kinematics.solve(pose, swivel=1)


def test_reaching_down_is_what_solving_says(kinematics: Kinematics) -> None:
    """The planar shortcut and inverse kinematics from the rest posture agree but for the edge."""
    rng, agreed = np.random.default_rng(2), 0
    for _ in range(100):
        pose = Pose((rng.uniform(0.15, 1.0), rng.uniform(-0.4, 0.4), 0.05), 0.0)
        pose = Pose(pose.position, kinematics.best_yaw(pose))
        try:
            kinematics.solve(pose)
            solved = True
        except UnreachableError:
            solved = False
        down = kinematics.reaches_down_to(pose, from_above_m=0.0)
        assert solved or not down, pose
        agreed += solved == down
    assert agreed > 85


def test_the_home_pose_points_straight_down(kinematics: Kinematics) -> None:
    assert kinematics.tilt(kinematics.home) < 1e-4
    assert kinematics.reaches_down_to(kinematics.tip_pose(kinematics.home), 0.0)


@pytest.mark.parametrize("angle", [-7.0, -math.pi, 0.0, 3.0, math.pi, 9.0])
def test_wrap_angle(angle: float) -> None:
    wrapped = wrap_angle(angle)
    assert -math.pi < wrapped <= math.pi
    assert math.cos(wrapped) == pytest.approx(math.cos(angle))
    assert math.sin(wrapped) == pytest.approx(math.sin(angle), abs=1e-12)
