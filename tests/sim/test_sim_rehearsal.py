"""Copies of what was seen: real physics, the skills' own code, and never the simulator's truth."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from llmagentos.motion.kinematics import Kinematics
from llmagentos.objects.geometry import object_geometry
from llmagentos.ports.rehearsal import RehearsedSkills
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.robots import load
from llmagentos.types import Action, Pose, RobotState, Scene, SceneObject
from sim.rehearsal import SimRehearsal
from sim.rehearsal.rehearsal import LookError

PANDA = load("panda")
AT_HOME = RobotState(PANDA.home_rad, (0.0,) * 7, PANDA.max_opening_m, 0.0)


def thing(
    kind: str, color: str, x: float, y: float, base_z: float = 0.0, **more: object
) -> SceneObject:
    size = float(more.pop("size", None) or object_geometry(kind, None).size_m)  # type: ignore[arg-type]
    height = object_geometry(kind, size).height_m
    at = (x, y, base_z + height / 2)
    return SceneObject(f"{color}_{kind}", kind, color, size, height, at, **more)  # type: ignore[arg-type]


TABLE = Scene(
    (
        thing("block", "red", 0.45, 0.1, yaw=0.3),
        thing("block", "blue", 0.55, -0.1),
        thing("bowl", "green", 0.5, -0.25),
    )
)


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[SimRehearsal]:
    made = SimRehearsal(PANDA, lambda: AT_HOME, "sim")
    yield made
    made.close()


def done(skills: RehearsedSkills, *actions: Action) -> SkillReport:
    """The report on the last one, or on the first that failed."""
    for action in actions:
        skills.start(action)
        report = skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = skills.tick()
        if report.failure is not None:
            break
    return report


def bits(skills: RehearsedSkills) -> bytes:
    return skills._world.state_bytes()  # type: ignore[attr-defined, no-any-return]


STACK = (
    Action("pick", "red_block"),
    Action("place", "red_block", Pose((0.55, -0.1, 0.04)), "blue_block"),
)


def test_a_copy_holds_what_was_seen_and_its_camera_shows_that(rehearsal: SimRehearsal) -> None:
    for number in (0, 3):
        assert rehearsal.copy(TABLE, number).see().objects == TABLE.objects


def test_the_same_copy_goes_the_same_way_and_another_one_another(rehearsal: SimRehearsal) -> None:
    ends = []
    for number in (1, 2, 1):
        skills = rehearsal.copy(TABLE, number)
        assert done(skills, *STACK).failure is None
        assert skills.harm() is None
        ends.append(bits(skills))
    assert ends[0] == ends[2] != ends[1]


def test_things_stack_and_cost_less_than_a_third_of_their_time(rehearsal: SimRehearsal) -> None:
    skills = rehearsal.copy(TABLE, 0)
    assert done(skills, *STACK).failure is None
    red = skills.scene().get("red_block")
    assert red is not None and red.support == "blue_block"
    assert skills.cost_s < 2.0  # about 7 s of an arm's time


def test_things_go_into_a_vessel(rehearsal: SimRehearsal) -> None:
    skills = rehearsal.copy(TABLE, 2)
    place = Action("place", "red_block", Pose((0.5, -0.25, 0.01)), "green_bowl", True)
    assert done(skills, STACK[0], place).failure is None
    assert skills.scene().get("red_block").inside  # type: ignore[union-attr]


def test_what_is_held_at_first_can_be_put_down() -> None:
    tip = (0.45, 0.1, 0.25)
    joints = tuple(float(q) for q in Kinematics(PANDA).solve(Pose(tip, 0.0)))
    made = SimRehearsal(PANDA, lambda: RobotState(joints, (0.0,) * 7, 0.04, 0.0), "sim")
    held = thing("block", "red", tip[0], tip[1], tip[2] - 0.02, held=True, support="gripper")
    skills = made.copy(Scene((held, TABLE.objects[1])), 1)
    assert skills.held == "red_block"
    assert done(skills, STACK[1]).failure is None
    made.close()


def test_a_neighbour_that_fingers_hit_is_foreseen() -> None:
    """A camera that is 3 cm off lets the hand come down on what stands beside."""
    near = Scene((*TABLE.objects[:1], thing("can", "white", 0.45, 0.175)))
    made = SimRehearsal(PANDA, lambda: AT_HOME, "sim", error=LookError(0.05, 0.0, 0.0))
    told = []
    for number in (1, 2, 4):
        skills = made.copy(near, number)
        report = done(skills, STACK[0])
        told.append(report.failure is not None or skills.harm() is not None)
    made.close()
    assert any(told)


def test_a_stack_that_falls_is_foreseen(rehearsal: SimRehearsal) -> None:
    """Set down over an edge it falls: by the place's own look, or later."""
    skills = rehearsal.copy(TABLE, 0)
    over = Action("place", "red_block", Pose((0.55, -0.078, 0.04)), "blue_block")
    report = done(skills, STACK[0], over)
    assert report.failure is not None or skills.harm() is not None


def test_a_tower_that_is_pushed_over_is_named() -> None:
    """The same camera, and a tower close beside the way of a stroke."""
    tower = [
        thing("block", c, 0.53, 0.165, 0.04 * n) for n, c in enumerate(("blue", "green", "white"))
    ]
    scene = Scene((thing("block", "red", 0.42, 0.1), *tower))
    made = SimRehearsal(PANDA, lambda: AT_HOME, "sim", error=LookError(0.03, 0.0, 0.0))
    skills = made.copy(scene, 2)
    done(skills, Action("push", "red_block", Pose((0.6, 0.1, 0.0))))
    harm = skills.harm()
    made.close()
    assert harm is not None and harm.how == "knocked over"
    assert harm.object_id in {o.id for o in tower}


def test_a_look_shows_where_a_thing_was_put(rehearsal: SimRehearsal) -> None:
    """Not where it stood first, though it shall stay where it is now."""
    skills = rehearsal.copy(TABLE, 1)
    assert done(skills, *STACK).failure is None
    red = skills.see().get("red_block")
    assert red is not None and red.support == "blue_block"
    assert red.position[:2] == pytest.approx((0.55, -0.1), abs=0.01)
    assert done(skills, STACK[0]).failure is None and skills.held == "red_block"


def test_what_is_pushed_stays_on_the_table(rehearsal: SimRehearsal) -> None:
    """Both fingers touch it, from one side: it is not in the hand when that goes back and up."""
    small = Scene((thing("block", "red", 0.45, 0.05, size=0.03),))
    skills = rehearsal.copy(small, 1)
    assert done(skills, Action("push", "red_block", Pose((0.45, -0.05, 0.0)))).failure is None
    red = skills.see().get("red_block")
    assert red is not None and red.support == "table"
    assert red.position[2] == pytest.approx(0.015, abs=0.003)


def test_what_is_on_its_way_is_no_harm(rehearsal: SimRehearsal) -> None:
    """A budget may end while an action is under way."""
    skills = rehearsal.copy(TABLE, 1)
    assert done(skills, STACK[0]).failure is None
    skills.start(STACK[1])
    assert skills.tick().status is SkillStatus.RUNNING
    skills._world.robot.put_fingers(0.08)  # type: ignore[attr-defined]
    for _ in range(60):
        skills._world.advance()  # type: ignore[attr-defined]
    assert skills.harm() is None
