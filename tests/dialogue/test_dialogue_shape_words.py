"""Words for form that the planner has none for, with the shipped planner."""

from __future__ import annotations

import pytest

from llm_edge.planner import LLMPlanner
from llmagentos.dialogue.rewrite import descriptions
from llmagentos.dialogue.shape_words import phrases, planned
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene, SceneObject, Vec3


def of_no_kind(name: str, color: str, extents_m: Vec3, x: float, y: float) -> SceneObject:
    at = (x, y, extents_m[2] / 2)
    return SceneObject(name, "thing", color, extents_m[0], extents_m[2], at, extents_m=extents_m)


SCENE = Scene(
    (
        of_no_kind("blue_thing_1", "blue", (0.06, 0.05, 0.16), 0.4, 0.2),
        of_no_kind("brown_thing_1", "brown", (0.14, 0.07, 0.03), 0.6, 0.2),
        SceneObject("white_cup_1", "cup", "white", 0.07, 0.08, (0.4, 0.1, 0.04)),
        SceneObject("green_box_1", "box", "green", 0.16, 0.067, (0.6, -0.2, 0.034)),
    )
)


@pytest.fixture(scope="module")
def planner() -> LLMPlanner:
    return LLMPlanner()


def nouns(planner: LLMPlanner, text: str) -> list[tuple[tuple[str, ...], str | None, str]]:
    plan = planned(PlanRequest(text, SCENE), planner.plan).plan
    return [(o.colors, o.noun, o.kind) for o in descriptions(plan)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("put the tall blue thing in the box", (("blue",), "tall thing", "object")),
        ("put the long thing in the box", ((), "long thing", "object")),
        ("put the longest thing in the green box", ((), "longest thing", "object")),
        ("pick up the flat thing", ((), "flat thing", "object")),
        ("push the long brown thing to the left", (("brown",), "long thing", "object")),
    ],
)
def test_a_form_stays_with_what_it_was_said_of(
    planner: LLMPlanner, text: str, first: object
) -> None:
    assert nouns(planner, text)[0] == first


def test_each_form_is_put_to_its_own_thing(planner: LLMPlanner) -> None:
    found = nouns(planner, "put the thin brown thing next to the tall blue thing")
    assert (("brown",), "thin thing", "object") in found
    assert (("blue",), "tall thing", "object") in found


def test_two_forms_of_two_things_that_are_said_alike(planner: LLMPlanner) -> None:
    found = nouns(planner, "put the tall thing on the left and the flat thing on the right")
    assert found == [((), "tall thing", "object"), ((), "flat thing", "object")]


def test_sentences_without_forms_of_things_go_as_they_are(planner: LLMPlanner) -> None:
    asked: list[str] = []

    def plan(request: PlanRequest) -> object:
        asked.append(request.command)
        return planner.plan(request)

    for text in ("pick up the tallest thing", "put the cup on the left", "build a tall tower",
                 "pick up the second tallest thing", "sort the things from tall to short"):  # fmt: skip
        planned(PlanRequest(text, SCENE), plan)  # type: ignore[arg-type]
        assert asked[-1] == text


def test_the_thing_is_not_it_where_nobody_said_it(planner: LLMPlanner) -> None:
    for text in ("place the green block left of the thing", "pick up the thing"):
        plan = planned(PlanRequest(text, SCENE), planner.plan).plan
        assert all(o.ref is None for o in descriptions(plan))
    plan = planned(PlanRequest("pick up that thing", SCENE), planner.plan).plan
    assert [o.ref for o in descriptions(plan)] == ["it"]


def test_mentions_in_their_order() -> None:
    said = phrases("put the long blue thing behind the strange object")
    assert [(x.shapes, x.colors) for x in said] == [(("long",), ("blue",)), ((), ())]
