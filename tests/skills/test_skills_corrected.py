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
from llmagentos.types import Pose

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


def test_the_shipped_policy_corrects_a_push_in_a_plan(lab: Workbench) -> None:
    lab.policies.by_skill.update(policies_for("panda").by_skill)
    done = lab.run("push [ the red block ] toward [ the gold can ] dist 10 cm")
    assert done.status == "succeeded", done.reply
    assert done.steps[0]["actions"][-1]["policy"] == "push-r1"
