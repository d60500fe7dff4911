"""A new scene for the arm that is there: brought to its table where it names no arm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llmagentos.composition import Simulated
from llmagentos.errors import SceneError
from llmagentos.robots import load
from sim.scene import SceneSpec

SMALL = load("so101").workspace


@pytest.fixture(scope="module")
def small() -> Iterator[Simulated]:
    made = Simulated({"robot": "so101"})
    yield made
    made.close()


def test_places_of_another_table_are_brought_to_this_one(small: Simulated) -> None:
    item = {"kind": "block", "color": "red", "position": [0.5, 0.2]}
    for scene in ({"objects": [item]}, SceneSpec.from_dict({"objects": [item]})):
        small.reset(scene)
        (block,) = small.world.scene.objects
        assert small.world.scene.robot == "so101" and SMALL.contains(*block.position[:2])
        assert block.geometry.size_m == pytest.approx(0.02)


def test_places_and_sizes_of_this_table_stay(small: Simulated) -> None:
    item = {"kind": "block", "color": "red", "size": 0.018, "position": [0.21, -0.03]}
    small.reset({"objects": [item]})
    (block,) = small.world.scene.objects
    assert block.position == (0.21, -0.03) and block.size == 0.018


def test_a_random_scene_is_for_this_arm_and_seed_nought_is_a_seed(small: Simulated) -> None:
    small._seed = 5
    small.reset("random", seed=0)
    first = small.world.scene.to_dict()
    small.reset("random", seed=5)
    assert first["robot"] == "so101" and first != small.world.scene.to_dict()


def test_what_is_wrong_with_a_scene_is_told_and_another_arms_is_refused(small: Simulated) -> None:
    with pytest.raises(SceneError, match="colour"):
        small.reset({"objects": [{"kind": "ball", "color": "octarine", "position": [0.2, 0]}]})
    with pytest.raises(SceneError, match="expected a scene with this agent's robot 'so101'"):
        small.reset("demo")
