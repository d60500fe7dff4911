"""One of each, every third, most; so far from an edge; half way; twice as far: plans carried out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import pytest
from lab.arms import PANDA
from lab.scenes import thing
from lab.session import Table

from llmagentos.dialogue import corrections
from llmagentos.lang import codec as compact
from llmagentos.types import Scene, Workspace

WS = Workspace()
COLORS = ("red", "blue", "red", "green", "blue", "red", "red")


def row() -> Table:
    """Seven blocks in a row from the left and a bowl behind them."""
    blocks = [thing(f"b{k}", "block", c, 0.42, 0.3 - 0.1 * k) for k, c in enumerate(COLORS)]
    return Table(Scene((*blocks, thing("bowl", "bowl", "white", 0.62, 0.0))))


def xy(t: Table, object_id: str) -> tuple[float, float]:
    return t.get(object_id).position[:2]


def gone(t: Table) -> list[str]:
    """Blocks that are no longer where they were."""
    return [f"b{k}" for k in range(7) if math.dist(xy(t, f"b{k}"), (0.42, 0.3 - 0.1 * k)) > 0.01]


# --- how many -------------------------------------------------------------------------------------


def test_one_of_each_colour() -> None:
    t = row()
    done = t.do("put [ one_each color block ] in [ the bowl ]")
    assert done.status == "succeeded"
    assert done.reply == "I put one block of each colour in the white bowl."
    assert sorted(t.get(i).color for i in gone(t)) == ["blue", "green", "red"]


def test_the_first_of_each_colour_by_an_order() -> None:
    t = row()
    t.do("put [ one_each color block order left ] at back")
    assert gone(t) == ["b0", "b1", "b3"]


def test_a_colour_with_too_few_is_told() -> None:
    t = row()
    told = t.do("put [ one_each color 2 block ] at back")
    assert told.status == "question" and not gone(t)
    assert told.reply == "There are not two of each colour: I see only a green block."


def test_every_third_and_most() -> None:
    t = row()
    t.do("put [ every_third block ] at back")
    assert gone(t) == ["b0", "b3", "b6"]
    t = row()
    t.do("put [ most block ] at back")
    assert len(gone(t)) == 5  # of seven


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ("is [ most block ] left_of [ the white bowl ]", False),  # three of seven
        ("is [ most block ] in_front_of [ the white bowl ]", True),
        ("is [ most red block ] left_of [ the white bowl ]", False),  # half is not most
        ("is [ one_each color block ] right_of [ the white bowl ]", False),  # no green one
        ("is [ one_each color block order left ] left_of [ the white bowl ]", False),
        ("is [ one_each color block order left ] in_front_of [ the white bowl ]", True),
    ],
)
def test_as_conditions(condition: str, true: bool) -> None:
    asked = row().do(f"answer holds {condition}")
    assert asked.reply.startswith("Yes" if true else "No"), asked.reply


# --- where ----------------------------------------------------------------------------------------


def test_so_far_from_an_edge_counts_from_the_nearest_side() -> None:
    t = Table()
    assert t.do("put [ the red block ] at left dist 5 cm").status == "succeeded"
    block = t.get("red_block")
    assert WS.y_max - block.position[1] - block.size_m / 2 == pytest.approx(0.05, abs=0.003)
    again = t.do("put [ the red block ] at left dist 5 cm")
    assert again.reply == "The red block is there already."


def test_a_push_to_an_edge_goes_straight() -> None:
    t = Table()
    t.do("push [ the green block ] at front dist 2 cm")
    assert xy(t, "green_block") == pytest.approx((WS.x_min + 0.04, -0.20), abs=0.003)


def test_so_far_from_both_edges_of_a_corner() -> None:
    t = Table()
    t.do("put [ the blue block ] at back_left dist 4 cm")
    assert xy(t, "blue_block") == pytest.approx((WS.x_max - 0.06, WS.y_max - 0.06), abs=0.003)


def test_a_row_so_far_from_an_edge() -> None:
    t = Table()
    t.do("arrange [ all block ] column at right dist 3 cm")
    for object_id in ("red_block", "blue_block", "green_block"):
        assert xy(t, object_id)[1] == pytest.approx(WS.y_min + 0.05, abs=0.012)


def test_farther_in_than_the_area_is_wide() -> None:
    t = Table()
    told = t.do("put [ the red block ] at left dist 90 cm")
    assert told.status == "cannot" and "only 70 cm wide" in told.reply
    assert not t.actions


def test_a_turned_block_counts_from_its_corner() -> None:
    block = replace(thing("a", "block", "red", 0.5, 0.0), yaw=math.pi / 4)
    t = Table(Scene((block,)))
    t.do("put [ the block ] at left dist 5 cm")
    assert xy(t, "a")[1] == pytest.approx(0.35 - 0.05 - block.size_m / math.sqrt(2), abs=0.003)


def test_half_way_ends_in_the_middle() -> None:
    t = Table()
    t.do("put [ the blue block ] toward [ the red bowl ] dist half")
    assert xy(t, "blue_block") == pytest.approx((0.475, 0.075), abs=0.04)  # the red one is there
    t = Table()
    t.do("push [ the green block ] toward [ the blue block ] dist half")
    assert xy(t, "green_block") == pytest.approx((0.475, -0.15), abs=0.003)


# --- twice as far ---------------------------------------------------------------------------------


def test_twice_as_far_from_where_it_was_and_again() -> None:
    t = Table()
    t.do("move [ the red block ] backward dist 3 cm")
    assert t.do("correct dist double").status == "succeeded"
    assert xy(t, "red_block") == pytest.approx((0.39, 0.10), abs=0.003)
    t = Table()
    t.do("move [ the red block ] backward dist 3 cm")
    t.do("again dist double")
    assert xy(t, "red_block") == pytest.approx((0.36, 0.10), abs=0.003)


def test_the_last_distance_may_be_a_push_or_half_a_way() -> None:
    t = Table()
    t.do("push [ the green block ] at right dist 2 cm")
    t.do("move [ the red block ] backward dist double")
    assert xy(t, "red_block") == pytest.approx((0.41, 0.10), abs=0.003)


def test_again_so_far_needs_a_distance() -> None:
    t = Table()
    t.do("put [ the red block ] in [ the red bowl ]")
    told = t.do("again dist double")
    assert told.status == "cannot" and "no distance" in told.reply


@pytest.mark.parametrize(
    ("before", "way", "after"),
    [
        ("move [ the block ] left", "dist double", "move [ the block ] left dist 20 cm"),
        ("move [ the block ] left dist 7 mm", "dist double", "move [ the block ] left dist 14 mm"),
        ("put [ the block ] at left dist 3 cm", "dist double", "put [ the block ] at left dist 6 cm"),
        ("put [ the block ] at left", "dist double", "put [ the block ] at left"),
        ("put [ the block ] at left", "dist 4 cm", "put [ the block ] at left dist 4 cm"),
        ("push [ the block ] toward [ the bowl ]", "dist half", "push [ the block ] toward [ the bowl ] dist half"),
        ("push [ the block ] toward [ the bowl ] dist half", "dist double", "push [ the block ] toward [ the bowl ]"),
        ("push [ the block ] toward [ the bowl ] dist 4 cm", "dist half", "push [ the block ] toward [ the bowl ] dist 2 cm"),
        ("arrange [ all block ] circle size 9 cm", "dist double", "arrange [ all block ] circle size 18 cm"),
    ],
)  # fmt: skip
def test_what_half_and_double_change(before: str, way: str, after: str) -> None:
    correct = compact.parse(f"correct {way}").steps[0]
    steps = corrections.with_way(compact.parse(before).steps, None, correct.distance)  # type: ignore[union-attr]
    assert steps == compact.parse(after).steps


# --- with the arm ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def arm() -> Iterator[object]:
    pytest.importorskip("pybullet")
    from sim.world import SimWorld

    world = SimWorld()
    yield world
    world.close()


def test_the_arm_does_it(arm: object) -> None:
    from benchmarks.oracle import oracle_scene
    from llmagentos.execution.executor import PlanExecutor
    from llmagentos.motion.kinematics import Kinematics
    from llmagentos.safety.gate import MotionGate
    from llmagentos.safety.gated_driver import GatedDriver
    from llmagentos.skills import MotionSkills
    from sim.scene import SceneSpec

    kinds = (("block", "red", 0.45, 0.1), ("block", "blue", 0.5, -0.1), ("bowl", "white", 0.6, 0.2))
    objects = [{"kind": k, "color": c, "position": [x, y]} for k, c, x, y in kinds]
    arm.reset(SceneSpec.from_dict({"objects": objects}), 0)  # type: ignore[attr-defined]
    kinematics = Kinematics(PANDA)
    gate = MotionGate.of(PANDA, "sim", kinematics.tip_position)
    skills = MotionSkills(GatedDriver(arm, gate), lambda: oracle_scene(arm), kinematics, "sim")  # type: ignore[arg-type]
    skills.reset()
    executor = PlanExecutor(skills)

    def at(object_id: str) -> tuple[float, float]:
        return arm.object_pose(object_id)[0][:2]  # type: ignore[attr-defined,no-any-return]

    def do(text: str) -> None:
        done = executor.run(compact.parse(text))
        assert done.status == "succeeded", done.reply

    start, goal = at("blue_block"), (0.45, 0.1)
    do("push [ the blue block ] toward [ the red block ] dist half")
    assert at("blue_block") == pytest.approx(
        [(a + b) / 2 for a, b in zip(start, goal, strict=True)], abs=0.02
    )
    do("put [ the red block ] at left dist 5 cm")
    assert WS.y_max - at("red_block")[1] - 0.02 == pytest.approx(0.05, abs=0.015)
    do("put [ one_each color block ] in [ the bowl ]")
    assert all(math.dist(at(b), at("white_bowl")) < 0.05 for b in ("red_block", "blue_block"))
    assert not gate.rejections
