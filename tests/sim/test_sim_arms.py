"""Every shipped arm in simulation: a scene names it, and it holds, moves, picks and puts."""

from __future__ import annotations

import numpy as np
import pytest
from lab.arms import ARMS, PANDA, UR5E, XARM7
from lab.workbench import Workbench

from llmagentos.errors import SceneError
from llmagentos.robots import ArmSpec
from llmagentos.skills import SkillStatus
from llmagentos.types import Pose
from sim.scene import SceneSpec
from sim.world import SimWorld


def _scene(spec: ArmSpec) -> dict[str, object]:
    return {
        "robot": spec.name,
        "objects": [
            {"kind": "block", "color": "red", "position": [0.5, 0.1], "yaw": 0.3},
            {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
            {"kind": "block", "color": "green", "position": [0.42, 0.25]},
        ],
    }


def test_a_scene_names_its_arm() -> None:
    with pytest.raises(SceneError, match=r"robot: expected an arm \(panda, so101.* got 'r2d2'"):
        SceneSpec.from_dict({"robot": "r2d2", "objects": []})


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_it_holds_still_with_the_gripper_open(spec: ArmSpec) -> None:
    world = SimWorld(SceneSpec(robot=spec.name), renderer="tiny")
    for _ in range(120):
        world.advance()
    state = world.state()
    assert state.positions == pytest.approx(spec.home_rad, abs=2e-3)
    assert max(map(abs, state.velocities)) < 1e-3
    assert state.gripper_width_m == pytest.approx(spec.max_opening_m, abs=1e-3)
    assert world.send_gripper(0.03) == 0.03
    for _ in range(60):
        world.advance()
    assert world.state().gripper_width_m == pytest.approx(0.03, abs=1e-3)
    world.close()


def test_another_scene_brings_its_own_arm_and_a_fork_keeps_it() -> None:
    world = SimWorld(SceneSpec(robot="panda"), renderer="tiny")
    world.reset(SceneSpec(robot="ur5e"))
    assert world.robot.spec == UR5E and len(world.state().positions) == 6
    twin = world.fork()
    assert twin.robot.spec == UR5E and twin.state_bytes() == world.state_bytes()
    world.reset(SceneSpec(robot="panda"))
    assert world.robot.spec == PANDA
    twin.close()
    world.close()


@pytest.mark.parametrize("spec", [*ARMS, XARM7], ids=lambda s: s.name)
def test_it_stacks_and_puts_into_a_bowl(spec: ArmSpec) -> None:
    bench = Workbench(_scene(spec), spec)
    onto = bench.at("green_block")
    for action in (
        ("pick", "red_block", {}),
        ("place", "red_block", {"pose": Pose((onto[0], onto[1], 0.04)), "support": "green_block"}),
        ("pick", "red_block", {}),
        (
            "place",
            "red_block",
            {"pose": Pose((0.55, -0.15, 0.01)), "support": "blue_bowl", "inside": True},
        ),
        ("push", "green_block", {"pose": Pose((0.42, 0.15, 0.0))}),
    ):
        name, object_id, numbers = action
        report = bench.do(name, object_id, **numbers)
        assert report.status is SkillStatus.SUCCEEDED, (action, report)
        if numbers.get("support") == "green_block":
            assert bench.at("red_block")[2] == pytest.approx(0.06, abs=0.003)
    assert bench.distance_m("red_block", "blue_bowl") < 0.04
    assert np.hypot(*(bench.at("green_block")[:2] - (0.42, 0.15))) < 0.02
    assert bench.do("home").status is SkillStatus.SUCCEEDED
    assert bench.world.state().positions == pytest.approx(spec.home_rad, abs=0.02)
    bench.close()
