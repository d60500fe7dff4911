"""The plan guard on a simulated arm: what it stops on the way, by where the tip really was."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from llmagentos import Agent
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.modules import PlanningModule
from llmagentos.robots import load
from llmagentos.safety.guard import GuardRules, PeopleInput
from llmagentos.types import Action, Pose

PERSON = (0.5, -0.25)
RULES = {"keep_out": [{"name": "the far side", "x": [0.66, None]}]}
SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "position": [0.40, 0.10]},
        {"kind": "can", "color": "orange", "position": [0.50, -0.10], "attributes": ["hot"]},
    ]
}


class Nobody(PlanningModule):
    """Plans nothing: the actions are given."""

    def plan(self, features: object) -> object:
        raise AssertionError("nothing was said")


@pytest.fixture(scope="module")
def arm() -> Iterator[tuple[Agent, PeopleInput]]:
    people = PeopleInput(clock=lambda: 0.0)  # no report grows old while this is slow
    with Agent.in_simulation(
        SCENE, planning=Nobody(), rules=GuardRules.of(RULES), people=people, words=False
    ) as agent:
        yield agent, people


@contextmanager
def watched(agent: Agent, look: Callable[[tuple[float, ...]], None]) -> Iterator[None]:
    """Every control period tells where the tip really is."""
    robot = agent.robot
    assert robot is not None and robot.simulation is not None
    world, observers = robot.simulation.world, robot.driver.observers  # type: ignore[attr-defined]

    def period() -> None:
        look(world.robot.tip_pose()[0])

    observers.append(period)
    try:
        yield
    finally:
        observers.remove(period)


def reach(x: float, y: float) -> Action:
    return Action("reach", pose=Pose((x, y, 0.2)))


def test_a_person_who_comes_near_stops_the_arm_before_the_clearance(
    arm: tuple[Agent, PeopleInput],
) -> None:
    agent, people = arm
    people.report([])
    assert agent.perform(reach(0.5, 0.3)).status == "succeeded"
    gaps: list[float] = []

    def look(tip: tuple[float, ...]) -> None:
        gaps.append(math.dist(tip[:2], PERSON))
        people.report([PERSON] if len(gaps) > 20 else [])

    with watched(agent, look):
        result = agent.perform(reach(*PERSON))
    assert result.status == "refused" and "rule 'person'" in result.reply
    assert min(gaps) >= 0.29
    people.report([PERSON])
    again = agent.perform(reach(*PERSON))
    assert again.status == "refused" and again.timings.first_motion_s is None
    people.report([])


def test_what_a_scene_file_says_of_a_thing_counts(arm: tuple[Agent, PeopleInput]) -> None:
    agent, people = arm
    people.report([])
    can = next(o for o in agent.look().objects if o.kind == "can")
    people.report([])
    result = agent.perform(Action("pick", object_id=can.id))
    assert result.status == "question"
    assert result.reply == "This moves the orange can, which is hot. Say yes to do it."
    assert result.timings.first_motion_s is None


def test_the_forearm_stays_out_of_a_box_that_the_fingers_never_come_near() -> None:
    box = {"x": [0.0, 0.2], "y": [0.12, 0.30], "z": [0.40, None]}
    rules = GuardRules.of({"keep_out": [{"name": "the lamp", **box}]})
    with Agent.in_simulation(SCENE, planning=Nobody(), rules=rules, words=False) as agent:
        robot: Any = agent.robot
        world, inside = robot.simulation.world, []
        kinematics = Kinematics(load("panda"))

        def period() -> None:
            points = kinematics.body_points(world.state().positions)
            inside.append(any(rules.keep_out[0].has(p) for p in points))

        robot.driver.observers.append(period)
        result = agent.perform(reach(0.50, 0.30))
        assert result.status == "refused", result.reply
        assert "moves my arm into the lamp" in result.reply and "I have stopped" in result.reply
        assert inside and not any(inside)
        assert agent.perform(reach(0.50, -0.30)).status == "succeeded"  # away from it
        assert not any(inside)
