"""Things of no known kind before a rendered camera: seen whole, measured, and not taken for a kind that
would have to reach into the table or that lacks its rim."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

pytest.importorskip("pybullet")

from llmagentos.local_robot import observe
from llmagentos.perception import TabletopPerception
from sim.scene import SceneSpec
from sim.truth_look import oracle_scene
from sim.world import SimWorld


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(renderer="tiny")
    yield made
    made.close()


@pytest.mark.parametrize(
    "model", ["nut", "bunny", "hammer", "bell", "mushroom", "l_shape", "mouse", "ring"]
)
def test_it_is_one_measured_thing(world: SimWorld, model: str) -> None:
    item = {"kind": "thing", "model": model, "color": "green", "position": [0.5, 0.05], "yaw": 0.7}
    world.reset(SceneSpec.from_dict({"objects": [item]}), 0)
    (seen,) = TabletopPerception().perceive(observe(world, (world.overhead,))).objects
    (true,) = oracle_scene(world).objects
    assert (seen.kind, seen.color) == ("thing", "green")
    assert math.dist(seen.position[:2], true.position[:2]) < 0.006
    assert seen.extents_m is not None and true.extents_m is not None
    assert seen.extents_m == pytest.approx(true.extents_m, abs=0.012)
    assert len(seen.outline_m) >= 3
