"""Several turns of one session: what was meant, what is full, what was named."""

from __future__ import annotations

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.types import Scene


def household() -> Scene:
    return Scene(
        (
            thing("cup", "cup", "tan", 0.45, 0.10),
            thing("can", "can", "orange", 0.55, -0.10),
            thing("zone", "zone", "cyan", 0.60, 0.20),
            thing("block", "block", "green", 0.40, -0.20),
            thing("red", "block", "red", 0.50, 0.28),
        )
    )


def test_an_unknown_noun_with_a_colour_is_asked_back() -> None:
    t = Table(household())
    out = t.do('put [ the orange object noun "tangerine" ] at right')
    assert out.status == "question"
    assert out.reply == "I don't know what a tangerine is. Do you mean the orange can?"
    assert t.actions == []
    assert t.do("yes").status == "succeeded"
    assert t.get("can").position[1] < -0.2


def test_what_was_meant_instead_of_an_unknown_noun() -> None:
    t = Table(household())
    assert t.do('put [ the object noun "plum" ] at right').status == "cannot"
    assert t.do("choose [ the red block ]").status == "succeeded"
    assert t.get("red").position[1] < -0.2


@pytest.mark.parametrize(
    ("condition", "moved"),
    [
        ("exists [ a can ]", "can"),
        ("is [ the green block ] right_of [ the cup ]", "block"),
        ("not is [ the red block ] on [ the zone ]", "red"),
    ],
)
def test_it_is_what_the_condition_names(condition: str, moved: str) -> None:
    t = Table(household())
    assert t.do(f"if {condition} {{ put [ the it object ] on [ the zone ] }}").status == "succeeded"
    assert t.get(moved).support == "zone"


def test_it_in_a_loop_is_the_item() -> None:
    bowls = (thing("b1", "bowl", "red", 0.45, 0.2), thing("b2", "bowl", "blue", 0.45, -0.2))
    blocks = (thing("x", "block", "tan", 0.4, 0.0), thing("y", "block", "pink", 0.6, 0.0))
    t = Table(Scene((*bowls, *blocks)))
    t.do("for_each [ all bowl ] { put [ a block ] in [ the it object ] }")
    assert {t.get("x").support, t.get("y").support} == {"b1", "b2"}


def test_the_next_bowl_where_one_is_full() -> None:
    bowls = (
        thing("b1", "bowl", "cyan", 0.45, 0.2, 0.10),
        thing("b2", "bowl", "cyan", 0.45, -0.2, 0.10),
    )
    blocks = [
        thing(f"g{k}", "block", "gray", 0.36 + 0.09 * (k % 4), 0.03 - 0.09 * (k // 4))
        for k in range(8)
    ]
    t = Table(Scene((*bowls, *blocks)))
    out = t.do("put [ all gray block ] in [ a cyan bowl ]")
    assert out.status == "succeeded"
    assert {t.get(b.id).support for b in blocks} == {"b1", "b2"}
    assert "full" in out.reply


def test_names_stay_for_later_turns() -> None:
    t = Table()
    assert t.do('remember "charlie" [ the red block ]').reply == (
        'I\'ll call the red block "charlie".'
    )
    t.do('put [ the object noun "charlie" ] at left')
    assert t.get("red_block").position[1] > 0.2
    t.do('remember "home bowl" [ the blue bowl ]')
    t.do('put [ the green block ] in [ the object name "home" ]')
    assert t.get("green_block").support == "blue_bowl"
    assert t.do("undo").status == "succeeded"
    assert t.get("green_block").support == "table"


def test_waiting_looks_each_time() -> None:
    t = Table()
    out = t.do("wait_for exists [ a cup ]")
    assert out.status == "failed"
    assert out.reply == "I waited 30 seconds, but there is no cup."
    names = [a.split()[0] for a in t.actions]
    assert names.count("look") == names.count("wait") > 1


def test_a_corner_written_as_a_filter_is_the_place() -> None:
    t = Table()
    assert t.do("stack [ all block where at back_right ]").status == "succeeded"
    base = [o for o in map(t.get, ("red_block", "blue_block", "green_block"))]
    assert all(o.position[0] > 0.6 and o.position[1] < -0.2 for o in base)


def test_a_corrected_container_is_the_place() -> None:
    t = Table()
    t.do("put [ the red block ] on [ the white plate ]")
    assert t.do("correct [ the blue bowl ]").status == "succeeded"
    assert t.get("red_block").support == "blue_bowl"


def test_a_correction_keeps_the_choice_made_before() -> None:
    red = [thing(f"r{k}", "block", "red", 0.4, y) for k, y in enumerate((0.2, -0.2))]
    bowls = [thing(c, "bowl", c, 0.6, y) for c, y in (("blue", 0.1), ("cyan", -0.2))]
    t = Table(Scene((*red, *bowls)))
    assert t.do("put [ the red block ] in [ the blue bowl ]").status == "question"
    assert t.do("choose [ the red block order left ]").status == "succeeded"
    assert t.do("answer why").status == "answered"
    assert t.do("correct [ the cyan bowl ]").status == "succeeded"
    assert t.get("r0").support == "cyan"


def test_nothing_goes_beside_itself() -> None:
    t = Table()
    out = t.do("put [ the red block ] left_of [ the red block ]")
    assert (out.status, out.reply) == ("question", "Where shall I put the red block?")
    assert t.do("choose left_of [ the blue bowl ]").status == "succeeded"


def test_what_a_question_named_is_both_of_them() -> None:
    red = [thing(f"r{k}", "block", "red", 0.4, y) for k, y in enumerate((0.2, -0.2))]
    t = Table(Scene((*red, thing("bowl", "bowl", "blue", 0.55, 0.0))))
    assert t.do("put [ the red block ] in [ the bowl ]").status == "question"
    assert t.do("put [ both them object ] in [ the bowl ]").status == "succeeded"
    assert {t.get(o.id).support for o in red} == {"bowl"}
    assert "2 objects" in t.do("answer count [ all object where in [ the it object ] ]").reply


def test_a_tower_is_spread_out_with_all_its_members() -> None:
    t = Table()
    t.do("stack [ all block ]")
    assert t.do("arrange [ the stack ] spread").status == "succeeded"
    assert {t.get(f"{c}_block").support for c in ("red", "green", "blue")} == {"table"}
