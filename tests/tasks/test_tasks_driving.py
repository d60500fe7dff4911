"""Plans that drive, carried out in memory: where the base goes, what it brings, what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab.scenes import scene, thing
from lab.still_base import FLAT

from llmagentos.dialogue.options import question_about
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import Outcome
from llmagentos.ports.skills import SkillReport, failed
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Action, BaseState, MapPose, Scene

RED, BLUE = thing("red_cup", "cup", "red", 0.5, 0.0), thing("blue_cup", "cup", "blue", 0.5, 0.2)
TABLE = MapPose(4.0, 1.0)
HOUSE = scene(
    thing("red_block", "block", "red", 0.5, 0.1),
    base=BaseState(MapPose(0.0, 0.0), FLAT, "hall", things=((TABLE, (RED, BLUE)),)),
)


class Robot:
    """Executes plans in a house in memory. at: where the base stands."""

    def __init__(self, house: Scene = HOUSE) -> None:
        self.skills = SymbolicSkills(house)
        self.executor = PlanExecutor(self.skills)
        self.executor.patrol_rounds = 2

    def do(self, plan: str) -> Outcome:
        self.skills.actions.clear()
        return self.executor.run(codec.parse(plan), plan)

    @property
    def way(self) -> list[tuple[float, float] | str]:
        return [(a.goal.x_m, a.goal.y_m) if a.goal else a.name for a in self.skills.actions]


def test_it_goes_and_tells_what_is_there() -> None:
    robot = Robot()
    done = robot.do('goto "table in the kitchen" ; answer scene')
    assert done.status == "succeeded"
    assert done.reply == "I went to the table in the kitchen. I see a blue cup and a red cup."
    assert robot.do("answer whereabouts").reply == "I am in the kitchen, at the table."
    assert robot.do("goto before").status == "succeeded" and robot.way == [(0, 0)]


def test_sent_into_a_room_it_goes_round_its_furniture_before_it_answers() -> None:
    robot = Robot()
    done = robot.do('goto "kitchen" ; answer scene ; answer count [ all cup ]')
    assert done.reply == (
        "I went to the kitchen. At the table I see a blue cup and a red cup. I see nothing at the fridge. "
        "There are 2 cups."
    )
    assert robot.way == [(3, 0), (4, 1), (4, -1)]
    one = robot.do('goto "kitchen" ; answer exists [ the red cup ]')
    assert one.reply.endswith("Yes, there is a red cup.") and robot.way == [(3, 0), (4, 1)]
    assert robot.do("answer scene").reply == "I see a blue cup and a red cup." and robot.way == []


def test_it_brings_a_thing_from_where_it_was_seen_to_the_person() -> None:
    robot = Robot()
    assert robot.do("bring [ the red cup ]").reply == "I brought the red cup to you."
    assert robot.way == [(4, 1), "pick", (0, 0), "place"]
    cup = robot.skills.scene().get("red_cup")
    assert cup is not None and not cup.held


def test_it_brings_several_one_after_the_other() -> None:
    robot = Robot()
    assert robot.do('bring [ all cup ] from "kitchen" to "bedroom"').status == "succeeded"
    assert robot.way == [
        (3, 0), (4, 1), "pick", (0, 4), "place", (4, 1), "pick", (0, 4), "place",
    ]  # fmt: skip
    assert {o.id for o in robot.skills.scene().objects} == {"red_cup", "blue_cup"}


def test_what_is_held_already_is_brought_at_once() -> None:
    robot = Robot()
    robot.do("pick [ the red block ]")
    assert robot.do('bring [ the it object ] to "kitchen"').status == "succeeded"
    assert robot.way == [(3, 0), "place"]


def test_what_was_seen_elsewhere_is_told_from_there() -> None:
    robot = Robot()
    said = robot.do("answer where [ the red cup ]").reply
    assert said == "I saw the red cup in the kitchen, at the table."
    assert "There is no ball" in robot.do("answer where [ the ball ]").reply


def test_what_is_nowhere_is_told_with_where_it_looked() -> None:
    robot = Robot()
    done = robot.do("find [ the ball ]")
    assert done.status == "failed" and "I did not find the ball. I looked at" in done.reply
    assert len(robot.way) == 6


def test_an_ambiguous_thing_is_asked_about_where_it_is() -> None:
    assert Robot().do('bring [ the cup ] from "kitchen"').status == "question"


def test_a_place_that_nobody_knows_is_asked_about_before_a_wheel_turns() -> None:
    robot = Robot()
    asked = robot.do('goto "kitchen" ; goto "garage"')
    assert asked.status == "question" and "garage" in asked.reply and robot.way == []
    assert robot.do('choose to "bedroom"').status == "succeeded"
    assert robot.way[-1] == (0, 4)


def test_a_drive_can_be_corrected() -> None:
    robot = Robot()
    robot.do('goto "bedroom"')
    assert robot.do('correct to "kitchen"').status == "succeeded" and robot.way == [(3, 0)]


def test_a_place_gets_a_name_and_is_found_by_it() -> None:
    robot = Robot()
    robot.do("steer forward dist 2 m")
    assert robot.do('mark "lab"').reply == 'I called this place "lab".'
    robot.do('goto "kitchen"')
    assert robot.do('goto "lab"').status == "succeeded" and robot.way == [(2, 0)]
    assert "the lab" in robot.do("answer places").reply
    both = robot.do('goto "bedroom" ; mark "nest" ; goto "kitchen" ; goto "nest"')
    assert both.status == "succeeded"


def test_a_patrol_goes_round_until_it_is_stopped() -> None:
    robot = Robot()
    assert robot.do('patrol { goto "doors" } ; goto start').status == "succeeded"
    assert robot.way == [(1.5, 0), (0, 2), (1.5, 0), (-1, 0)]  # from where it is
    robot.executor.patrol_rounds = 10**9
    robot.executor.start(codec.parse('patrol { goto "kitchen" ; goto "hall" }'), "patrol")
    for _ in range(400):
        assert robot.executor.tick() is None
    assert len(robot.skills.actions) > 100
    assert "I stopped." in robot.executor.stop().reply


def test_a_patrol_with_nothing_to_do_waits_between_rounds() -> None:
    robot = Robot()
    robot.executor.patrol_rounds = 10
    assert robot.do('patrol { goto "hall" }').status == "succeeded"
    assert 0 < robot.way.count("wait") < 10


def test_directions_are_turns_and_straight_lines() -> None:
    robot = Robot()
    robot.do("steer left dist 1 m")
    base = robot.skills.scene().base
    assert base is not None and base.pose.y_m == pytest.approx(1.0)
    assert robot.do("steer up").status == "cannot"


def test_what_is_not_there_after_a_drive_is_no_reason_not_to_drive() -> None:
    robot = Robot()
    done = robot.do('goto "bedroom" ; pick [ the green ball ]')
    assert robot.way == [(0, 4)] and done.status != "succeeded"


@pytest.mark.parametrize(
    "plan",
    ['goto "kitchen"', "goto here", "steer forward", "follow wall", 'mark "dock"',
     'patrol { goto "hall" }', 'bring [ the red block ] from "kitchen"',
     'find [ the red block ] at "kitchen"'],
)  # fmt: skip
def test_an_arm_that_stands_fast_says_that_it_cannot_drive(plan: str) -> None:
    robot = Robot(replace(HOUSE, base=None))
    done = robot.do(plan)
    assert done.status == "cannot" and done.reply.startswith("I can't drive around")
    assert robot.way == []


def test_a_robot_that_drives_does_not_say_that_it_cannot_drive_around() -> None:
    reply = Robot().do('cannot drive "climb the stairs"').reply
    assert reply.startswith('I can\'t drive there ("climb the stairs"). I can drive to places')
    fast = Robot(replace(HOUSE, base=None)).do('cannot drive "climb the stairs"').reply
    assert fast.startswith('I can\'t drive around ("climb the stairs"). I can pick up')


def test_an_arm_that_stands_fast_hands_over_what_it_reaches() -> None:
    robot = Robot(replace(HOUSE, base=None))
    assert robot.do("bring [ the red block ]").status == "succeeded"
    assert robot.way == ["pick", "place"]
    assert robot.do("find [ the red block ]").reply == "I see the red block here."


def test_what_is_not_in_view_is_looked_for_before_it_is_taken() -> None:
    robot = Robot()
    assert robot.do("pick [ the blue cup ]").status == "succeeded"
    assert robot.way == [(4, 1), "pick"]


def test_a_place_of_the_map_is_no_thing() -> None:
    robot = Robot()
    assert robot.do('find [ the object noun "fridge" ]').status == "succeeded"
    assert robot.way == [(4, -1)]
    robot = Robot()
    done = robot.do('put [ the red block ] on [ the object noun "fridge" ]')
    assert done.status == "succeeded" and robot.way == ["pick", (4, -1), "place"]
    still = Robot(replace(HOUSE, base=None))
    assert still.do('find [ the object noun "fridge" ]').status == "cannot"


def test_it_says_what_it_is_and_can() -> None:
    robot = Robot()
    assert "a robot with an arm that drives" in robot.do("answer identity").reply
    said = robot.do("answer abilities").reply
    assert said.startswith("I can drive to places") and "leave this table" not in said
    still = Robot(replace(HOUSE, base=None))
    assert "I can't leave this table" in still.do("answer abilities").reply


def test_a_plan_that_holds_others_is_asked_about_as_a_whole() -> None:
    plan = codec.parse('patrol { goto "kitchen" ; goto "hall" }')
    assert question_about([plan]) == (
        "Do you mean: Again and again until you say stop: go to the kitchen, then go to the hall?"
    )


def test_a_base_without_an_arm_says_so() -> None:
    assert HOUSE.base is not None
    robot = Robot(replace(HOUSE, base=replace(HOUSE.base, has_arm=False)))
    done = robot.do("bring [ the red cup ]")
    assert (done.status, robot.way) == ("cannot", [])
    assert "I have no arm" in done.reply


class Butterfingers(SymbolicSkills):
    """Loses what it holds at its first drive with it. stays: it lies where it was taken up."""

    stays, slipped = True, False

    def start(self, action: Action) -> None:
        super().start(action)
        self.slips = action.name == "drive_to" and self.held is not None and not self.slipped

    def tick(self) -> SkillReport:
        item = self.scene().held
        if not self.slips or item is None:
            return super().tick()
        self.slips, self.slipped = False, True
        there = tuple(o for o in self.scene().objects if not o.held)
        lost = (replace(item, held=False, support="table"),) if self.stays else ()
        self.set_scene(replace(self.scene(), objects=(*there, *lost)))
        return failed(Failure.SLIPPED, "the red cup slipped out of my hand")


@pytest.mark.parametrize("stays", [True, False])
def test_what_slips_on_the_way_is_taken_up_again_or_told(stays: bool) -> None:
    robot = Robot()
    robot.skills = Butterfingers(HOUSE)
    robot.skills.stays = stays
    robot.executor = PlanExecutor(robot.skills)
    done = robot.do("bring [ the red cup ]")
    if stays:
        assert done.status == "succeeded"
        assert done.reply.endswith("The red cup slipped out of my hand once; I took it up again.")
    else:
        assert done.status == "failed" and "slipped out of my hand" in done.reply
        assert done.reply.endswith("on the way to you. I don't see it any more.")
