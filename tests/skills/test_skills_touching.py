"""Contacts with what is handled: the hand that comes down on a thing it saw wrongly tries again,
once; any other contact ends the action."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("pybullet")

from benchmarks.oracle import oracle_scene
from llmagentos.ports.failures import Failure
from llmagentos.robot_skills import skills_for
from llmagentos.robots import load
from llmagentos.skills import SkillReport, SkillStatus
from llmagentos.types import Action, Scene
from sim.scene import SceneSpec
from sim.world import SimWorld


class Bench:
    """A Panda that feels torques from outside, before a block turned by 45 degrees. look: what
    perception would report."""

    def __init__(self) -> None:
        block = {"id": "red", "kind": "block", "color": "red", "size": 0.068}
        block |= {"position": [0.5, 0.1], "yaw": math.pi / 4}
        self.world = SimWorld(SceneSpec.from_dict({"objects": [block]}), senses_torques=True)
        self.look = self.turned
        able = skills_for(self.world, lambda: self.look(), load("panda"), "sim", skills="scripted")
        self.skills, self.gate = able.skills, able.gate

    def turned(self) -> Scene:
        """Seen by 45 degrees off: the fingers come down on its corners."""
        scene = oracle_scene(self.world)
        return replace(scene, objects=tuple(replace(o, yaw=0.0) for o in scene.objects))

    def pick(self) -> SkillReport:
        self.skills.start(Action("pick", object_id="red"))
        report = self.skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = self.skills.tick()
        return report


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.world.close()


def test_what_was_seen_turned_is_looked_at_and_grasped_again(bench: Bench) -> None:
    def look() -> Scene:
        touched = bench.gate.rejections.get("contact", 0)
        return oracle_scene(bench.world) if touched else bench.turned()

    bench.look = look
    report = bench.pick()
    assert report.status is SkillStatus.SUCCEEDED and report.attempts == 2
    assert bench.gate.rejections == {"contact": 1}
    assert bench.world.object_pose("red")[0][2] > 0.15


def test_a_second_contact_ends_it(bench: Bench) -> None:
    report = bench.pick()
    assert report.failure is Failure.TOUCHED
    assert bench.gate.rejections == {"contact": 2}
