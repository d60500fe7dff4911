"""The hand itself on a simulated arm: positions, fingers, how fast, how much room is kept."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("pybullet")

from lab.arms import PANDA
from lab.workbench import Workbench

from benchmarks.oracle import oracle_scene
from llmagentos.errors import UnreachableError
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.skills import MotionSkills, SkillStatus
from llmagentos.skills.belief import KEEP_CLEAR_M
from llmagentos.skills.context import Context
from llmagentos.skills.declaration import Skill, SkillRun
from llmagentos.types import Action, Pose, Scene


@pytest.fixture(scope="module")
def made() -> Iterator[Workbench]:
    bench = Workbench()
    yield bench
    bench.close()


@pytest.fixture
def bench(made: Workbench) -> Workbench:
    made.set_up(
        {
            "objects": [
                {"id": "red", "kind": "block", "color": "red", "position": [0.45, 0.15]},
                {"id": "can", "kind": "can", "color": "blue", "position": [0.45, 0.0]},
                {"id": "bowl", "kind": "bowl", "color": "white", "position": [0.60, -0.1]},
            ]
        }
    )
    return made


def hand(bench: Workbench) -> tuple[float, float, float]:
    return bench.skills.hand().position


@pytest.mark.parametrize(
    ("plan", "goal"),
    [
        ("reach xy 0.5 minus 0.1 z 0.2", (0.5, -0.1, 0.2)),
        ("reach xy 0.5 minus 0.1 z 0.2 ; reach down dist 10 cm", (0.5, -0.1, 0.1)),
        ("reach xy 50 10 z 20 cm ; reach left dist 5 cm", (0.5, 0.15, 0.2)),
        ("reach above [ the red block ] dist 5 cm", (0.45, 0.15, 0.09)),
        ("pick [ the red block ] ; reach xy 0.5 0.2 z 0.25", (0.5, 0.2, 0.25)),
    ],
)
def test_the_finger_tips_arrive_within_two_millimetres(
    bench: Workbench, plan: str, goal: tuple[float, float, float]
) -> None:
    assert bench.run(plan).status == "succeeded"
    assert hand(bench) == pytest.approx(goal, abs=0.002)


def test_the_hand_stops_over_what_stands_there(bench: Workbench) -> None:
    report = bench.do("reach", pose=Pose((0.45, 0.0, 0.02)))  # the can is 7 cm high
    assert report.failure is Failure.IN_THE_WAY
    assert bench.at("can")[:2] == pytest.approx((0.45, 0.0), abs=0.002)


def test_fingers_go_to_a_width(bench: Workbench) -> None:
    for plan, width in (("grip close", 0.0), ("grip open dist 4 cm", 0.04), ("grip open", 0.08)):
        assert bench.run(plan).status == "succeeded"
        assert bench.skills.hand().opening_m == pytest.approx(width, abs=0.002)


def test_a_thing_goes_to_a_position_in_metres(bench: Workbench) -> None:
    assert bench.run("put [ the red block ] xy 0.52 minus 0.22").status == "succeeded"
    assert bench.at("red")[:2] == pytest.approx((0.52, -0.22), abs=0.012)


def test_slowly_takes_longer_and_ends_with_its_step(bench: Workbench) -> None:
    def seconds(plan: str) -> float:
        bench.run("home")
        began = bench.world.now_s
        assert bench.run(plan).status == "succeeded"
        return bench.world.now_s - began

    usual = seconds("reach xy 0.5 minus 0.2 z 0.2")
    assert seconds("pace slow { reach xy 0.5 minus 0.2 z 0.2 }") > 1.8 * usual
    assert seconds("reach xy 0.5 minus 0.2 z 0.2") == pytest.approx(usual, rel=0.1)


def test_more_room_is_kept_to_what_must_not_be_touched(bench: Workbench) -> None:
    """So near to the can the hand may go, but not where the can must not be touched."""
    wide = bench.skills.scene().get("can")
    assert wide is not None
    above = Pose((0.45, 0.0, wide.top_z + KEEP_CLEAR_M / 2 + 0.004))
    assert bench.do("reach", pose=above).failure is None
    bench.run("home")
    report = bench.do("reach", pose=above, clear_of=("can",))
    assert report.failure is Failure.IN_THE_WAY


def test_what_must_not_be_touched_is_not(bench: Workbench) -> None:
    touched: set[str] = set()
    plan = "avoid [ the can ] { put [ the red block ] right_of [ the can ] }"
    out = bench.run(plan, lambda: touched.update(bench.touched_by_robot()))
    assert out.status == "succeeded"
    assert "red" in touched and "can" not in touched
    assert bench.at("can")[:2] == pytest.approx((0.45, 0.0), abs=0.001)
    refused = bench.run("avoid [ the can ] { put [ the can ] in [ the bowl ] }")
    assert refused.status == "cannot" and "without touching the blue can" in refused.reply


def test_a_turn_is_taken_back(bench: Workbench) -> None:
    turned: list[float] = []
    bench.run("rotate [ the red block ] cw 90")
    out = bench.run("undo")
    assert out.status == "succeeded" and out.reply == "I undid the last command."
    turned += [a["angle_rad"] for s in out.steps for a in s["actions"] if a["name"] == "rotate"]
    assert turned == [pytest.approx(1.5708, abs=1e-3)]


def test_clearing_a_half_tries_another_spot_and_leaves_nothing_in_the_hand(
    made: Workbench,
) -> None:
    """Six things in a plain scene: the first spot for the yellow block left no room for the hand,
    and was tried again and again."""
    things = [
        ("bowl", "red", 0.582, 0.197), ("block", "blue", 0.573, -0.259),
        ("can", "green", 0.546, -0.007), ("block", "yellow", 0.464, 0.167),
        ("bowl", "purple", 0.497, -0.165), ("can", "orange", 0.414, 0.041),
    ]  # fmt: skip
    made.set_up({"objects": [{"kind": k, "color": c, "position": [x, y]} for k, c, x, y in things]})
    out = made.run("clear at left")
    assert out.status == "succeeded" and made.skills.held is None
    assert all(o.position[1] < 0.01 for o in made.skills.scene().objects)


def believes_held(bench: Workbench, object_id: str) -> None:
    """From now on perception takes it for held."""

    def look() -> Scene:
        seen = oracle_scene(bench.world)
        objects = (replace(o, held=o.id == object_id) for o in seen.objects)
        return replace(seen, objects=tuple(objects))

    bench.look = look


def test_what_perception_takes_for_held_in_an_open_hand_is_not(bench: Workbench) -> None:
    believes_held(bench, "red")
    for _ in range(2):
        report = bench.do("place", "red", pose=Pose((0.45, -0.1, 0.0), 0.0), support="table")
        assert report.failure is Failure.NOT_HOLDING, report
    assert bench.do("pick", "can").status is SkillStatus.SUCCEEDED


def test_what_is_in_the_hand_after_all_can_be_put_down(bench: Workbench) -> None:
    """The skills have forgotten it, as after a pick that was given up."""
    assert bench.do("pick", "red").status is SkillStatus.SUCCEEDED
    bench.skills.reset()
    believes_held(bench, "red")
    bench.skills.see()
    assert bench.skills.held == "red"
    bench.do("place", "red", pose=Pose((0.45, -0.15, 0.0), 0.0), support="table")
    assert bench.at("red")[:2] == pytest.approx((0.45, -0.15), abs=0.015)
    assert bench.skills.held is None


def test_a_failed_motion_is_reported_and_not_printed(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    def run(context: Context, action: Action) -> SkillRun:
        yield
        raise UnreachableError("expected the way to stay reachable")

    skill = Skill("point", "pointing", run, lambda scene, action: scene)
    skills = MotionSkills(bench.world, bench.look, Kinematics(PANDA), skills={"point": skill})
    skills.start(Action("point"))
    with caplog.at_level(logging.DEBUG):
        report = skills.tick()
    assert report.failure is Failure.UNREACHABLE
    assert [r.levelname for r in caplog.records if "skill failed" in r.message] == ["DEBUG"]
