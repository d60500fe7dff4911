"""Kinds that people mix up, and words that name nothing."""

from __future__ import annotations

import pytest
from lab.notation import obj
from lab.scenes import thing

from llmagentos.grounding import ground, matching
from llmagentos.grounding.context import Context
from llmagentos.types import Scene

CUP = thing("cup", "cup", "tan", 0.4, 0.1)
MUG = thing("mug", "mug", "red", 0.4, -0.1)
BLOCK = thing("block", "block", "green", 0.5, 0.2)
PLATE = thing("plate", "plate", "white", 0.6, 0.0)


def in_scene(*objects: object) -> Context:
    return Context(Scene(tuple(objects)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the tan mug", "cup"),
        ("the green box", "block"),
        ("the green lego", "block"),
    ],
)
def test_a_near_kind_where_the_named_one_is_missing(text: str, found: str) -> None:
    assert ground(obj(text), in_scene(CUP, BLOCK, PLATE)).ids == (found,)


def test_a_brick_is_a_block_where_there_are_no_others() -> None:
    brick = thing("brick", "lego", "yellow", 0.4, 0.1)
    assert ground(obj("the yellow block"), in_scene(brick, CUP)).ids == ("brick",)
    assert not ground(obj("the yellow block"), in_scene(brick, BLOCK)).ok


def test_not_where_the_named_kind_is_there() -> None:
    assert not ground(obj("the tan mug"), in_scene(CUP, MUG, BLOCK)).ok
    assert not ground(obj("the box"), in_scene(CUP, BLOCK)).ok


def test_what_is_counted_is_taken_at_its_word() -> None:
    assert matching(obj("a mug"), in_scene(CUP)) == ()


@pytest.mark.parametrize("noun", ["the", "to the", "it here"])
def test_empty_words(noun: str) -> None:
    found = ground(obj("the object").model_copy(update={"noun": noun}), in_scene(CUP))
    assert found.question == "I can't see that here."


def test_a_noun_that_is_part_of_one_given_name() -> None:
    ctx = in_scene(CUP, BLOCK).with_(names={"little friend": "block"})
    assert ground(obj("the object").model_copy(update={"noun": "friend"}), ctx).ids == ("block",)
