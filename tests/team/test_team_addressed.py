"""Whom a sentence speaks to: names where a clause begins, names of places, each and all."""

from __future__ import annotations

import pytest

from llmagentos.team.addressed import Part, parts

TWO = {"left": "left", "right": "right"}
THREE = {"Anna": "left", "R2-D2": "middle", "the_boss": "right"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "left robot: put the red block in the bowl; right robot: stack the rest",
            [("put the red block in the bowl", "left"), ("stack the rest", "right")],
        ),
        (
            "while the left robot stacks the red blocks, the right robot stacks the blue ones",
            [("stacks the red blocks", "left"), ("stacks the blue ones", "right")],
        ),
        ("the left robot hands the cup over", [("hands the cup over", "left")]),
        ("put it away, right", [("put it away", "right")]),
        (
            "Left, please put it away. right: go home",
            [("put it away", "left"), ("go home", "right")],
        ),
        (
            "robot left should pick it up and then let go",
            [("should pick it up and then let go", "left")],
        ),
        (
            "both of you tidy up, left takes the red ones",
            [("tidy up", ""), ("takes the red ones", "left")],
        ),
        (
            "split the blocks: left the red ones, right the rest",
            [("split the blocks", ""), ("the red ones", "left"), ("the rest", "right")],
        ),
        (
            "the left one takes the cup, the right one the bowl",
            [("takes the cup", "left"), ("the bowl", "right")],
        ),
        (
            "right robot, give the left one the green block",
            [("give the left side the green block", "right")],
        ),
        (
            "left robot, pass the cup to your colleague; the other one stacks the rest",
            [("pass the cup to the right side", "left"), ("stacks the rest", "right")],
        ),
        (
            "let the left robot put it in the bowl and tell the right one to wait",
            [("put it in the bowl", "left"), ("wait", "right")],
        ),
        (
            "the left robot and the right robot line up the blocks",
            [("line up the blocks", "left right")],
        ),
    ],
)
def test_a_name_where_a_clause_begins_addresses(text: str, said: list[tuple[str, str]]) -> None:
    assert parts(text, list(TWO), TWO) == [Part(t, tuple(who.split())) for t, who in said]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("put the cup to the left of the bowl", "put the cup to the left of the bowl"),
        ("left of the bowl there is a cup", "left of the bowl there is a cup"),
        ("the left one goes in the bowl", "the left one goes in the bowl"),
        ("stack the blocks, the right one on top", "stack the blocks, the right one on top"),
        ("put the left one on the other one", "put the left one on the other one"),
        ("hand the cup to the right robot", "hand the cup to the right side"),
        ("pick up the right robot's block", "pick up the right block"),
        ("put all blocks in the bowl", "put all blocks in the bowl"),
        ("both of you, put all blocks in the bowl", "put all blocks in the bowl"),
    ],
)
def test_other_names_are_places_and_words_stay_words(text: str, meant: str) -> None:
    assert parts(text, list(TWO), TWO) == [Part(meant)]


def test_each_is_somebody_by_itself() -> None:
    told = parts("sort the blocks, each of you one side", list(TWO), TWO)
    assert told == [Part("sort the blocks", (), each=True)]
    assert parts("tidy the table, one half each", list(TWO), TWO) == [
        Part("tidy the table", (), True)
    ]
    assert parts("everyone grab a block", list(TWO), TWO) == [Part("grab a block", (), True)]
    assert parts("everyone, line up", list(TWO), TWO) == [Part("line up")]
    assert parts("each robot picks up a block", list(TWO), TWO) == [
        Part("picks up a block", (), True)
    ]
    assert parts("put them away, each of you", list(TWO), TWO) == [Part("put them away", (), True)]


def test_odd_names() -> None:
    names = list(THREE)
    told = parts("anna: stack the blocks; r2 d2 gives the cup to the boss", names, THREE)
    assert told == [
        Part("stack the blocks", ("Anna",)),
        Part("gives the cup to the right side", ("R2-D2",)),
    ]
    assert parts("R2-D2 and anna, tidy up", names, THREE) == [Part("tidy up", ("R2-D2", "Anna"))]


def test_a_robot_without_a_side_of_its_own_stays_a_name() -> None:
    assert parts("give it to anna", ["anna", "bert"], {}) == [Part("give it to anna")]


def test_what_is_given_to_nobody() -> None:
    assert Part("hands the cup over").gives_to_nobody_said
    assert not Part("give me the cup").gives_to_nobody_said
    assert not Part("put the cup in front").gives_to_nobody_said
