"""Numbers and units as people say them, read by rules."""

from __future__ import annotations

import math

import pytest

from llmagentos.lang.numbers import HeldNumbers, quantities_at, read


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        (".3m", 0.3, "m"),
        ("0,3 m", 0.3, "m"),
        ("1/2 inch", 0.5, "in"),
        ("½ inch", 0.5, "in"),
        ("1 1/2 inches", 1.5, "in"),
        ('2½"', 2.5, "in"),
        ("two and a half inches", 2.5, "in"),
        ("half an inch", 0.5, "in"),
        ("three quarters of an inch", 0.75, "in"),
        ("a foot and a half", 1.5, "ft"),
        ("5' 3\"", 5.25, "ft"),
        ("a foot and two inches", 14 / 12, "ft"),
        ("two yards", 2, "yd"),
        ("30 centimetres", 30, "cm"),
        ("5cm", 5, "cm"),
        ("a 10-cm gap", 10, "cm"),
        ("5 centimters", 5, "cm"),
        ("half a decimeter", 0.5, "dm"),
        ("a couple of inches", 2, "in"),
        ("zero point five m", 0.5, "m"),
        ("a metre twenty", 1.2, "m"),
        ("two fingers", 2, "finger"),
        ("a hand's width", 1, "hand"),
        ("one five zero millimetres", 150, "mm"),
        ("1,000 mm", 1000, "mm"),
        ("-40 mm", -40, "mm"),
        ("a quarter turn", 0.25, "turn"),
        ("three-quarters of a turn", 0.75, "turn"),
        ("ninety degrees", 90, "deg"),
        ("one eighty degrees", 180, "deg"),
        ("90°", 90, "deg"),
        ("1.57 rad", 1.57, "rad"),
        ("two minutes", 2, "min"),
        ("3s", 3, "s"),
        ("20 per cent", 20, "percent"),
        ("twenty-five", 25, None),
        ("a hundred and twenty", 120, None),
        ("a dozen", 12, None),
        ("half a dozen", 6, None),
        ("a pair of", 2, None),
        ("third", 3, None),
        ("2nd", 2, None),
        ("the twenty-first", 21, None),
        ("last but one", 2, None),
        ("next-to-last", 2, None),
        ("twice", 2, None),
        ("three times", 3, None),
        ("two thirds", 2 / 3, None),
        ("a few", 3, None),
        ("1e-3", 0.001, None),
        ("trhee", 3, None),
        ("ate seconds", 8, "s"),
    ],
)
def test_the_first_quantity_of_a_text(text: str, value: float, unit: str | None) -> None:
    found = read(f"move it {text} now")[0]
    assert found.value == pytest.approx(value) and found.unit == unit


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x=0.3, y=-0.1", [0.3, -0.1]),
        ("y=-0.1 x=0.5", [-0.1, 0.5]),
        ("(0.45,-0.1)", [0.45, -0.1]),
        ("(40,20)", [40, 20]),
        ("5-10 cm", [5, 10]),
        ("between 5 and 10 cm", [5, 10]),
        ("a 2x3 grid", [2, 3]),
        ("0.3/0.2", [0.3, 0.2]),
        ("take two and half of the balls", [2, 0.5]),
        ("an inch or two", [1, 2]),
    ],
)
def test_several_numbers_in_a_text(text: str, values: list[float]) -> None:
    assert [q.value for q in read(text)] == pytest.approx(values)


def test_the_last_unit_of_a_range_is_that_of_all() -> None:
    assert [q.unit for q in read("5, 10 or 15 cm")] == ["cm", "cm", "cm"]
    assert [q.unit for q in read("an inch or two")] == ["in", "in"]
    assert [q.unit for q in read("take 2 and move it 5 cm")] == [None, "cm"]


@pytest.mark.parametrize(
    "text",
    [
        "put the cup on the right plate",
        "there are these things, then light and nice ones",
        "say it in the house; the foot of the bed; a hand on the meter",
        "the reds, the foil and a tired bird",
        "",
    ],
)
def test_words_that_only_look_like_numbers_are_none(text: str) -> None:
    assert read(text) == ()


def test_a_preposition_is_no_inch_and_an_ordinal_no_time() -> None:
    assert [(q.value, q.unit) for q in read("put 2 in the bowl")] == [(2, None)]
    assert [(q.value, q.unit) for q in read("3 in to the left")] == [(3, "in")]
    assert [(q.value, q.unit) for q in read("the second block")] == [(2, None)]
    assert (1, "s") in [(q.value, q.unit) for q in read("wait a second")]


