"""References to the past of the dialogue."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab.notation import ctx, obj
from lab.scenes import scene, table, thing

from llmagentos.grounding import ground, ground_landmark, matching
from llmagentos.grounding.context import Event


def moved(object_id: str, command: int = 0) -> Event:
    now = table().get(object_id)
    assert now is not None
    return Event(object_id, replace(now, position=(0.3, 0.3, 0.02)), now, command, "moved it")


@pytest.mark.parametrize(
    ("text", "mentioned", "expected"),
    [
        ("the it object", (("r1",), ("w1",)), "w1"),
        ("the it block", (("r1",), ("w1",)), "r1"),
        ("the it red object", (("r1",), ("w1",)), "r1"),
        ("the it object", (("r1", "r2"), ("w1",)), "w1"),
        ("the them object", (("r1", "r2"), ("w1",)), "r1 r2"),
        ("the them object", (("r1",), ("b1",)), "r1 b1"),
        ("all it object", (("r1", "r2"),), "r1 r2"),
        ("the other red block", (("r1",),), "r2"),
        ("the other object", (("r1",),), "r2"),
        ("the other bowl", (("y1",), ("w1",), ("r1",)), "w2"),
        ("the other object", (("w1",),), "w2"),
        ("all other block", (("r1",),), "k1 y1 b1 r2"),
    ],
)
def test_mentions(text: str, mentioned: tuple, expected: str) -> None:
    found = ground(obj(text), ctx(mentioned=mentioned))
    assert found.ok, found.question
    assert set(found.ids) == set(expected.split())


def test_the_other_bowl_is_the_one_they_are_not_in() -> None:
    found = ground(obj("the other bowl"), ctx(mentioned=(("y1",),)))
    assert found.ids == ("w2",)


def test_it_stays_singular_where_the_number_is_open() -> None:
    at = ctx(mentioned=(("r1", "r2"), ("b1",)))
    assert matching(obj("the it object"), at) == ("b1",)
    assert set(matching(obj("the them object"), at)) == {"r1", "r2"}


def test_it_without_a_past_is_a_question() -> None:
    found = ground(obj("the it object"), ctx())
    assert found.problem == "no_referent" and found.question.endswith("?")


def test_it_may_be_what_is_held_or_the_only_thing() -> None:
    held = thing("h", "block", "red", 0.5, 0.0, held=True)
    only = thing("b", "block", "blue", 0.4, 0.0)
    assert ground(obj("the it object"), ctx(scene(held, only))).ids == ("h",)
    assert ground(obj("the it object"), ctx(scene(only))).ids == ("b",)


def test_it_that_is_gone_is_told() -> None:
    found = ground(obj("the it object"), ctx(mentioned=(("r1",), ("gone",))))
    assert found.problem == "none" and "any more" in found.question


def test_it_as_a_landmark_is_not_the_thing_moved() -> None:
    at = ctx(mentioned=(("r1",), ("b1",)), moving="b1")
    assert ground_landmark(obj("the it object"), at).ids == ("r1",)


def test_plural_only_it_asks_which() -> None:
    assert ground(obj("the it object"), ctx(mentioned=(("r1", "r2"),))).problem == "ambiguous"


def test_this_is_the_loops_item() -> None:
    assert ground(obj("the this object"), ctx(this="b1")).ids == ("b1",)
    assert ground(obj("the this object"), ctx()).problem == "no_referent"
    found = ground(obj("the bowl where same_color [ the this object ]"), ctx(this="b1"))
    assert found.ids == ("w1",)


def test_moved_first_and_last() -> None:
    at = ctx(events=(moved("b1", 0), moved("r1", 1), moved("y1", 1)))
    assert ground(obj("the last_moved object"), at).ids == ("y1",)
    assert ground(obj("the last_moved red block"), at).ids == ("r1",)
    assert ground(obj("the first_moved object"), at).ids == ("b1",)
    assert set(ground(obj("all last_moved object"), at).ids) == {"r1", "y1"}
    assert ground(obj("the last_moved bowl"), at).problem == "no_referent"
    assert ground(obj("the last_moved object"), ctx()).question == "I haven't moved anything yet."


def test_moved_by_rank_and_number() -> None:
    at = ctx(events=(moved("b1", 0), moved("r1", 1), moved("y1", 2), moved("b1", 3)))
    expected = {
        "the first_moved 2 object": "r1",
        "the last_moved 2 object": "y1",
        "the last_moved 2 red block": "",
        "count 2 last_moved object": "b1 y1",
        "count 2 first_moved object": "b1 r1",
        "both last_moved block": "b1 y1",
        "at_most 9 last_moved block": "b1 y1 r1",
        "count 2 last_moved 2 object": "y1 r1",
        "count 2 last_moved object except [ the blue block ]": "y1 r1",
    }
    for text, ids in expected.items():
        found = ground(obj(text), at)
        assert set(found.ids) == set(ids.split()), text
        why = "" if ids else "I have moved only one red block so far."
        assert (found.ok, found.question) == (bool(ids), why), text
    assert set(matching(obj("count 2 last_moved block"), at)) == {"b1", "y1"}
    assert ground(obj("the first_moved 2 object"), at).words.endswith(": moved second")


def test_the_rest_is_what_was_not_handled() -> None:
    assert set(ground(obj("rest block"), ctx(handled=("r1", "w1"))).ids) == {"r2", "k1", "y1", "b1"}
    assert set(ground(obj("rest block"), ctx(events=(moved("y1"),))).ids) == {
        "r1",
        "r2",
        "k1",
        "b1",
    }
    none = ground(obj("rest bowl"), ctx(handled=("w1", "w2")))
    assert none.problem == "none" and "no other bowls" in none.question


def test_pattern_and_answer() -> None:
    at = ctx(pattern=("r1", "r2"), answer=("b1",))
    assert set(ground(obj("the pattern object"), at).ids) == {"r1", "r2"}
    assert ground(obj("the answer object"), at).ids == ("b1",)
    assert ground(obj("the pattern object"), ctx()).problem == "no_referent"


def test_given_names() -> None:
    at = ctx(names={"home bowl": "w1"}, name_places={"base": (0.4, 0.1)})
    assert ground(obj('the object name "Home Bowl"'), at).ids == ("w1",)
    assert ground(obj('the bowl name "the home bowl"'), at).ids == ("w1",)
    assert ground(obj('the object name "base"'), at).problem == "no_referent"
    assert ground(obj('the object name "harbour"'), at).problem == "no_referent"
