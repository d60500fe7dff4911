"""Links made one: the same masses, moments and places, seen by two independent judges."""

from __future__ import annotations

import numpy as np
import pinocchio as pin
import pytest

from llmagentos.errors import RobotError
from llmagentos.robots import load, names
from sim.arm_urdf import simulation_urdf
from sim.engine import Engine
from sim.merging import merged
from sim.scene import SceneSpec
from sim.world import SimWorld


@pytest.mark.parametrize("robot", names())
def test_a_merged_arm_is_as_heavy_and_as_slow_to_turn_as_the_whole_one(robot: str) -> None:
    spec = load(robot)
    urdf, held = simulation_urdf(spec), spec.gripper.linkage(0.0)
    text, _ = merged(urdf, held)
    whole, found = pin.buildModelFromXML(urdf), pin.buildModelFromXML(text)
    q = pin.neutral(whole)
    for name, value in (*held.items(), *zip(spec.joint_names, spec.home_rad, strict=True)):
        q[whole.joints[whole.getJointId(name)].idx_q] = value
    wanted = pin.buildReducedModel(whole, [whole.getJointId(name) for name in held], q)
    home = np.array(spec.home_rad)
    assert found.nq == len(home)
    masses = [pin.crba(model, model.createData(), home) for model in (wanted, found)]
    np.testing.assert_allclose(masses[1], masses[0], atol=1e-12)
    pull = [pin.computeGeneralizedGravity(m, m.createData(), home) for m in (wanted, found)]
    np.testing.assert_allclose(pull[1], pull[0], atol=1e-12)


@pytest.mark.parametrize("robot", ["panda", "so101"])
def test_it_moves_and_is_seen_as_the_whole_one(robot: str) -> None:
    """Limp arms fall alike; tip, its speed and hand are where they were."""
    seen = []
    for engine in (Engine(), Engine(merge=True), Engine(merge=True, grips=False)):
        world = SimWorld(SceneSpec(robot=robot), renderer="tiny", engine=engine)
        world.reset(width_m=0.0, settle_s=0.0)
        body, client = world.robot.body, world.client
        for joint in world.robot.joints:
            client.setJointMotorControl2(body, joint, client.VELOCITY_CONTROL, force=0)
        for _ in range(24):
            client.stepSimulation()
        place, turn, speed = world.robot.tip_motion()
        assert (place, turn) == world.robot.tip_pose()
        hand = world.hand_pose_matrix()
        seen.append([*world.state().positions, *place, *speed, *hand.ravel()])
        world.close()
    assert np.abs(np.subtract(seen[0][:5], load(robot).home_rad[:5])).max() > 0.05
    np.testing.assert_allclose(seen[1], seen[0], atol=2e-4)
    np.testing.assert_allclose(seen[2], seen[0], atol=2e-4)


def test_a_kept_link_stays_and_a_joint_that_is_not_there_is_told() -> None:
    spec = load("so101")
    urdf = simulation_urdf(spec)
    finger = spec.gripper.fixed_finger
    assert f'link name="{finger}"' in merged(urdf, {}, {finger})[0]
    assert f'link name="{finger}"' not in merged(urdf, {})[0]
    with pytest.raises(RobotError, match="expected a joint wing to hold, got none"):
        merged(urdf, {"wing": 0.0})
