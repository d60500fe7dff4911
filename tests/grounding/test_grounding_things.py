"""Things of no known kind in descriptions: form words, "the thing", nouns that nobody taught."""

from __future__ import annotations

import pytest
from lab.notation import obj
from lab.scenes import thing

from llmagentos.dialogue.questions.properties import kind, size
from llmagentos.grounding import ground, matching
from llmagentos.grounding.context import Context
from llmagentos.grounding.shapes import split
from llmagentos.lang import plan as p
from llmagentos.lang.wording.scene import describe_object
from llmagentos.memory.record import SessionFacts
from llmagentos.ports.failures import Failure
from llmagentos.types import Scene, SceneObject, Vec3
from llmagentos.world.relations import bulk_m


def of_no_kind(name: str, color: str, extents_m: Vec3, x: float, y: float) -> SceneObject:
    at = (x, y, extents_m[2] / 2)
    return SceneObject(name, "thing", color, extents_m[0], extents_m[2], at, extents_m=extents_m)


BOTTLE = of_no_kind("bottle", "blue", (0.06, 0.05, 0.16), 0.4, 0.2)
HAMMER = of_no_kind("hammer", "brown", (0.14, 0.07, 0.03), 0.6, 0.2)
NUT = of_no_kind("nut", "blue", (0.06, 0.055, 0.025), 0.4, -0.2)
CUP = thing("cup", "cup", "white", 0.4, 0.12)
BLOCK = thing("block", "block", "green", 0.5, 0.3)
ALL = (BOTTLE, HAMMER, NUT, CUP, BLOCK)


def ids(
    text: str, noun: str | None = None, scene: tuple[SceneObject, ...] = ALL
) -> tuple[str, ...]:
    return ground(obj(text).model_copy(update={"noun": noun}), Context(Scene(scene))).ids


@pytest.mark.parametrize(
    ("text", "noun", "found"),
    [
        ("the object", "tall thing", "bottle"),
        ("the object", "long thing", "hammer"),
        ("the object", "longest thing", "hammer"),
        ("the object", "flat object", "nut"),
        ("the blue object", "tall thing", "bottle"),
        ("the blue object", "flat thing", "nut"),
        ("the blue object", "low thing", "nut"),
        ("the object where next_to [ the cup ]", "thing", "bottle"),
    ],
)
def test_form_words_pick_who_stands_out(text: str, noun: str, found: str) -> None:
    assert ids(text, noun) == (found,)


def test_a_form_without_a_superlative_is_of_what_has_no_name() -> None:
    box = thing("box", "box", "gray", 0.6, -0.2, 0.18)
    assert ids("the object", "long thing", (HAMMER, NUT, box)) == ("hammer",)
    assert ids("the object", "longest thing", (HAMMER, NUT, box)) == ("box",)
    assert ids("the object", "flat thing", (CUP, BLOCK)) == ("block",)


def test_a_form_that_two_share_is_asked_about() -> None:
    twin = of_no_kind("other", "red", (0.139, 0.03, 0.03), 0.5, -0.3)
    found = ground(
        obj("the object").model_copy(update={"noun": "long thing"}), Context(Scene((HAMMER, twin)))
    )
    assert found.problem is Failure.AMBIGUOUS
    assert set(found.candidates) == {"hammer", "other"}


def test_the_thing_is_the_one_without_a_name() -> None:
    assert ids("the object", scene=(HAMMER, CUP, BLOCK)) == ("hammer",)
    assert ids("the object", scene=(CUP, BLOCK)) == ()
    assert ids("the object", scene=ALL) == ()
    assert ids("the green object") == ("block",)


def test_everything_counts_things_too() -> None:
    assert len(matching(obj("all object"), Context(Scene(ALL)))) == 5


def test_superlatives_compare_what_was_measured() -> None:
    assert ids("the object order tallest") == ("bottle",)
    assert bulk_m(HAMMER) == pytest.approx((0.14 * 0.07 * 0.03) ** (1 / 3))
    assert ids("the object order largest", scene=(HAMMER, NUT, BLOCK)) == ("hammer",)


def test_a_noun_that_nobody_taught_is_asked_about() -> None:
    drill = obj("the object").model_copy(update={"noun": "drill"})
    one = ground(drill, Context(Scene((HAMMER, CUP))))
    assert one.question == "I don't know what a drill is. Do you mean the brown thing?"
    assert one.candidates == ("hammer",)
    several = ground(drill, Context(Scene(ALL)))
    assert several.problem is Failure.UNSURE
    assert several.question == (
        "I don't know what a drill is. "
        "Do you mean the tall blue thing, the brown thing or the low blue thing?"
    )
    blue = ground(drill.model_copy(update={"colors": ("brown",)}), Context(Scene(ALL)))
    assert blue.candidates == ("hammer",)
    none = ground(drill, Context(Scene((CUP, BLOCK))))
    assert none.question == "I can't see a drill here."


def test_what_was_answered_stands() -> None:
    drill = obj("the object").model_copy(update={"noun": "drill"})
    key = drill.model_dump_json(exclude_defaults=True)
    assert ground(drill, Context(Scene(ALL), chosen=((key, ("hammer",)),))).ids == ("hammer",)


def test_things_alike_in_colour_are_told_apart_by_their_form() -> None:
    scene = Scene(ALL)
    assert describe_object(BOTTLE, scene) == "the tall blue thing"
    assert describe_object(NUT, scene) == "the low blue thing"
    assert describe_object(HAMMER, scene) == "the brown thing"


def test_what_it_is_and_how_large() -> None:
    ctx, query = Context(Scene(ALL)), p.Query(query="kind", obj=obj("the brown object"))
    assert kind(query, ctx, SessionFacts()).reply == (
        "I don't know what it is: a brown thing, 14 cm long, 7 cm wide and 3 cm high."
    )
    said = size(p.Query(query="size", obj=obj("the green object")), ctx, SessionFacts()).reply
    assert said == "The green block is 4 cm wide and 4 cm high."


def test_a_noun_is_form_and_the_rest() -> None:
    assert split("the long thing") == (("long",), "")
    assert split("flat drill") == (("flat",), "drill")
    assert split("thing") == ((), "thing")
