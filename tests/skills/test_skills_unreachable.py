"""What the arm does not get to: the report names what is outside of the work area, and by which end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("pybullet")

from lab.arms import PANDA
from lab.scenes import blocks_and_bowls, scene, thing
from lab.workbench import Workbench

from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills import MotionSkills
from llmagentos.skills.builtin.pick import PICK
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import SkillRun
from llmagentos.skills.preview import outside, unreachable
from llmagentos.types import Action, Pose


@pytest.fixture
def lab() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


def test_what_is_outside_is_named() -> None:
    far = scene(
        thing("blue_bowl", "bowl", "blue", 0.82, 0.0),
        thing("red_block", "block", "red", 0.25, -0.40),
    )
    put = Action("place", pose=Pose((0.69, 0.0, 0.0)), support="blue_bowl")
    report = unreachable(far, put, problem="no joints")
    assert report.failure is Failure.UNREACHABLE and report.details["problem"] == "no joints"
    assert report.words == "the blue bowl is outside my work area (x up to 0.70 m)"
    words = unreachable(far, Action("pick", "red_block")).words
    assert words == "the red block is outside my work area (x from 0.30 m, y from -0.35 m)"
    point = outside(far, Action("point", pose=Pose((0.5, 0.9, 0.1))))
    assert point is not None
    assert point.words == "that place is outside my work area (y up to 0.35 m)"


def test_what_is_inside_is_not_said_to_be_outside() -> None:
    inside = blocks_and_bowls()
    for action in (Action("pick", "red_block"), Action("point", pose=Pose((0.5, 0.0, 0.4)))):
        assert unreachable(inside, action).words == Failure.UNREACHABLE.words
        assert outside(inside, action) is None


def test_an_arm_that_finds_no_joints_says_so(lab: Workbench) -> None:
    def run(context: Context, action: Action) -> SkillRun:
        yield
        raise UnreachableError("no joints for that")

    lab.set_up({"objects": [{"kind": "block", "color": "red", "position": [0.95, 0.45]}]})
    skills = {"pick": replace(PICK, run=run)}
    driver = GatedDriver(lab.world, lab.gate)
    lab.skills = MotionSkills(driver, lab.look, Kinematics(PANDA), "sim", skills=skills)
    report = lab.do("pick", "red_block")
    assert report.failure is Failure.UNREACHABLE, report
    assert report.words == "the red block is outside my work area (x up to 0.70 m, y up to 0.35 m)"
    assert report.details["problem"] == "no joints for that"
