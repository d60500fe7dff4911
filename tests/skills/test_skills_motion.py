"""The physical skills in PyBullet, seen by a perfect eye and judged by the simulator's truth."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("pybullet")

from lab.arms import PANDA
from lab.workbench import Workbench

from benchmarks.oracle import oracle_scene
from llmagentos.motion.kinematics import Kinematics
from llmagentos.objects.geometry import object_geometry
from llmagentos.ports.failures import Failure
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.skills import MotionSkills, SkillExecutor, SkillReport, SkillStatus
from llmagentos.types import Action, Pose, Scene

SCENE: dict[str, Any] = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.45, 0.10], "yaw": 0.3},
        {"kind": "block", "color": "green", "position": [0.50, 0.22]},
        {"kind": "bowl", "color": "blue", "position": [0.55, -0.15]},
        {"kind": "can", "color": "gold", "position": [0.62, 0.02]},
    ]
}


@pytest.fixture(scope="module")
def _lab() -> Iterator[Workbench]:
    made = Workbench()
    yield made
    made.close()


@pytest.fixture
def lab(_lab: Workbench) -> Workbench:
    _lab.set_up(SCENE)
    return _lab


def ok(report: SkillReport) -> bool:
    return report.status is SkillStatus.SUCCEEDED


def test_implements_the_port(lab: Workbench) -> None:
    assert isinstance(lab.skills, SkillExecutor)


def test_pick_and_stack(lab: Workbench) -> None:
    assert ok(lab.do("pick", "red_block"))
    assert lab.world.held_truth() == "red_block" == lab.skills.held
    held = lab.skills.scene().held
    assert held is not None and held.id == "red_block"
    np.testing.assert_allclose(held.position, lab.at("red_block"), atol=0.004)
    x, y, _ = lab.at("green_block")
    report = lab.do("place", "red_block", pose=Pose((x, y, 0.04)), support="green_block")
    assert ok(report) and report.attempts == 1
    np.testing.assert_allclose(lab.at("red_block"), (x, y, 0.06), atol=0.003)
    assert lab.skills.held is None
    report = lab.do("pick", "green_block")
    assert report.failure is Failure.COVERED and "red block" in report.words


def test_put_in_a_bowl_and_carry_the_bowl_by_its_rim(lab: Workbench) -> None:
    g = object_geometry("bowl")
    x, y, _ = lab.at("blue_bowl")
    assert ok(lab.do("pick", "red_block"))
    pose = Pose((x, y, g.floor_m))
    assert ok(lab.do("place", "red_block", pose=pose, support="blue_bowl", inside=True))
    assert math.dist(lab.at("red_block")[:2], (x, y)) < 0.03
    report = lab.do("pick", "blue_bowl")
    assert ok(report) and "rim" in report.words
    assert ok(lab.do("place", "blue_bowl", pose=Pose((0.38, -0.05, 0.0))))
    assert math.dist(lab.at("blue_bowl")[:2], (0.38, -0.05)) < 0.015
    assert math.dist(lab.at("red_block")[:2], (0.38, -0.05)) < 0.05


def test_take_a_ball_out_of_a_bowl(lab: Workbench) -> None:
    floor = object_geometry("bowl").floor_m
    lab.set_up(
        {
            "objects": [
                {"kind": "bowl", "color": "blue", "position": [0.5, 0.1]},
                {"kind": "ball", "color": "red", "position": [0.5, 0.1, floor + 0.0235]},
            ]
        }
    )
    assert ok(lab.do("pick", "red_ball"))
    assert ok(lab.do("place", "red_ball", pose=Pose((0.45, -0.1, 0.0))))
    assert math.dist(lab.at("red_ball")[:2], (0.45, -0.1)) < 0.015
    assert math.dist(lab.at("blue_bowl")[:2], (0.5, 0.1)) < 0.01


def test_push(lab: Workbench) -> None:
    assert ok(lab.do("push", "green_block", pose=Pose((0.40, 0.28, 0.0))))
    assert math.dist(lab.at("green_block")[:2], (0.40, 0.28)) < 0.02
    assert lab.at("green_block")[2] == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize("angle", [0.6, -2.5])
def test_rotate(lab: Workbench, angle: float) -> None:
    before = oracle_scene(lab.world).get("red_block")
    assert before is not None
    assert ok(lab.do("rotate", "red_block", angle_rad=angle))
    after = oracle_scene(lab.world).get("red_block")
    assert after is not None
    wrong = math.remainder(after.yaw - before.yaw - angle, math.pi / 2)
    assert abs(wrong) < 0.1
    assert math.dist(after.position, before.position) < 0.01


def test_a_half_turn_that_no_wrist_can_make_is_made_in_two(lab: Workbench) -> None:
    lab.set_up({"objects": [{"kind": "duck", "position": [0.40, -0.22]}]})
    report = lab.do("rotate", "yellow_duck", angle_rad=math.pi)
    assert ok(report)
    turned = lab.world.objects()[0]["yaw"]
    assert abs(abs(math.remainder(turned, 2 * math.pi)) - math.pi) < 0.15
    assert math.dist(lab.at("yellow_duck")[:2], (0.40, -0.22)) < 0.01


@pytest.mark.parametrize("off", [(0.002, 0.021), (-0.016, -0.014), (0.021, 0.0)])
def test_a_ball_by_the_wall_of_a_bowl_is_taken_out(
    lab: Workbench, off: tuple[float, float]
) -> None:
    lab.set_up(
        {
            "objects": [
                {"kind": "bowl", "color": "blue", "size": 0.13, "position": [0.55, -0.10]},
                {"kind": "ball", "color": "red", "size": 0.04, "position": [0.35, 0.20]},
            ]
        }
    )
    lab.world.teleport_object("red_ball", [0.55 + off[0], -0.10 + off[1], 0.028])
    lab.world.settle(1.0)
    assert ok(lab.do("pick", "red_ball"))
    assert lab.world.held_truth() == "red_ball"


def test_small_skills(lab: Workbench) -> None:
    start = lab.world.now_s
    assert ok(lab.do("wait", duration_s=0.5))
    assert lab.world.now_s - start == pytest.approx(0.5, abs=0.03)
    assert ok(lab.do("point", pose=Pose((0.62, 0.02, 0.0))))
    tip = lab.world.robot.tip_pose()[0]
    top = object_geometry("can").height_m
    assert math.dist(tip[:2], (0.62, 0.02)) < 0.003 and 0.1 < tip[2] - top < 0.15
    assert lab.touched_by_robot() == set()
    assert ok(lab.do("home")) and ok(lab.do("look"))
    assert ok(lab.do("pick", "gold_can"))
    assert ok(lab.do("open_gripper")) and lab.world.held_truth() is None


def test_what_was_not_seen_by_the_last_look_is_not_believed(lab: Workbench) -> None:
    """A tracker that remembers the old place must not make a placement look wrong or right."""
    assert ok(lab.do("pick", "red_block"))
    old = lab.skills.scene()

    def look() -> Scene:
        return dataclasses.replace(old, stamp_s=lab.world.now_s)

    lab.look = look
    report = lab.do("place", "red_block", pose=Pose((0.4, -0.2, 0.0)))
    assert report.failure is Failure.MISPLACED and "out of sight" in report.words


def put_in_bowl_unseen(lab: Workbench) -> SkillReport:
    """The red block goes into the bowl, and from then on the eye sees everything but it."""
    assert ok(lab.do("pick", "red_block"))

    def look() -> Scene:
        seen = oracle_scene(lab.world)
        return dataclasses.replace(
            seen, objects=tuple(o for o in seen.objects if o.id != "red_block")
        )

    lab.look = look
    bowl = lab.at("blue_bowl")
    pose = Pose((bowl[0], bowl[1], 0.006))
    return lab.do("place", "red_block", pose=pose, support="blue_bowl", inside=True)


def test_what_was_let_go_in_a_vessel_is_believed_to_lie_there(lab: Workbench) -> None:
    report = put_in_bowl_unseen(lab)
    assert report.failure is Failure.HIDDEN and "out of sight" in report.words
    inside = lab.skills.see().get("red_block")
    assert inside is not None and inside.support == "blue_bowl" and inside.inside
    assert math.dist(inside.position[:2], lab.at("blue_bowl")[:2]) < 0.01
    # It goes where the bowl goes, and where it is seen again is where it is.
    lab.world.teleport_object("blue_bowl", [0.45, -0.20])
    moved = lab.skills.see().get("red_block")
    assert moved is not None and math.dist(moved.position[:2], (0.45, -0.20)) < 0.01
    lab.world.teleport_object("red_block", [0.62, 0.25])
    lab.look = lambda: oracle_scene(lab.world)
    seen = lab.skills.see().get("red_block")
    assert seen is not None and math.dist(seen.position[:2], (0.62, 0.25)) < 0.01
    assert lab.do("place", "red_block", pose=Pose((0.5, 0.0, 0.0))).failure is Failure.NOT_HOLDING


def test_what_looks_like_another_kind_in_there_is_not_counted_twice(lab: Workbench) -> None:
    put_in_bowl_unseen(lab)

    def look() -> Scene:
        seen = oracle_scene(lab.world)
        as_brick = [
            dataclasses.replace(o, id="red_lego_1", kind="lego") if o.id == "red_block" else o
            for o in seen.objects
        ]
        return dataclasses.replace(seen, objects=tuple(as_brick))

    lab.look = look
    red = [(o.id, o.kind) for o in lab.skills.see().objects if o.color == "red"]
    assert red == [("red_block", "block")]


def test_another_side_of_what_lies_in_there_is_no_new_thing(lab: Workbench) -> None:
    """Seen in the bowl at first, then doubled with something on the double, then covered."""
    put_in_bowl_unseen(lab)
    lab.look = lambda: oracle_scene(lab.world)
    assert len([o for o in lab.skills.see().objects if o.color == "red"]) == 1

    def doubled() -> Scene:
        seen = oracle_scene(lab.world)
        red, can = seen.get("red_block"), seen.get("gold_can")
        assert red is not None and can is not None
        more = [
            dataclasses.replace(red, id="red_lego_1", kind="lego"),
            dataclasses.replace(red, id="blue_block_1", color="blue"),
            dataclasses.replace(can, support="red_lego_1"),
        ]
        kept = [o for o in seen.objects if o.id != "gold_can"]
        return dataclasses.replace(seen, objects=(*kept, *more))

    lab.look = doubled
    scene = lab.skills.see()
    assert [o.id for o in scene.objects if o.color == "red"] == ["red_block"]
    assert [o.id for o in scene.objects if o.color == "blue"] == ["blue_bowl"]
    on_it = scene.get("gold_can")
    assert on_it is not None and on_it.support == "blue_bowl" and on_it.inside

    def covered() -> Scene:
        seen = oracle_scene(lab.world)
        kept = tuple(o for o in seen.objects if o.id != "red_block")
        return dataclasses.replace(seen, objects=kept)

    lab.look = covered
    still = lab.skills.see().get("red_block")
    assert still is not None and still.support == "blue_bowl" and still.inside


def test_a_twin_of_another_size_is_not_what_was_put_down(lab: Workbench) -> None:
    red = {"kind": "block", "color": "red"}
    lab.set_up(
        {
            "objects": [
                {"id": "small", **red, "size": 0.03, "position": [0.45, 0.10]},
                {"id": "big", **red, "size": 0.06, "position": [0.50, -0.15]},
            ]
        }
    )
    assert ok(lab.do("pick", "small"))

    def look() -> Scene:
        seen = oracle_scene(lab.world)
        return dataclasses.replace(seen, objects=tuple(o for o in seen.objects if o.id == "big"))

    lab.look = look
    report = lab.do("place", "small", pose=Pose((0.50, -0.10, 0.0)))
    assert report.failure is Failure.MISPLACED and "out of sight" in report.words


def test_careful_profile_is_slow(lab: Workbench) -> None:
    kinematics = Kinematics(PANDA)
    gate = MotionGate.of(PANDA, "careful", kinematics.tip_position)
    skills = MotionSkills(
        GatedDriver(lab.world, gate), lambda: lab.look(), kinematics, profile="careful"
    )
    skills.start(Action("pick", object_id="red_block"))
    report = skills.tick()
    while report.status is SkillStatus.RUNNING:
        report = skills.tick()
    assert ok(report) and not gate.rejections and lab.world.held_truth() == "red_block"


def test_pushes_by_carrying_where_there_is_no_room(lab: Workbench) -> None:
    lab.set_up(
        {
            "objects": [
                {"kind": "block", "color": "red", "position": [0.50, 0.0]},
                {"kind": "box", "color": "blue", "position": [0.50, -0.10]},
            ]
        }
    )
    report = lab.do("push", "red_block", pose=Pose((0.50, 0.12, 0.0)))
    assert ok(report) and "carried" in report.words
    assert math.dist(lab.at("red_block")[:2], (0.50, 0.12)) < 0.01


def test_wrong_calls_fail_and_move_nothing(lab: Workbench) -> None:
    before = lab.world.state().positions
    assert lab.do("pick", "nothing").failure is Failure.NOT_SEEN
    assert lab.do("place", "red_block", pose=Pose((0.5, 0.0, 0.0))).failure is Failure.NOT_HOLDING
    assert lab.do("push", "red_block").failure is Failure.INVALID_ACTION
    assert lab.do("point").failure is Failure.INVALID_ACTION
    assert lab.do("wait", duration_s=math.nan).failure is Failure.INVALID_ACTION
    assert lab.do("dance").failure is Failure.UNKNOWN_SKILL
    assert lab.do("point", pose=Pose((1.5, 0.0, 0.0))).failure is Failure.UNREACHABLE
    np.testing.assert_allclose(lab.world.state().positions, before, atol=2e-3)


def test_a_moved_object_is_grasped_at_the_second_try(lab: Workbench) -> None:
    lab.skills.start(Action("pick", object_id="red_block"))
    lab.skills.tick()
    lab.world.teleport_object("red_block", [0.40, -0.20])
    report = lab.skills.tick()
    while report.status is SkillStatus.RUNNING:
        report = lab.skills.tick()
    assert ok(report) and report.attempts == 2
    assert lab.world.held_truth() == "red_block"


def test_an_object_that_is_not_there_is_an_honest_failure(lab: Workbench) -> None:
    seen = oracle_scene(lab.world)
    ghost = dataclasses.replace(
        next(o for o in seen.objects if o.id == "green_block"), position=(0.40, -0.25, 0.02)
    )
    others = tuple(o for o in seen.objects if o.id != ghost.id)

    def look() -> Scene:
        now = lab.world.now_s
        items = tuple(dataclasses.replace(o, last_seen_s=now) for o in (*others, ghost))
        return Scene(items, now)

    lab.look = look
    report = lab.do("pick", "green_block")
    assert report.failure is Failure.GRASP_FAILED and report.attempts == 3
    assert "tried" in report.words


def test_slipped_on_the_way_is_seen_and_told(lab: Workbench) -> None:
    """A skill tries once; the step picks it up again (test_skills_faults)."""
    assert ok(lab.do("pick", "red_block"))
    lab.skills.start(Action("place", object_id="red_block", pose=Pose((0.4, -0.2, 0.0))))
    lab.skills.tick()
    lab.world.teleport_object("red_block", [0.45, 0.0])
    report = lab.skills.tick()
    while report.status is SkillStatus.RUNNING:
        report = lab.skills.tick()
    assert report.failure is Failure.SLIPPED and "slipped out of my hand" in report.words
    assert lab.skills.held is None and lab.world.held_truth() is None


@pytest.mark.parametrize("ticks", [3, 7, 15, 21])
def test_stop_is_quick_keeps_holding_and_work_goes_on(lab: Workbench, ticks: int) -> None:
    lab.skills.start(Action("pick", object_id="red_block"))
    for _ in range(ticks):
        lab.skills.tick()
    started = lab.world.now_s
    report = lab.skills.stop()
    assert lab.world.now_s - started <= 0.3
    assert max(map(abs, lab.world.state().velocities)) < 0.02
    assert report.failure is Failure.STOPPED and "x 0." in report.words
    assert ("holding" in report.words) == (ticks >= 15)
    assert lab.skills.tick() is report, "nothing resumes by itself"
    assert ok(lab.do("home"))
    assert lab.world.held_truth() == ("red_block" if ticks >= 15 else None)


def test_picks_between_close_neighbours_without_touching_them(lab: Workbench) -> None:
    lab.set_up(
        {
            "objects": [
                {"kind": "block", "color": "red", "position": [0.50, 0.0]},
                {"kind": "block", "color": "blue", "position": [0.50, 0.05]},
                {"kind": "block", "color": "green", "position": [0.50, -0.05]},
            ]
        }
    )
    before = lab.at("blue_block"), lab.at("green_block")
    assert ok(lab.do("pick", "red_block"))
    np.testing.assert_allclose(lab.at("blue_block"), before[0], atol=0.002)
    np.testing.assert_allclose(lab.at("green_block"), before[1], atol=0.002)


def test_same_start_gives_the_same_bits(lab: Workbench) -> None:
    states = []
    for _ in range(2):
        lab.set_up(SCENE)
        lab.do("pick", "gold_can")
        lab.do("place", "gold_can", pose=Pose((0.4, -0.1, 0.0)))
        states.append(lab.world.state_bytes())
    assert states[0] == states[1]


@pytest.mark.parametrize("at", [[0.5205, 0.125, 0.0255], [0.5324, 0.1104, 0.0255]])
def test_takes_a_block_from_the_wall_of_a_box(lab: Workbench, at: list[float]) -> None:
    lab.set_up(
        {
            "objects": [
                {"kind": "box", "color": "gold", "size": 0.14, "position": [0.5, 0.1]},
                {"kind": "block", "color": "gray", "position": at},
            ]
        }
    )
    assert ok(lab.do("pick", "gray_block"))
    assert lab.world.held_truth() == "gray_block"
    assert math.dist(lab.at("gold_box")[:2], (0.5, 0.1)) < 0.01


def test_what_is_too_close_is_named_and_then_out_of_the_way(lab: Workbench) -> None:
    """Blocks that touch: without the one behind it the middle one can be gripped."""
    block = {"kind": "block", "size": 0.04}
    row = [("red", 0.45, 0.0415), ("green", 0.45, 0.0), ("blue", 0.45, -0.0415), ("gold", 0.491, 0)]
    objects = [{"id": c, **block, "color": c, "position": [x, y]} for c, x, y in row]
    lab.set_up({"objects": objects})
    report = lab.do("pick", "green")
    assert report.failure is Failure.NO_GRASP and report.details["in_way"] == "gold"
    assert "gold block is too close" in report.words
    assert ok(lab.do("pick", "gold"))
    assert ok(lab.do("place", "gold", pose=Pose((0.6, 0.2, 0.0))))
    assert ok(lab.do("pick", "green"))
    assert all(np.hypot(*(lab.at(c)[:2] - (0.45, y))) < 0.015 for c, _, y in (row[0], row[2]))


def test_a_brick_beside_a_box_is_gripped_the_other_way_round(lab: Workbench) -> None:
    box = {"kind": "box", "color": "tan", "size": 0.2, "position": [0.58, -0.05]}
    brick = {"kind": "lego", "color": "red", "position": [0.42, 0.06]}
    lab.set_up({"objects": [box, brick]})
    assert ok(lab.do("pick", "red_lego"))


def test_a_ball_in_the_corner_of_a_box_tells_what_is_in_the_way(lab: Workbench) -> None:
    box = {"id": "box", "kind": "box", "color": "tan", "size": 0.2, "position": [0.55, 0.0]}
    ball = {"kind": "ball", "color": "red", "size": 0.035, "position": [0.6, 0.05, 0.023]}
    lab.set_up({"objects": [box, ball]})
    report = lab.do("pick", "red_ball")
    assert report.failure is Failure.NO_GRASP and "box leaves no room for my hand" in report.words


def test_goes_on_after_pressing_on_something(lab: Workbench) -> None:
    """Set down where the scene hid a block: the arm is held up, and the work still goes on."""
    assert ok(lab.do("pick", "red_block"))
    blind = tuple(o for o in lab.skills.scene().objects if o.id != "green_block")
    x, y, _ = lab.at("green_block")

    def look() -> Scene:
        seen = oracle_scene(lab.world)
        return dataclasses.replace(
            seen, objects=tuple(o for o in seen.objects if o.id in {b.id for b in blind})
        )

    lab.look = look
    lab.skills.see()
    report = lab.do("place", "red_block", pose=Pose((x, y, 0.015)))
    assert report.failure in (Failure.MISPLACED, Failure.BLOCKED, None)
    assert ok(lab.do("open_gripper")) and ok(lab.do("home"))
