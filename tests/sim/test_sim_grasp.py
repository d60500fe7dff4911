"""Every kind can be held by friction alone, across or by its wall."""

from __future__ import annotations

import pytest
from lab.arms import PANDA
from lab.gripper import grip, move, pick

from llmagentos.objects.kinds import KINDS
from sim.scene import SceneSpec
from sim.world import SimWorld

HOUSEHOLD = [k.name for k in KINDS.values() if k.mesh is not None]
THINGS = [
    ("block", 0.03, 20.0),
    ("block", 0.04, 40.0),
    ("block", 0.05, 20.0),
    ("bowl", 0.12, 30.0),
    ("plate", 0.14, 30.0),
    ("cup", 0.07, 30.0),
    ("can", 0.06, 20.0),
    ("ball", 0.045, 20.0),
    ("box", 0.14, 30.0),
    ("tray", 0.18, 30.0),
    *((kind, None, 30.0) for kind in HOUSEHOLD),
]


@pytest.mark.parametrize(("kind", "size", "force_n"), THINGS)
def test_is_lifted_and_carried_home(kind: str, size: float | None, force_n: float) -> None:
    color = "" if kind in HOUSEHOLD else "red"
    thing = {"kind": kind, "color": color, "size": size, "position": [0.5, 0.1], "yaw": 0.3}
    world = SimWorld(SceneSpec.from_dict({"objects": [thing]}), renderer="tiny")
    name = world.objects()[0]["id"]
    start = world.object_pose(name)[0][2]
    pick(world, name, force_n)
    assert world.object_pose(name)[0][2] > start + 0.12
    move(world, list(PANDA.home_rad), 1.0)
    assert world.held_truth() == name
    grip(world, 0.08, 20.0)
    assert world.held_truth() is None
