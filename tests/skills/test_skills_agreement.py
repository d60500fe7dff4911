"""A rehearsal is worth what it agrees with: every kind and skill, physically and symbolically.

Both begin with the same scene; for each action both succeed, or both fail for the same reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("pybullet")

from lab.workbench import Workbench

from llmagentos.errors import SceneError
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS as ALL_KINDS
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.skills import SymbolicSkills
from llmagentos.types import Action, Pose
from sim.scene import SceneSpec

MIDDLE, CORNER = (0.50, 0.0), (0.42, 0.24)
MATE = {"id": "mate", "kind": "block", "color": "red", "size": 0.03, "position": [*CORNER]}


class Both:
    """The same scene twice: in PyBullet, and in memory."""

    def __init__(self) -> None:
        self.bench = Workbench()
        self.physical = self.bench.skills
        self.symbolic = SymbolicSkills(self.physical.scene())

    def set_up(self, *objects: dict[str, Any]) -> None:
        self.bench.set_up({"objects": [*objects]})

    def do(self, name: str, object_id: str = "", **fields: Any) -> Failure | None:
        """The failure on which both agree, None for success."""
        action = Action(name, object_id, **fields)
        self.symbolic.set_scene(self.physical.scene())
        self.symbolic.start(action)
        foreseen = self.symbolic.tick()
        report = self.bench.do(name, object_id, **fields)
        told = f"foreseen {foreseen.words!r}, got {report.words!r}"
        assert report.failure is foreseen.failure, told
        assert self.physical.held == self.symbolic.held
        return report.failure


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    made = Both()
    yield made
    made.bench.close()


KINDS = sorted(k.name for k in ALL_KINDS.values() if k.in_scenes)


def spec(kind: str, **fields: Any) -> dict[str, Any]:
    """One object in the middle: blue where its kind comes in every colour."""
    own = {"id": "it", "kind": kind, "position": [*MIDDLE], **fields}
    try:
        SceneSpec.from_dict({"objects": [own]})
    except SceneError:
        own["color"] = "blue"
    return own


@pytest.mark.parametrize("kind", KINDS)
def test_take_and_set_down(both: Both, kind: str) -> None:
    both.set_up(spec(kind), MATE)
    if both.do("pick", "it") is not None:
        assert kind == "zone"
        assert both.do("place", "it", pose=Pose((0.45, -0.2, 0.0))) is Failure.NOT_HOLDING
        return
    assert both.do("pick", "mate") is Failure.HAND_FULL
    assert both.do("push", "mate", pose=Pose((0.42, 0.18, 0.0))) is Failure.HAND_FULL
    assert both.do("place", "mate", pose=Pose((0.45, -0.2, 0.0))) is Failure.NOT_HOLDING
    pose = Pose((0.45, -0.15, 0.0))
    assert both.do("place", "it", pose=pose, support="nobody") is Failure.NO_SUPPORT
    assert both.do("place", "it", pose=Pose((1.5, 0.0, 0.0))) is Failure.UNREACHABLE
    assert both.do("place", "it", pose=pose) is None


@pytest.mark.parametrize("kind", KINDS)
def test_push_and_turn(both: Both, kind: str) -> None:
    """Forwards, and a brick across, too; a light ball that is pushed sideways rolls on."""
    both.set_up(spec(kind))
    pushed = both.do("push", "it", pose=Pose((0.56, 0.0, 0.0)))
    turned = both.do("rotate", "it", angle_rad=0.4)
    assert pushed is turned is (Failure.UNMOVABLE if kind == "zone" else None)


@pytest.mark.parametrize("kind", KINDS)
def test_something_on_or_in_it(both: Both, kind: str) -> None:
    both.set_up(spec(kind), MATE)
    assert both.do("pick", "mate") is None
    row, g = traits(kind), object_geometry(kind)
    z = 0.0 if row.is_flat else g.floor_m if row.has_rim else g.height_m
    inside = row.is_container
    failure = both.do("place", "mate", pose=Pose((*MIDDLE, z)), support="it", inside=inside)
    if not row.has_level_top:
        assert failure is Failure.UNSTABLE
        return
    assert failure is None
    if not inside and not row.is_flat:
        assert both.do("pick", "it") is Failure.COVERED
        assert both.do("rotate", "it", angle_rad=0.4) is Failure.COVERED
        assert both.do("push", "mate", pose=Pose((0.4, 0.0, 0.0))) is Failure.NOT_ON_TABLE


@pytest.mark.parametrize("goal", [(0.50, 0.08), (0.57, 0.05)])
def test_a_brick_is_pushed_by_the_face_that_the_fingers_meet(both: Both, goal: Any) -> None:
    both.set_up(spec("jenga"))
    assert both.do("push", "it", pose=Pose((*goal, 0.0))) is None


def test_too_wide(both: Both) -> None:
    both.set_up(spec("mug", size=0.1135))
    assert both.do("pick", "it") is Failure.TOO_WIDE
    assert both.do("rotate", "it", angle_rad=0.4) is Failure.TOO_WIDE


def test_crowded(both: Both) -> None:
    """Blocks that touch: without the one behind it the middle one can be gripped."""
    row = [("red", 0.45, 0.0415), ("green", 0.45, 0.0), ("blue", 0.45, -0.0415), ("gold", 0.491, 0)]
    block = {"kind": "block", "size": 0.04}
    both.set_up(*({"id": c, **block, "color": c, "position": [x, y]} for c, x, y in row))
    assert both.do("pick", "green") is Failure.NO_GRASP
    assert both.do("rotate", "green", angle_rad=0.4) is Failure.NO_GRASP
    assert both.do("pick", "gold") is None
    assert both.do("place", "gold", pose=Pose((0.6, 0.2, 0.0))) is None
    assert both.do("pick", "green") is None


def test_nothing_seen_and_nothing_held(both: Both) -> None:
    both.set_up(MATE)
    pose = Pose((0.45, -0.15, 0.0))
    assert both.do("pick", "nobody") is Failure.NOT_SEEN
    assert both.do("push", "nobody", pose=pose) is Failure.NOT_SEEN
    assert both.do("rotate", "nobody", angle_rad=0.4) is Failure.NOT_SEEN
    assert both.do("place", "mate", pose=pose) is Failure.NOT_HOLDING
    assert both.do("point", pose=Pose((1.5, 0.0, 0.0))) is Failure.UNREACHABLE
    assert both.do("push", "mate", pose=Pose((1.5, 0.0, 0.0))) is Failure.UNREACHABLE


def test_a_taken_spot(both: Both) -> None:
    both.set_up(spec("can"), MATE)
    assert both.do("pick", "mate") is None
    assert both.do("place", "mate", pose=Pose((0.5, 0.0, 0.0))) is Failure.IN_THE_WAY
    assert both.physical.held == "mate"


def test_skills_without_an_object(both: Both) -> None:
    both.set_up(MATE)
    assert both.do("look") is both.do("home") is both.do("wait", duration_s=0.2) is None
    assert both.do("point", pose=Pose((0.5, 0.1, 0.05))) is None
    assert both.do("open_gripper") is None
    assert both.do("pick", "mate") is None
    assert both.do("point", pose=Pose((0.5, 0.1, 0.05))) is None
    assert both.do("open_gripper") is None
