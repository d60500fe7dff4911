"""Every shipped arm that can hold its hand straight down everywhere reaches all of its work area."""

from __future__ import annotations

import numpy as np
import pytest
from lab.arms import ARMS, XARM7

from llmagentos.motion.kinematics import Kinematics
from llmagentos.robots import ArmSpec
from llmagentos.types import Pose

#: Up to here things are lifted on the way over others, metres.
LIFTED_M = 0.20


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_all_of_its_work_area_at_every_yaw(spec: ArmSpec) -> None:
    kinematics, area = Kinematics(spec), spec.workspace
    for x in np.linspace(area.x_min, area.x_max, 5):
        for y in np.linspace(area.y_min, area.y_max, 7):
            for z in (spec.lowest_tip_m, LIFTED_M):
                for yaw in (0.0, np.pi / 4, np.pi / 2):
                    pose = Pose((float(x), float(y), z), yaw)
                    pose = Pose(pose.position, kinematics.best_yaw(pose))
                    joints = kinematics.solve(pose)
                    there = kinematics.tip_position(joints)
                    np.testing.assert_allclose(there, pose.position, atol=1e-5)
                    assert kinematics.tilt(joints) < 1e-4
