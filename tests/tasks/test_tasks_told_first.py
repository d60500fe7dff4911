"""What is told before anything is asked, what "them" and "a can" mean, turns taken back: in memory."""

from __future__ import annotations

import math

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.types import Scene

BOWL = thing("bowl", "bowl", "white", 0.6, 0.1)


def two_red(*more: object) -> Table:
    reds = [thing(f"r{k}", "block", "red", 0.4, y) for k, y in enumerate((0.2, -0.2))]
    return Table(Scene((*reds, *more)))  # type: ignore[arg-type]


# --- what is missing ------------------------------------------------------------------------------


def test_a_missing_plate_is_told_before_it_is_asked_which_block() -> None:
    done = two_red().do("put [ the red block ] on [ the plate ]")
    assert done.reply == "I can't see a plate. I see two red blocks."


def test_for_a_plate_that_is_not_there_a_bowl_is_not_taken_unasked() -> None:
    t = Table(Scene((thing("red", "block", "red", 0.4, 0.2), BOWL)))
    asked = t.do("put [ the red block ] on [ the plate ]")
    assert asked.status == "question" and t.actions == []
    assert asked.reply == "I can't see a plate here. Do you mean the white bowl?"
    assert t.do("yes").status == "succeeded" and t.get("red").support == "bowl"
    t = Table(Scene((thing("red", "block", "red", 0.4, 0.2), BOWL)))
    t.do("put [ the red block ] on [ the plate ]")
    t.do("no")
    assert t.get("red").support == "table"


def test_which_one_is_asked_once_the_bowl_was_agreed_to() -> None:
    t = two_red(BOWL)
    assert "Do you mean the white bowl?" in t.do("put [ the red block ] on [ the plate ]").reply
    assert "Which red block" in t.do("yes").reply
    assert t.do("choose [ the object order left ]").status == "succeeded"
    assert t.get("r0").support == "bowl"


# --- them -----------------------------------------------------------------------------------------


def test_them_are_not_what_a_question_named() -> None:
    t = two_red(
        thing("blue", "block", "blue", 0.5, 0.0), thing("green", "block", "green", 0.5, -0.25), BOWL
    )
    t.do("put [ the blue block ] at front ; put [ the green block ] at front")
    assert t.do("put [ the red block ] in [ the bowl ]").status == "question"
    assert t.do("stack [ all them block ]").status == "succeeded"
    assert {t.get("blue").support, t.get("green").support} & {"blue", "green"}
    assert {t.get(f"r{k}").support for k in (0, 1)} == {"table"}


# --- any one --------------------------------------------------------------------------------------


def test_any_can_is_one_that_is_not_there_yet() -> None:
    t = Table(Scene((thing("a", "can", "red", 0.33, 0.2), thing("b", "can", "blue", 0.6, 0.0))))
    assert t.do("put [ a can ] at front").reply == "I put the blue can at the front side."
    assert "there already" in t.do("put [ a can ] at front").reply


@pytest.mark.parametrize("n", [3, 5])
@pytest.mark.parametrize("verb", ["swap {} {}", "put {} next_to {}"])
def test_the_middle_one_is_counted_among_all(n: int, verb: str) -> None:
    colors = ("red", "blue", "green", "yellow", "white")[:n]
    cups = [thing(c, "cup", c, 0.5, 0.3 - 0.15 * k) for k, c in enumerate(colors)]
    t = Table(Scene(tuple(cups)))
    done = t.do(verb.format("[ the cup order left ]", "[ the cup order middle ]"))
    assert done.status == "succeeded" and colors[n // 2] in done.reply


# --- turns ----------------------------------------------------------------------------------------


def turned() -> Table:
    t = Table(Scene((thing("red", "block", "red", 0.45, 0.2), BOWL)))
    assert t.do("rotate [ the red block ] cw 90").status == "succeeded"
    return t


def turns(t: Table) -> list[int]:
    return [round(math.degrees(a.angle_rad)) for a in t.skills.actions if a.name == "rotate"]


def test_a_turn_is_taken_back_though_a_cube_looks_the_same() -> None:
    t = turned()
    assert t.do("undo").status == "succeeded" and turns(t) == [-90, 90]
    assert t.do("undo").reply == "There is nothing to undo."


def test_a_turn_and_a_move_are_taken_back_together() -> None:
    t = turned()
    t.do("put [ the red block ] in [ the bowl ]")
    t.do("undo 2")
    assert turns(t) == [-90, 90] and t.get("red").position[:2] == pytest.approx((0.45, 0.2))


@pytest.mark.parametrize("no", ["correct reverse", "correct left"])
def test_the_opposite_direction_of_a_turn(no: str) -> None:
    t = turned()
    assert t.do(no).status == "succeeded"
    assert turns(t) == [-90, 90, 90]  # back, and then the other way


# --- what is held ---------------------------------------------------------------------------------


def test_what_is_held_already_is_lifted_farther() -> None:
    t = Table(Scene((thing("red", "block", "red", 0.45, 0.2),)))
    t.do("pick [ the red block ]")
    z = t.skills.hand().position[2]
    assert t.do("move [ the held object ] up").status == "succeeded"
    assert t.skills.hand().position[2] == pytest.approx(z + 0.10)
    assert t.do("move [ the it object ] down dist 4 cm").status == "succeeded"
    assert t.skills.hand().position[2] == pytest.approx(z + 0.06) and t.skills.held == "red"


def test_a_flask_can_be_put_on_the_table() -> None:
    cup = thing("cup", "cup", "white", 0.5, 0.1)
    t = Table(Scene((BOWL, thing("ball", "ball", "red", 0, 0, 0.03, into=BOWL), cup)))
    done = t.do("put [ the ball ] table")
    assert done.status == "succeeded" and t.get("ball").support == "table"