def test_every_quantity_knows_the_words_that_say_it() -> None:
    text = "move the block a foot and a half left, then 5cm back"
    long, short = read(text)
    assert (long.first, long.last, long.text) == (3, 7, "a foot and a half")
    assert (short.first, short.last) == (10, 10) and text[short.start : short.end] == "5cm"
    assert quantities_at(text, 7) == (long,) and quantities_at(text, 2) == ()
    assert quantities_at(text, 99) == ()


def test_units_of_plans() -> None:
    assert [q.in_plan for q in read("a foot and a half")] == [(18, "in")]
    assert [q.in_plan for q in read("3 dm")] == [(30, "cm")]
    assert [q.in_plan for q in read("a quarter turn")] == [(90, "")]
    assert read("1 rad")[0].in_plan[0] == pytest.approx(math.degrees(1))
    assert [q.in_plan for q in read("two minutes")] == [(120, "")]


def test_any_text_is_read_without_an_error() -> None:
    odd = [
        "½½½",
        "1/0",
        "-",
        "−−5",
        "5 5 5 cm cm",
        "a a half and and a",
        "İ½ cm",
        "1.2.3.4",
        "٣ cm",
    ]
    odd += ["and a half", "point", "point point", "one hundred hundred thousand", "half half", "²"]
    odd += ["a hand's width and 3 cm", "two fingers 5 mm", "a turn 3 degrees", "5 s 3 in"]
    for text in odd:
        for q in read(text):
            assert text[q.start : q.end] == q.text and math.isfinite(q.value)


# --- which numbers a plan may contain ---------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "before", "value", "holds"),
    [
        ("move it 5 cm left", "dist", 5, True),
        ("move it 5 cm left", "dist", 6, False),
        ("move it a foot and a half", "dist", 18, True),
        ("take the second block 5 cm left", "dist", 2, False),
        ("a circle with a radius of 5 cm", "size", 10, True),
        ("a circle 5 cm wide", "size", 10, False),
        ("turn it left", "ccw", 90, True),
        ("turn it by 60 degrees", "ccw", 90, False),
        ("turn it by 60 degrees and turn that one around", "ccw", 180, True),
        ("wait", "wait", 1, True),
        ("wait", "wait", 5, False),
        ("wait two minutes", "wait", 120, True),
        ("take three blocks", "count", 3, True),
        ("take three blocks", "count", 2, False),
        ("take some blocks", "count", 2, True),
        ("a block in every corner", "count", 4, True),
        ("the block in the corner", "left", 2, False),
        ("the one after the leftmost", "left", 2, True),
        ("the third from the left after that", "left", 2, False),
        ("as many cubes on the tray as we have spoons", "count", 3, True),
        ("as many cubes on the tray as you can", "count", 3, False),
        ("as many cubes on the tray as we have spoons", "left", 3, False),
        ("share the cubes out between both trays", "count", 3, True),
        ("the cubes go into the bins, 50/50", "count", 3, True),
        ("deal with the cubes", "count", 3, False),
        ("two rows of three blocks", "the", 6, True),
        ("white, then red, red", "count", 2, True),
        ("white, then red", "count", 2, False),
        ("20 percent bigger", "times", 1.2, True),
        ("half as big", "times", 0.5, True),
        ("the one you moved before", "last_moved", 2, True),
    ],
)
def test_a_number_is_held_by_the_words_or_it_is_not(
    command: str, before: str, value: float, holds: bool
) -> None:
    assert HeldNumbers(command).allows(before, value) is holds


def test_a_length_keeps_its_unit() -> None:
    held = HeldNumbers("move it 5 cm left")
    assert held.allows_unit(5, "cm") and held.allows_unit(50, "mm")
    assert not held.allows_unit(5, "in") and not held.allows_unit(5, "m")
    assert HeldNumbers("move it 5 left").allows_unit(5, "cm")


def test_an_answers_numbers_may_be_in_the_question_and_a_corrections_in_the_command_before() -> (
    None
):
    assert HeldNumbers("the first", "Which of the 3 blocks: the second or third?").allows("left", 3)
    held = HeldNumbers("no, the blue one", earlier="put it 8 cm left of the red one")
    assert held.allows("dist", 8, repeats=True) and not held.allows("dist", 8)
    assert HeldNumbers("the same with this one", earlier="8 cm left").allows("dist", 8)
