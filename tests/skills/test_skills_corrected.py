"""Skills that a policy corrects, in PyBullet: what it may change, and what still judges it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("pybullet")

from lab.workbench import Workbench

from llmagentos.skills import SkillStatus
from llmagentos.skills.grasp_corrections import RESIDUAL, Last, features
from llmagentos.skills.grasps import Grasp
from llmagentos.skills.learned import policies_for
from llmagentos.types import Action, Pose, SceneObject
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
    lab.policies.by_skill["pick"] = Fixed(0.0, 0.0, 0.0, 1e9, 1e9, 1e9)
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
    policy = Fixed(0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
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
    lab.policies.by_skill["pick"] = Fixed(0.0, 0.0, 0.0, 0.0, 0.5, 0.0)
    done = lab.run("pick [ the red block ]")
    assert done.status == "succeeded" and lab.world.held_truth() == "red_block"
    assert done.steps[0]["actions"][-1]["policy"] == "fixed-r1"


def test_a_grasp_is_shifted_along_the_fingers_and_turned_by_quarters_where_there_are_sides(
    lab: Workbench,
) -> None:
    yaws, offs = [], []
    for along, turn in ((0.0, 0.0), (0.01, 0.0), (0.0, 1.0)):
        lab.set_up(SCENE)
        lab.policies.by_skill["pick"] = Fixed(along, 0.0, turn, 0.0, 0.0, 0.0)
        report = lab.do("pick", "red_block")
        assert report.status is SkillStatus.SUCCEEDED and report.details["policy"] == "fixed-r1"
        tip = lab.skills._arm.tip
        dx, dy = (a - b for a, b in zip(tip.position[:2], lab.at("red_block")[:2], strict=True))
        yaws.append(tip.yaw)
        offs.append(dx * math.cos(tip.yaw) + dy * math.sin(tip.yaw))
    assert offs == pytest.approx([0.0, 0.01, 0.0], abs=0.002)
    assert yaws[1] == pytest.approx(yaws[0], abs=0.02)
    assert abs(yaws[2] - yaws[0]) == pytest.approx(math.pi / 2, abs=0.02)  # not 1 rad


def test_a_grasp_that_a_policy_brings_into_a_neighbour_is_the_scripted_one(lab: Workbench) -> None:
    beside = {"kind": "block", "color": "blue", "position": [0.45, 0.185]}
    lab.set_up({"objects": [SCENE["objects"][0], beside]})
    lab.policies.by_skill["pick"] = Fixed(0.02, 0.02, 0.0, 0.01, 0.0, 0.0)
    assert lab.do("pick", "red_block").status is SkillStatus.SUCCEEDED
    assert math.dist(lab.at("blue_block")[:2], (0.45, 0.185)) < 0.005


def test_the_shipped_policy_stops_a_ball_at_once_where_it_rolls_on(lab: Workbench) -> None:
    scene = {"objects": [{"kind": "ball", "color": "red", "position": [0.45, 0.10]}]}
    shipped = policies_for("panda").by_skill["push"]
    strokes = []
    try:
        for policies in ({}, {"push": shipped}):
            lab.set_up(scene)
            reset_with(Physics(table=0.1, rolling=0.4), lab.world, SceneSpec.from_dict(scene), 0)
            lab.policies.by_skill.update(policies)
            report = lab.do("push", "red_ball", pose=Pose((*GOAL, 0.0)))
            strokes.append(report.attempts)
    finally:
        Physics().apply(lab.world)
    assert strokes[0] > 1  # the scripted stroke sends it on beyond the goal
    assert strokes[1] == 1 and report.details["policy"] == "push-h1"
    assert math.dist(lab.at("red_ball")[:2], GOAL) < 0.02


def test_a_policy_sees_in_the_frame_of_the_hand_what_the_grasp_before_felt() -> None:
    item = SceneObject("b", "block", "red", 0.04, 0.04, (0.5, 0.0, 0.02))
    grasp = Grasp(Pose((0.5, 0.0, 0.02)), 0.08, 0.04, 60.0, "across")
    moved = replace(item, position=(0.52, 0.0, 0.02))
    done = RESIDUAL.clipped([0.01, 0.0, 0.0, 0.0, 0.0, 0.0], "fixed-r1")
    last = Last("blocked", grasp, item, done, met_m=(0.0, 0.03, 0.004))
    quarter = replace(grasp, tip=Pose((0.52, 0.0, 0.02), math.pi / 2))
    seen = features(moved, quarter, 1, last, 1.0)
    assert set(seen) == {f.name for f in RESIDUAL.features}
    assert seen["blocked"] == 1.0 and seen["missed"] == 0.0 and seen["grasp"] == 1.0
    assert (seen["moved_x_m"], seen["moved_y_m"]) == pytest.approx((0.0, -0.02), abs=1e-9)
    assert (seen["met_x_m"], seen["met_y_m"], seen["met_z_m"]) == pytest.approx((0.03, 0.0, 0.004))
    assert (seen["last_x_m"], seen["last_y_m"]) == pytest.approx((0.0, -0.01), abs=1e-9)
    assert seen["turned"] == pytest.approx(-1.0)
