"""Skills that a policy corrects, in PyBullet: what it may change, and what still judges it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

pytest.importorskip("pybullet")

from lab.workbench import Workbench

from llmagentos.skills import SkillStatus
from llmagentos.skills.learned import policies_for
from llmagentos.skills.residual import ResidualPolicy
from llmagentos.types import Action, Pose
from sim.physics import Physics, reset_with
from sim.scene import SceneSpec

SCENE: dict[str, Any] = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10]},
        {"kind": "can", "color": "gold", "position": [0.62, -0.20]},
    ]
}
GOAL = (0.45, -0.05)


class Fixed:
    name = "fixed-r1"

    def __init__(self, *answer: float) -> None:
        self.answer, self.seen = answer, []

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        self.seen.append(list(features))
        return self.answer


@pytest.fixture(scope="module")
def _lab() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


@pytest.fixture
def lab(_lab: Workbench) -> Workbench:
    _lab.set_up(SCENE)
    return _lab


def test_a_stroke_ends_where_the_policy_wants_and_the_skill_makes_up_for_it(lab: Workbench) -> None:
    policy = Fixed(-0.04, 0.0)
    lab.policies.by_skill["push"] = policy
    report = lab.do("push", "red_block", pose=Pose((*GOAL, 0.0)))
    # every stroke ends 4 cm short, so that the three allowed ones don't get there
    assert report.status is SkillStatus.FAILED and report.attempts == 3
    assert report.details["policy"] == "fixed-r1"
    first, second = policy.seen[:2]
    assert first[0] == pytest.approx(0.15, abs=0.003) and first[7:] == [0.0] * 5
    assert second[0] == pytest.approx(0.04, abs=0.005)  # way that is left
    assert abs(second[9]) < 0.005  # it went as far as the stroke did, the time before


def test_no_policy_brings_the_hand_out_of_the_work_area_or_through_the_table(
    lab: Workbench,
) -> None:
    edge = lab.skills.scene().workspace.y_min + 0.03
    lab.policies.by_skill["push"] = Fixed(1e9, 1e9)
    report = lab.do("push", "red_block", pose=Pose((0.45, edge, 0.0)))  # asserts: no rejection
    assert lab.at("red_block")[2] > 0.015 and lab.at("red_block")[1] > edge - 0.09
    assert report.attempts <= 3
    lab.policies.by_skill["pick"] = Fixed(1e9, 1e9, 1e9, 1e9)
    assert lab.do("pick", "gold_can").details["policy"] == "fixed-r1"


def test_no_policy_pushes_a_thing_out_of_the_work_area(lab: Workbench) -> None:
    area = lab.skills.scene().workspace
    lab.policies.by_skill["push"] = Fixed(0.03, 1.0)  # later and faster, where the area ends
    report = lab.do("push", "red_block", pose=Pose((area.x_min, 0.10, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED and report.attempts == 1
    assert lab.at("red_block")[0] > area.x_min - 0.005  # as the scripted one: it can be fetched
    assert report.details["policy"] == "scripted (fixed-r1's stroke was not possible)"


def test_after_a_stroke_that_did_harm_the_others_are_scripted(lab: Workbench) -> None:
    policy = lab.policies.by_skill["push"] = Fixed(0.06, 0.0)
    report = lab.do("push", "red_block", pose=Pose((0.45, 0.065, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED and report.attempts == 2
    assert len(policy.seen) == 1
    assert report.details["policy"] == "scripted (fixed-r1 pushed it farther off)"
    assert math.dist(lab.at("red_block")[:2], (0.45, 0.065)) < 0.02


@pytest.mark.parametrize("answer", [(0.01, 0.5), (0.0, 0.0)])
def test_the_gate_rejects_a_corrected_stroke_and_the_scripted_one_goes_on(
    lab: Workbench, monkeypatch: pytest.MonkeyPatch, answer: tuple[float, float]
) -> None:
    check = lab.gate.check

    def reject_once(*given: Any) -> tuple[float, ...]:
        _, y, z = lab.skills.hand().position
        if z < 0.05 and y < 0.08 and not lab.gate.rejections:  # in the middle of a stroke
            lab.gate._reject("acceleration", "joint 2 slower", 99.0)
        return check(*given)

    policy = lab.policies.by_skill["push"] = Fixed(*answer)
    monkeypatch.setattr(lab.gate, "check", reject_once)
    lab.skills.start(Action("push", object_id="red_block", pose=Pose((*GOAL, 0.0))))
    while (report := lab.skills.tick()).status is SkillStatus.RUNNING:
        pass
    assert lab.gate.rejections["acceleration"] == 1
    assert report.status is SkillStatus.SUCCEEDED and report.attempts == 2
    assert len(policy.seen) == (1 if any(answer) else 2)  # what was not corrected costs no trust
    assert report.details["policy"].startswith("scripted (fixed-r1 broke off: acc") == any(answer)


def test_what_cannot_be_pushed_is_carried_without_corrections(lab: Workbench) -> None:
    scene = {
        "objects": [
            SCENE["objects"][0],
            {"kind": "block", "color": "blue", "position": [0.45, 0.155]},
        ]
    }
    lab.set_up(scene)
    policy = Fixed(1.0, 0.0, 0.0, 0.0)
    lab.policies.by_skill.update({"push": Fixed(0.0, 0.0), "pick": policy})
    report = lab.do("push", "red_block", pose=Pose((*GOAL, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED and report.details["carried"]
    assert not policy.seen


def test_nan_leaves_the_scripted_push(lab: Workbench) -> None:
    lab.policies.by_skill["push"] = Fixed(math.nan, 0.0)
    report = lab.do("push", "red_block", pose=Pose((*GOAL, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED
    assert report.details["policy"] == "scripted (fixed-r1 gave [nan, 0.0])"
    assert math.dist(lab.at("red_block")[:2], GOAL) < 0.02


def test_a_plan_says_whose_corrections_it_used(lab: Workbench) -> None:
    lab.policies.by_skill["pick"] = Fixed(0.5, 0.0, 0.0, 0.0)
    done = lab.run("pick [ the red block ]")
    assert done.status == "succeeded" and lab.world.held_truth() == "red_block"
    assert done.steps[0]["actions"][-1]["policy"] == "fixed-r1"


class Noting:
    """A policy, and what it answered."""

    name = "noting-r1"

    def __init__(self, policy: ResidualPolicy) -> None:
        self.policy, self.answers = policy, []

    def __call__(self, features: Sequence[float]) -> Sequence[float]:
        self.answers.append(list(self.policy(features)))
        return self.answers[-1]


def test_slippery_saves_strokes_of_a_plan_on_a_slippery_table(lab: Workbench) -> None:
    can = {"kind": "can", "color": "red", "position": [0.45, 0.10]}
    scene = {"objects": [can, SCENE["objects"][1]]}
    shipped = Noting(policies_for("panda", "slippery").by_skill["push"])
    strokes = []
    try:
        for policies in ({}, {"push": shipped}):
            lab.set_up(scene)
            reset_with(Physics(table=0.07), lab.world, SceneSpec.from_dict(scene), 0)
            lab.policies.by_skill.update(policies)
            done = lab.run("push [ the red can ] toward [ the gold can ] dist 12 cm")
            assert done.status == "succeeded", done.reply
            strokes.append(done.steps[0]["actions"][-1]["attempts"])
    finally:
        Physics().apply(lab.world)
    assert strokes == [2, 1]  # the scripted one goes too far, then slowly: as it is slippery here
    assert shipped.answers[0][1] < -0.5  # more slowly from the start
    assert done.steps[0]["actions"][-1]["policy"] == "noting-r1"
