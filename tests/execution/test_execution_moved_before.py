"""What was moved second, the last three things that were moved, where something was: carried out."""

from __future__ import annotations

import math

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.types import Scene

AT = {"red": (0.42, 0.3), "blue": (0.42, 0.15), "green": (0.42, 0.0), "yellow": (0.42, -0.15)}


def row() -> Table:
    """Four blocks in a row from the left, a can, a bowl and a box behind them."""
    blocks = [thing(color, "block", color, *xy) for color, xy in AT.items()]
    more = (
        thing("can", "can", "gray", 0.42, -0.3),
        thing("bowl", "bowl", "white", 0.62, 0.2),
        thing("box", "box", "brown", 0.62, -0.2),
    )
    return Table(Scene((*blocks, *more)))


def moved(*ids: str) -> Table:
    """`row` after these were moved a little, one command each."""
    t = row()
    for i in ids:
        assert t.do(f"move [ the {'gray can' if i == 'can' else f'{i} block'} ] forward dist 8 cm")
    return t


def inside(t: Table, holder: str) -> set[str]:
    return {o.id for o in t.skills.scene().objects if o.support == holder}


def at(t: Table, object_id: str, xy: tuple[float, float]) -> bool:
    return math.dist(t.get(object_id).position[:2], xy) <= 0.026


# --- by rank --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "meant"),
    [
        ("the first_moved 2 object", "blue"),
        ("the first_moved 3 object", "can"),
        ("the first_moved 3 block", "green"),
        ("the last_moved 2 object", "can"),
        ("the last_moved 2 block", "blue"),
        ("the last_moved object", "green"),
    ],
)
def test_the_one_that_was_moved_second(what: str, meant: str) -> None:
    t = moved("red", "blue", "can", "green")
    done = t.do(f"put [ {what} ] in [ the box ]")
    assert done.status == "succeeded" and inside(t, "box") == {meant}
    name = "gray can" if meant == "can" else f"{meant} block"
    assert done.reply == f"I put the {name} in the brown box."


def test_a_thing_that_was_moved_twice_counts_once() -> None:
    t = moved("red", "blue", "red")
    t.do("put [ the last_moved 2 object ] in [ the box ]")
    assert inside(t, "box") == {"blue"}
    t = moved("red", "red", "blue")
    t.do("put [ the first_moved 2 object ] in [ the box ]")
    assert inside(t, "box") == {"blue"}


def test_the_last_on_the_one_before() -> None:
    t = moved("red", "blue", "green")
    t.do("put [ the last_moved object ] on [ the last_moved 2 object ]")
    assert inside(t, "blue") == {"green"}
    t = moved("red", "blue", "green")
    t.do("swap [ the last_moved block ] [ the last_moved 2 block ]")
    assert at(t, "blue", (AT["green"][0] + 0.08, AT["green"][1]))


def test_fewer_were_moved() -> None:
    t = moved("red", "can")
    told = t.do("put [ the first_moved 2 block ] in [ the box ]")
    assert (told.status, told.reply) == ("question", "I have moved only one block so far.")
    told = t.do("put [ count 3 last_moved object ] in [ the box ]")
    assert (told.status, told.reply) == ("question", "I have moved only two objects so far.")
    assert row().do("pick [ the first_moved 2 block ]").reply == "I haven't moved anything yet."


# --- so many --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "meant", "words"),
    [
        ("count 3 last_moved object", "blue can green", "the last three objects that were moved"),
        ("count 2 first_moved object", "red blue", "the first two objects that were moved"),
        ("count 2 last_moved block", "blue green", "the last two blocks that were moved"),
        ("the 2 last_moved block", "blue green", "the last two blocks that were moved"),
        ("both last_moved block", "blue green", "the last two blocks that were moved"),
    ],
)
def test_the_last_three_over_several_commands(what: str, meant: str, words: str) -> None:
    t = moved("red", "blue", "can", "green")
    done = t.do(f"put [ {what} ] in [ the box ]")
    assert done.status == "succeeded" and inside(t, "box") == set(meant.split())
    assert done.reply == f"I put {words} in the brown box."


def test_so_many_of_one_command() -> None:
    t = moved("can")
    t.do("put [ all block ] at back")
    t.do("put [ all last_moved block ] in [ the box ]")
    assert inside(t, "box") == set(AT)


def test_only_what_still_fits_is_counted() -> None:
    t = moved("red", "blue", "green")
    t.do("put [ the green block ] in [ the bowl ]")
    t.do("put [ count 2 last_moved block where no in [ the bowl ] ] in [ the box ]")
    assert inside(t, "box") == {"red", "blue"} and inside(t, "bowl") == {"green"}


def test_except_the_last_two() -> None:
    t = moved("red", "blue", "green")
    t.do("put [ all block except [ count 2 last_moved object ] ] in [ the box ]")
    assert inside(t, "box") == {"red", "yellow"}


