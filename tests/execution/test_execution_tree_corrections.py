"""Corrections that name no thing: another distance or direction, the other way round."""

from __future__ import annotations

import pytest
from lab.session import Table

from llmagentos.dialogue import corrections
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p


def xy(t: Table, object_id: str) -> tuple[float, float]:
    return t.get(object_id).position[:2]


def test_another_distance_counts_from_where_it_was() -> None:
    t = Table()
    t.do("move [ the red block ] backward dist 5 cm")
    assert xy(t, "red_block") == pytest.approx((0.40, 0.10), abs=0.005)
    assert t.do("correct dist 10 cm").status == "succeeded"
    assert xy(t, "red_block") == pytest.approx((0.35, 0.10), abs=0.005)


def test_a_second_correction_counts_from_there_too() -> None:
    t = Table()
    t.do("move [ the red block ] backward dist 5 cm")
    t.do("correct there dist 10 cm")
    assert xy(t, "red_block") == pytest.approx((0.35, 0.10), abs=0.005)
    assert t.do("correct dist 7 cm").status == "succeeded"
    assert xy(t, "red_block") == pytest.approx((0.38, 0.10), abs=0.005)
    t.do("undo")
    assert xy(t, "red_block") == pytest.approx((0.45, 0.10), abs=0.005)


def test_half_is_half_of_what_was_said() -> None:
    t = Table()
    t.do("move [ the red block ] backward dist 8 cm")
    t.do("correct dist half")
    assert xy(t, "red_block") == pytest.approx((0.41, 0.10), abs=0.005)
    t.do("correct dist half")
    assert xy(t, "red_block") == pytest.approx((0.43, 0.10), abs=0.005)


def test_another_direction_with_and_without_a_distance() -> None:
    t = Table()
    t.do("move [ the green block ] forward dist 5 cm")
    t.do("correct backward")
    assert xy(t, "green_block") == pytest.approx((0.35, -0.20), abs=0.005)
    t.do("correct right dist 8 cm")
    assert xy(t, "green_block") == pytest.approx((0.40, -0.28), abs=0.005)


def test_another_side_of_a_landmark() -> None:
    t = Table()
    t.do("put [ the green block ] left_of [ the blue block ]")
    t.do("correct right")
    assert xy(t, "green_block")[1] < xy(t, "blue_block")[1] - 0.03


def test_the_other_way_round_exchanges_two_things() -> None:
    t = Table()
    t.do("put [ the red block ] on [ the blue block ]")
    assert t.do("correct reverse").status == "succeeded"
    assert t.get("blue_block").support == "red_block"
    assert t.get("red_block").support == "table"


def test_the_other_way_round_of_a_stack_and_of_two_puts() -> None:
    t = Table()
    t.do("stack [ the red block ] [ the blue block ] [ the green block ]")
    t.do("correct reverse")
    assert t.get("red_block").support == "blue_block"
    assert t.get("blue_block").support == "green_block"
    t = Table()
    t.do("put [ the red block ] in [ the red bowl ] ; put [ the blue block ] in [ the blue bowl ]")
    assert t.do("correct reverse").status == "succeeded"
    assert t.get("red_block").support == "blue_bowl"
    assert t.get("blue_block").support == "red_bowl"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("move [ the block ] left dist 5 cm", "move [ the block ] right dist 5 cm"),
        ("rotate [ the block ] cw 90", "rotate [ the block ] ccw 90"),
        ("arrange [ all block ] row sort tall_first", "arrange [ all block ] row sort short_first"),
        ("put [ the block ] at back_left", "put [ the block ] at front_right"),
        (
            "put [ the block ] in_front_of [ the bowl ]",
            "put [ the bowl ] in_front_of [ the block ]",
        ),
        ("arrange [ all block ] circle", "arrange [ all block ] circle"),
        ("home ; point above [ the bowl ]", "home ; point above [ the bowl ]"),
        (
            "repeat 2 { push [ the block ] toward [ the bowl ] }",
            "repeat 2 { push [ the block ] away_from [ the bowl ] }",
        ),
    ],
)
def test_what_is_turned_over(before: str, after: str) -> None:
    steps = compact.parse(before).steps
    assert corrections.other_way_round(steps) == compact.parse(after).steps


@pytest.mark.parametrize(
    ("before", "way", "after"),
    [
        ("arrange [ all block ] row spacing 5 cm", "dist 8 cm", "arrange [ all block ] row spacing 8 cm"),
        ("arrange [ all block ] circle size 20 cm", "dist half", "arrange [ all block ] circle size 10 cm"),
        ("move [ the block ] left", "dist half", "move [ the block ] left dist 5 cm"),
        ("move [ the block ] left dist lot", "dist half", "move [ the block ] left dist 10 cm"),
        ("pick [ the block ]", "right", "move [ the block ] right"),
        ("put [ the block ] at left", "right", "put [ the block ] at right"),
        (
            "put [ the block ] left_of [ the bowl ] dist 5 cm",
            "right dist 9 cm",
            "put [ the block ] right_of [ the bowl ] dist 9 cm",
        ),
        ("reshape move left dist 5 cm", "dist 7 cm", "reshape move left dist 7 cm"),
        ("put [ the block ] in [ the bowl ]", "dist 7 cm", "put [ the block ] in [ the bowl ]"),
        ("if exists [ a cup ] { move [ the cup ] up }", "left", "if exists [ a cup ] { move [ the cup ] left }"),
    ],
)  # fmt: skip
def test_what_a_distance_or_direction_changes(before: str, way: str, after: str) -> None:
    correct = compact.parse(f"correct {way}").steps[0]
    assert isinstance(correct, p.Correct)
    steps = corrections.with_way(compact.parse(before).steps, correct.direction, correct.distance)
    assert steps == compact.parse(after).steps


def test_nothing_to_turn_over_is_asked_about() -> None:
    t = Table()
    t.do("arrange [ all block ] circle")
    assert t.do("correct reverse").status == "question"
