"""The camera for people has the whole arm in its picture, at rest and at work."""

from __future__ import annotations

import pytest

from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots import load
from llmagentos.types import Pose
from sim.cameras import observer_spec
from sim.framing import arm_points
from sim.scene import SceneSpec
from sim.world import SimWorld


@pytest.mark.parametrize("name", ["panda", "ur5e", "so101"])
def test_nothing_of_the_arm_is_cut_off(name: str) -> None:
    arm = load(name)
    kinematics, area = Kinematics(arm), arm.workspace
    left = Pose((area.x_min, area.y_max, 0.15 * area.scale))
    postures = [arm.home_rad, kinematics.solve(Pose(left.position, kinematics.best_yaw(left)))]
    world = SimWorld(SceneSpec.from_dict({"robot": name}), renderer="tiny")
    spec = observer_spec(160, 120, area, arm_points(arm))
    for joints in postures:
        world.robot.jump(tuple(map(float, joints)), 0.0)
        arms = world.render(spec, spec.pose)[2] == world.robot.body
        assert arms.any(), "the arm is in the picture"
        assert not (arms[[0, -1]].any() or arms[:, [0, -1]].any()), "and not over its border"
    x, y = area.middle
    for corner in ((area.x_min, area.y_min, 0.0), (area.x_max, area.y_max, 0.0), (x, y, 0.0)):
        u, v, w = spec.pose[:3, :3].T @ (corner - spec.pose[:3, 3])
        assert abs(u / w) < 80 / spec.focal_px and abs(v / w) < 60 / spec.focal_px
    world.close()
