"""Five joints: a hand that turns and leans in the arm's plane, and what it cannot do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.motion.paths import tip_path
from llmagentos.robots import load
from llmagentos.types import Pose

SO101 = load("so101")


@pytest.fixture(scope="module")
def kinematics() -> Kinematics:
    return Kinematics(SO101)


def _poses(kinematics: Kinematics, heights: tuple[float, ...]) -> list[Pose]:
    area, found = SO101.workspace, []
    for x in np.linspace(area.x_min, area.x_max, 4):
        for y in np.linspace(area.y_min, area.y_max, 5):
            for z in heights:
                for yaw in (-1.2, 0.0, 0.8, 1.5):
                    pose = Pose((float(x), float(y), z), yaw)
                    found.append(Pose(pose.position, kinematics.best_yaw(pose)))
    return found


def test_every_yaw_is_given_over_the_work_area(kinematics: Kinematics) -> None:
    for pose in _poses(kinematics, (0.01, 0.04, 0.07)):
        q = kinematics.solve(pose)
        assert np.all(q >= kinematics.lower) and np.all(q <= kinematics.upper)
        there = kinematics.tip_pose(q)
        np.testing.assert_allclose(there.position, pose.position, atol=1e-5)
        assert abs(wrap_angle(there.yaw - pose.yaw)) < 1e-5
        assert kinematics.tilt(q) < 1e-4


def test_the_hand_is_upright_where_it_can_be(kinematics: Kinematics) -> None:
    near, far = Pose((0.2, 0.0, 0.02)), Pose((0.2, 0.0, 0.12))
    assert kinematics.lean(near) == 0.0
    assert kinematics.tip_placement(kinematics.solve(near)).rotation[2, 2] < -1 + 1e-9
    lean = kinematics.lean(far)
    assert 0.1 < lean <= SO101.lean_rad
    axis = kinematics.tip_placement(kinematics.solve(far)).rotation[:, 2]
    assert axis == pytest.approx([math.sin(lean), 0.0, -math.cos(lean)], abs=1e-5)


def test_the_lean_does_not_jump(kinematics: Kinematics) -> None:
    heights = np.linspace(0.01, 0.13, 121)
    leans = [kinematics.lean(Pose((0.24, 0.08, float(z)))) for z in heights]
    assert leans[0] == 0.0 and leans[-1] > 0.2
    assert np.max(np.abs(np.diff(leans))) < 0.03


def test_a_way_up_and_across_is_followed(kinematics: Kinematics) -> None:
    start = kinematics.solve(Pose((0.27, -0.1, 0.01)))
    ways = [Pose((0.27, -0.1, 0.08)), Pose((0.18, 0.12, 0.08), 0.5), Pose((0.18, 0.12, 0.01), 0.5)]
    path = tip_path(kinematics, start, ways, blend_m=0.02)
    end = kinematics.tip_pose(path.joints[-1])
    np.testing.assert_allclose(end.position, ways[-1].position, atol=1e-5)
    assert np.max(np.abs(np.diff(path.joints, axis=0))) < 0.3


@pytest.mark.parametrize("where", [(0.45, 0.0, 0.02), (0.2, 0.0, 0.25), (-0.2, 0.0, 0.02)])
def test_out_of_reach_is_said(kinematics: Kinematics, where: tuple[float, float, float]) -> None:
    with pytest.raises(UnreachableError, match="expected a reachable pose"):
        kinematics.solve(Pose(where))
    assert where[0] < 0 or not kinematics.reaches_down_to(Pose(where), 0.0)