@pytest.mark.parametrize(
    ("what", "answer"),
    [
        ("the first_moved 2 object", "I moved the blue block."),
        ("count 2 last_moved object", "I moved the green block and the gray can."),
        ("count 2 last_moved block", "I moved the green block and the blue block."),
        ("the first_moved 4 block", "I have moved only three blocks so far."),
    ],
)
def test_asked_what_was_moved(what: str, answer: str) -> None:
    assert moved("red", "blue", "can", "green").do(f"answer moved [ {what} ]").reply == answer


# --- where something was --------------------------------------------------------------------------


def test_where_the_red_one_was() -> None:
    t = moved("red")
    done = t.do("put [ the blue block ] origin [ the red block ]")
    assert done.reply == "I put the blue block where the red block was."
    assert at(t, "blue", AT["red"]) and not at(t, "red", AT["red"])


def test_in_the_same_command() -> None:
    t = row()
    t.do("put [ the red block ] in [ the bowl ] ; put [ the blue block ] origin [ the red block ]")
    assert at(t, "blue", AT["red"]) and inside(t, "bowl") == {"red"}


def test_before_the_last_command_that_moved_it() -> None:
    t = moved("red", "red")
    t.do("put [ the blue block ] origin [ the red block ]")
    assert at(t, "blue", (AT["red"][0] + 0.08, AT["red"][1]))
    t = row()
    t.do("move [ the red block ] forward dist 6 cm ; move [ the red block ] forward dist 6 cm")
    t.do("put [ the blue block ] origin [ the red block ]")
    assert at(t, "blue", AT["red"])


def test_what_it_was_taken_from_by_hand() -> None:
    t = row()
    t.do("pick [ the red block ]")
    t.do("put [ the it object ] in [ the bowl ]")
    t.do("put [ the can ] origin [ the red block ]")
    assert at(t, "can", AT["red"])


def test_in_what_it_was_in() -> None:
    t = row()
    t.do("put [ the red block ] in [ the bowl ]")
    t.do("put [ the red block ] at front")
    t.do("put [ the blue block ] origin [ the red block ]")
    assert inside(t, "bowl") == {"blue"}
    told = t.do("put [ the blue block ] origin [ the red block ]")
    assert "already" in told.reply


def test_on_what_it_stood_on() -> None:
    t = row()
    t.do("put [ the red block ] on [ the green block ]")
    t.do("put [ the red block ] at front")
    t.do("put [ the blue block ] origin [ the red block ]")
    assert inside(t, "green") == {"blue"}


def test_what_was_never_moved_is_there_itself() -> None:
    t = row()
    told = t.do("put [ the blue block ] origin [ the red block ]")
    assert told.status == "failed" and at(t, "blue", AT["blue"])
    assert "There is no free room where the red block was: it is there" in told.reply


def test_what_took_the_place_is_named() -> None:
    t = moved("red")
    t.do("put [ the green block ] origin [ the red block ]")
    told = t.do("put [ the blue block ] origin [ the red block ]")
    assert told.status == "failed" and at(t, "blue", AT["blue"])
    assert "no free room where the red block was: the green block is there" in told.reply


def test_each_where_one_of_them_was() -> None:
    t = row()
    t.do("put [ the red block ] in [ the box ] ; put [ the blue block ] in [ the box ]")
    t.do("put [ count 2 last_moved object ] elsewhere")
    t = row()
    t.do("put [ the red block ] in [ the box ] ; put [ the blue block ] in [ the box ]")
    t.do("put [ all green yellow block ] origin [ count 2 last_moved block ]")
    spots = {i for i in ("red", "blue") if at(t, "green", AT[i]) or at(t, "yellow", AT[i])}
    assert spots == {"red", "blue"}


@pytest.mark.parametrize("step", ["push [ the blue block ]", "pick [ the blue block ] ; place"])
def test_other_ways_to_get_there(step: str) -> None:
    t = moved("red")
    assert t.do(f"{step} origin [ the red block ]").status == "succeeded"
    assert at(t, "blue", AT["red"])


def test_pointed_at_and_corrected() -> None:
    t = moved("red")
    t.do("point origin [ the red block ]")
    assert t.skills.pointed_at is not None
    assert math.dist(t.skills.pointed_at[:2], AT["red"]) < 0.03
    t.do("put [ the blue block ] at front")
    t.do("correct origin [ the red block ]")
    assert at(t, "blue", AT["red"])


def test_its_own_place_stays_what_it_is() -> None:
    t = moved("red")
    t.do("put [ the red block ] origin")
    assert at(t, "red", AT["red"])
    t = moved("red")
    t.do("put [ the red block ] origin [ the red block ]")
    assert at(t, "red", AT["red"])
