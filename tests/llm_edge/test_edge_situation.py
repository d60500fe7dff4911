"""The situation line: what a planner is told of a base, and what it may write without one."""

from __future__ import annotations

from lab.scenes import scene, thing
from lab.still_base import FLAT

from llm_edge import situation
from llm_edge.constraint import PlanConstraint
from llm_edge.tokenization import PlanVocabulary
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import BaseState, MapPose, Scene

CUP = thing("c", "cup", "red", 0.5, 0.0)


def told(there: Scene, **more: bool) -> str:
    return situation.of_request(PlanRequest("go", there), **more)


def test_a_base_is_told_first_with_its_places_once_each() -> None:
    base = BaseState(MapPose(0.0, 0.0), FLAT, "hall")
    line = told(scene(CUP, base=base))
    assert line == (
        "base in hall , knows kitchen , hall , bedroom , table , fridge , dock , kitchen door , "
        "bedroom door . here red cup"
    )
    assert situation.tells_base(line)
    assert told(scene(CUP, base=BaseState(MapPose(0.0, 0.0)))) == "base . here red cup"


def test_a_model_that_never_learnt_of_bases_and_an_arm_that_stands_fast_hear_nothing_of_them() -> (
    None
):
    base = BaseState(MapPose(0.0, 0.0), FLAT, "hall")
    assert told(scene(CUP, base=base), drives=False) == "here red cup" == told(scene(CUP))
    assert not situation.tells_base("here red cup")


def test_without_a_base_no_plan_drives() -> None:
    words = PlanVocabulary()
    drives, stands = PlanConstraint(words), PlanConstraint(words, drives=False)

    def taken(constraint: PlanConstraint, plan: str) -> bool:
        matcher = constraint.matcher()
        for word in plan.split():
            token = words.ids[word]
            if not matcher.allowed()[token]:
                return False
            matcher.consume(token)
        return True

    for plan in ("goto here", "steer forward", "bring [ the cup ] to here", "choose to here"):
        assert taken(drives, plan) and not taken(stands, plan), plan
    for plan in ("pick [ the cup ]", "cannot drive", "answer whereabouts"):
        assert taken(drives, plan) and taken(stands, plan), plan
