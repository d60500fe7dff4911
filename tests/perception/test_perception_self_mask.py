"""The robot's own body in the picture, for every arm: nothing of it is taken for a thing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lab.arms import ARMS, PANDA, XARM7

from llmagentos.errors import PerceptionError
from llmagentos.perception import TabletopPerception
from llmagentos.perception.maps.arm import SelfMask, inside_solids
from llmagentos.perception.maps.rectify import _TOO_HIGH_M
from llmagentos.robots import ArmSpec
from llmagentos.types import Observation, RobotState
from sim.scene import SceneSpec
from sim.world import SimWorld


def _seen_of_robot(world: SimWorld) -> np.ndarray:
    """Points [N, 3] of the robot's surface that the overhead camera sees, base frame.

    Without what is higher than any thing: whatever is up there counts as robot anyway.
    """
    camera = world.overhead
    pose = camera.base_from_camera()
    _, depth, body = world.render(camera.spec, pose)
    rows, cols = np.nonzero(body == world.robot.body)
    z, k = depth[rows, cols], camera.spec.intrinsics
    points = np.stack([(cols - k[0, 2]) * z / k[0, 0], (rows - k[1, 2]) * z / k[1, 1], z])
    seen = (points.T @ pose[:3, :3].T + pose[:3, 3]).astype(np.float32)
    return seen[seen[:, 2] < _TOO_HIGH_M]


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_the_mask_covers_the_arm_over_the_work_area(spec: ArmSpec) -> None:
    from llmagentos.motion.kinematics import Kinematics
    from llmagentos.types import Pose

    world, mask, kinematics = SimWorld(SceneSpec(robot=spec.name)), SelfMask(spec), Kinematics(spec)
    try:
        perception, rng, looked = TabletopPerception(arm=spec), np.random.default_rng(4), []
        for _ in range(12):
            spot = (rng.uniform(0.35, 0.65), rng.uniform(-0.3, 0.3), rng.uniform(0.03, 0.25))
            pose = Pose(spot, rng.uniform(-1, 1))
            q = kinematics.solve(Pose(spot, kinematics.best_yaw(pose)))
            world.robot.reset(q.tolist(), float(rng.uniform(0, spec.max_opening_m)))
            world.advance()
            points, state = _seen_of_robot(world), world.state()
            looked.append(inside_solids(points, mask.at(state).solids))
            seen = perception.perceive(Observation((world.overhead.capture(),), state))
            assert seen.objects == ()
        covered = np.concatenate(looked)
        assert len(covered) > 5_000 and covered.mean() > 0.98
    finally:
        world.close()


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_what_lies_between_open_fingers_is_not_masked(spec: ArmSpec) -> None:
    from llmagentos.motion.kinematics import Kinematics
    from llmagentos.types import Pose

    kinematics = Kinematics(spec)
    q = kinematics.solve(Pose((0.5, 0.1, 0.03), kinematics.best_yaw(Pose((0.5, 0.1, 0.03)))))
    state = RobotState(tuple(q), (0.0,) * len(q), spec.max_opening_m, 0.0)
    solids = SelfMask(spec).at(state).solids
    points = np.array([[0.5, 0.1, 0.01], [0.5, 0.1, 0.02], [0.6, 0.1, 0.0]], np.float32)
    assert not inside_solids(points, solids).any()


def test_joints_of_another_arm_are_refused() -> None:
    mask = SelfMask(PANDA)
    with pytest.raises(PerceptionError, match="expected 7 finite joint positions, got"):
        mask.at(RobotState((0.0,) * 6, (0.0,) * 6, 0.08, 0.0))
    with pytest.raises(PerceptionError, match="expected 7 finite joint positions, got"):
        mask.at(RobotState((math.nan,) * 7, (0.0,) * 7, 0.08, 0.0))
