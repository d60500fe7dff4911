"""An executor of a base and an arm: who carries out what, and what is believed where."""

from __future__ import annotations

from lab.scenes import scene, thing
from lab.still_base import MapBase

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillExecutor, SkillReport, SkillStatus
from llmagentos.skills.mobile import MobileSkills
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, MapPose, Scene

CUP = thing("red_cup", "cup", "red", 0.5, 0.0)
BLOCK = thing("red_block", "block", "red", 0.5, 0.1)
KITCHEN = MapPose(3.0, 0.0)


def do(skills: MobileSkills, action: Action) -> SkillReport:
    skills.start(action)
    report = skills.tick()
    for _ in range(20):
        if report.status is not SkillStatus.RUNNING:
            break
        report = skills.tick()
    return report


def test_without_an_arm_it_drives_looks_and_picks_up_nothing() -> None:
    base = MapBase()
    views = {0.0: scene(BLOCK), 3.0: scene(CUP)}
    skills = MobileSkills(base, look=lambda: views[base.state().pose.x_m])
    assert isinstance(skills, SkillExecutor)
    assert [o.id for o in skills.see().objects] == ["red_block"]
    assert do(skills, Action("drive_to", goal=KITCHEN)).failure is None
    now = skills.scene()
    assert [o.id for o in now.objects] == ["red_cup"]
    assert now.base is not None and now.base.pose == KITCHEN and not now.base.has_arm
    (at, seen), *more = now.base.things
    assert (at.x_m, [o.id for o in seen], more) == (0.0, ["red_block"], [])
    report = do(skills, Action("pick", "red_cup"))
    assert (report.failure, report.words) == (Failure.CANNOT, "I have no arm")


def test_what_is_held_comes_along_and_a_stop_stops_both() -> None:
    arm = SymbolicSkills(scene(BLOCK))
    skills = MobileSkills(MapBase(), arm)
    assert do(skills, Action("pick", "red_block")).failure is None and skills.held == "red_block"
    skills.start(Action("drive_to", goal=KITCHEN))
    assert skills.tick().status is SkillStatus.RUNNING
    stopped = skills.stop()
    assert stopped.failure is Failure.STOPPED
    assert "I stand at x 0.0 m" in stopped.words and "I am holding the red block" in stopped.words
    assert skills.tick() is stopped and skills.held == "red_block"


def test_a_load_that_slips_ends_the_drive_where_it_slipped() -> None:
    arm, base = SymbolicSkills(scene(BLOCK)), MapBase()
    skills = MobileSkills(base, arm, slipped=lambda: "" if arm.held else "the block slipped")
    do(skills, Action("pick", "red_block"))
    skills.start(Action("drive_to", goal=KITCHEN))
    while base.state().pose != KITCHEN and skills.tick().status is SkillStatus.RUNNING:
        arm.set_scene(scene(BLOCK))  # nothing is in its hand any more
    report = skills.tick()
    assert (report.failure, report.words) == (Failure.SLIPPED, "the block slipped")
    assert base.state().pose == MapPose(0.0, 0.0) and not base.state().moving


def test_a_goal_that_is_none_is_reported_and_a_blocked_way_told() -> None:
    base = MapBase()
    skills = MobileSkills(base, look=Scene)
    assert do(skills, Action("drive_to")).failure is Failure.INVALID_ACTION
    base.blocked = True
    assert do(skills, Action("drive_to", goal=KITCHEN)).failure is Failure.WAY_BLOCKED
    skills.reset()
    assert skills.scene().base is not None and skills.tick().failure is None


def test_an_arm_that_stands_fast_says_that_it_cannot_drive() -> None:
    arm = SymbolicSkills(scene(BLOCK))
    for action in (Action("drive_to", goal=KITCHEN), Action("name_place", text="lab")):
        arm.start(action)
        assert arm.tick().failure is Failure.NO_BASE
