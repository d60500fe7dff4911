"""A small arm's small table: things, room, cameras and eyes follow the scale that its folder names."""

from __future__ import annotations

import math

import pytest
from lab.workbench import Workbench

from llmagentos.errors import SceneError
from llmagentos.objects.kinds import KINDS
from llmagentos.perception import TabletopPerception
from llmagentos.robots import load
from llmagentos.skills import SkillStatus
from llmagentos.types import Observation, Pose
from sim.random_scenes import random_scene
from sim.scene import SceneSpec, table_m
from sim.world import SimWorld

SO101 = load("so101")


def test_things_are_as_large_as_the_arms_folder_says() -> None:
    scene = SceneSpec.from_dict(
        {"robot": "so101", "objects": [{"kind": "can", "color": "red", "position": [0.2, 0.0]}]}
    )
    assert scene.objects[0].size == pytest.approx(SO101.scale * KINDS["can"].size_m)
    large = {"kind": "block", "color": "red", "size": 0.05, "position": [0.2, 0.0]}
    with pytest.raises(SceneError, match=r"size of a block between 0.01 and 0.035 m, got 0.05"):
        SceneSpec.from_dict({"robot": "so101", "objects": [large]})
    far = {"kind": "block", "color": "red", "position": [0.6, 0.0]}
    with pytest.raises(SceneError, match=r"off the table: expected x 0.12 to 0.44"):
        SceneSpec.from_dict({"robot": "so101", "objects": [far]})


def test_the_usual_table_is_what_it_was() -> None:
    assert table_m(load("panda").workspace) == (0.18, 1.00, -0.60, 0.60)


@pytest.mark.parametrize("seed", range(4))
def test_random_scenes_stand_in_its_work_area(seed: int) -> None:
    scene = random_scene(seed, 6, robot="so101")
    assert scene.robot == "so101"
    for item in scene.objects:
        assert SO101.workspace.contains(*item.xyz[:2])
        low, high = KINDS[item.kind].sizes_m or (0, 0)
        assert SO101.scale * low <= item.geometry.size_m <= SO101.scale * high


def test_any_scene_is_brought_to_the_scale() -> None:
    panda = SceneSpec.from_dict(
        {
            "objects": [
                {"kind": "box", "color": "blue", "position": [0.5, 0.1]},
                {"kind": "block", "color": "red", "position": [0.5, 0.1, 0.026]},
            ]
        }
    )
    small = panda.with_robot("so101")
    box, block = small.objects
    assert box.position == pytest.approx((SO101.workspace.middle[0], 0.1 * 0.28 / 0.70))
    assert block.position[:2] == pytest.approx(box.position)
    assert (box.size, block.size) == pytest.approx((0.07, 0.02))
    assert panda.with_robot("ur5e").objects == panda.objects
    with pytest.raises(SceneError, match=r"robot: expected an arm .* got 'r2d2'"):
        panda.with_robot("r2d2")


def test_perception_sees_kinds_and_sizes_at_that_scale() -> None:
    world = SimWorld(random_scene(3, 6, robot="so101"), renderer="tiny")
    seen = TabletopPerception(arm=SO101).perceive(
        Observation((world.overhead.capture(),), world.state())
    )
    assert len(seen.objects) == 6 and seen.workspace == SO101.workspace
    for truth in world.objects():
        near = min(seen.objects, key=lambda o: math.dist(o.position, truth["position"]))
        assert math.dist(near.position, truth["position"]) < 0.002
        assert (near.kind, near.color) == (truth["kind"], truth["color"])
        assert near.size_m == pytest.approx(truth["size"], abs=0.002)
    world.close()


def test_it_picks_a_cup_by_its_rim_and_puts_a_block_into_a_bowl() -> None:
    """One jaw is fixed: things are drawn against it, and end where they should all the same."""
    scene = {
        "robot": "so101",
        "objects": [
            {"kind": "block", "color": "red", "size": 0.02, "position": [0.20, 0.06], "yaw": 0.3},
            {"kind": "bowl", "color": "blue", "size": 0.07, "position": [0.24, -0.07]},
            {"kind": "cup", "color": "green", "size": 0.035, "position": [0.27, 0.08]},
        ],
    }
    bench = Workbench(scene, SO101)
    assert bench.do("pick", "red_block").status is SkillStatus.SUCCEEDED
    into = Pose((0.24, -0.07, 0.005))
    placed = bench.do("place", "red_block", pose=into, support="blue_bowl", inside=True)
    assert placed.status is SkillStatus.SUCCEEDED, placed
    assert bench.distance_m("red_block", "blue_bowl") < 0.02
    taken = bench.do("pick", "green_cup")
    assert taken.status is SkillStatus.SUCCEEDED, taken
    assert bench.world.held_truth() == "green_cup"
    bench.close()
