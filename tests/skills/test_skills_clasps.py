"""Where fingers hold a thing by its outline, and things of no kind in a real hand."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

pytest.importorskip("pybullet")

from lab.arms import PANDA
from lab.workbench import Workbench

from llmagentos.ports.failures import Failure
from llmagentos.skills import SkillStatus
from llmagentos.skills.clasps import clasps, narrowest_m
from llmagentos.skills.grasps import too_wide
from llmagentos.types import Pose, SceneObject
from sim.models import model_geometry, model_outline

FINGER_M = 0.018


def thing(model: str, size_m: float) -> SceneObject:
    g = model_geometry(model, size_m)
    return SceneObject("x", "thing", "red", g.size_m, g.height_m, (0.5, 0.0, g.height_m / 2),
                       extents_m=g.extents_m, outline_m=model_outline(model, size_m))  # fmt: skip


def box(length: float, width: float) -> SceneObject:
    return SceneObject("x", "thing", "red", length, 0.04, (0.5, 0.0, 0.02),
                       extents_m=(length, width, 0.04))  # fmt: skip


def test_a_box_is_held_across_its_narrow_side_at_its_middle() -> None:
    best = clasps(box(0.12, 0.03), FINGER_M)[0]
    assert best.width_m == pytest.approx(0.03, abs=1e-3)
    assert math.remainder(best.yaw, math.pi) == pytest.approx(0.0, abs=0.05)
    assert best.middle == pytest.approx((0.0, 0.0), abs=2e-3)


def test_a_hammer_is_held_by_its_handle_and_a_letter_by_a_stroke_of_it() -> None:
    assert clasps(thing("hammer", 0.14), FINGER_M)[0].width_m < 0.03
    letter = thing("l_shape", 0.11)
    assert min(letter.extents_m or ()) == pytest.approx(0.03, abs=2e-3)
    assert letter.extents_m is not None and letter.extents_m[1] > 0.075  # its box is too wide
    assert narrowest_m(letter, FINGER_M) == pytest.approx(0.03, abs=2e-3)
    assert not too_wide(letter, PANDA)


def test_sides_that_come_together_slip_out() -> None:
    # a triangle, 12 cm at its foot, 5 cm high: only near its ends across the foot may hold
    corners = ((-0.06, -0.025), (0.06, -0.025), (0.0, 0.025))
    item = SceneObject("x", "thing", "red", 0.12, 0.04, (0.5, 0, 0.02), extents_m=(0.12, 0.05, 0.04),
                       outline_m=corners)  # fmt: skip
    for clasp in clasps(item, FINGER_M):
        assert abs(math.remainder(clasp.yaw - math.pi / 2, math.pi)) > 0.05 or clasp.width_m > 0.05


def test_what_is_too_wide_everywhere_is_said_to_be() -> None:
    assert too_wide(box(0.10, 0.09), PANDA)
    assert not too_wide(box(0.10, 0.07), PANDA)


@pytest.fixture(scope="module")
def lab() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("model", "yaw"),
    [("l_shape", 0.8), ("hammer", -1.2), ("mushroom", 0.0), ("pyramid", 0.4), ("bear", 2.0)],
)
def test_it_is_picked_up_and_put_down_where_it_should_stand(
    lab: Workbench, model: str, yaw: float
) -> None:
    lab.set_up(
        {
            "objects": [
                {
                    "kind": "thing",
                    "model": model,
                    "color": "red",
                    "position": [0.5, 0.1],
                    "yaw": yaw,
                }
            ]
        }
    )
    before = lab.look().objects[0]
    assert lab.do("pick", "red_thing").status is SkillStatus.SUCCEEDED
    assert lab.world.held_truth() == "red_thing"
    assert lab.world.object_pose("red_thing")[0][2] > before.position[2] + 0.05
    put = lab.do("place", "red_thing", pose=Pose((0.45, -0.15, 0.0), before.yaw))
    assert put.status is SkillStatus.SUCCEEDED
    lab.world.settle()
    after = lab.look().objects[0]
    assert math.dist(after.position[:2], (0.45, -0.15)) < 0.015
    assert after.height_m == pytest.approx(before.height_m, abs=0.005)  # it stands as before


def test_what_slips_out_is_held_at_another_height(lab: Workbench) -> None:
    bottle = {
        "kind": "thing",
        "model": "bottle",
        "color": "green",
        "size": 0.06,
        "position": [0.55, 0.0],
    }
    lab.set_up({"objects": [bottle]})
    report = lab.do("pick", "green_thing")
    assert report.status is SkillStatus.SUCCEEDED, report.words
    assert lab.world.held_truth() == "green_thing"


def test_it_is_pushed(lab: Workbench) -> None:
    bar = {"kind": "thing", "model": "bar", "color": "blue", "position": [0.5, 0.0], "yaw": 0.5}
    lab.set_up({"objects": [bar]})
    report = lab.do("push", "blue_thing", pose=Pose((0.5, 0.12, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED, report.words
    assert math.dist(lab.world.object_pose("blue_thing")[0][:2], (0.5, 0.12)) < 0.03


def test_what_would_fall_over_is_carried_instead(lab: Workbench) -> None:
    candle = {"kind": "thing", "model": "candle", "color": "blue", "position": [0.5, 0.0]}
    lab.set_up({"objects": [candle]})
    report = lab.do("push", "blue_thing", pose=Pose((0.5, 0.12, 0.0)))
    assert report.status is SkillStatus.SUCCEEDED
    assert report.words == "the blue thing would fall over, so I carried it"
    assert lab.look().objects[0].height_m == pytest.approx(0.132, abs=0.003)


def test_a_hand_that_cannot_get_around_it_says_so(lab: Workbench) -> None:
    wide = {"kind": "thing", "extents": [0.12, 0.10, 0.04], "color": "blue", "position": [0.5, 0.0]}
    lab.set_up({"objects": [wide]})
    report = lab.do("pick", "blue_thing")
    assert report.failure is Failure.TOO_WIDE
    assert "wide" in report.words
