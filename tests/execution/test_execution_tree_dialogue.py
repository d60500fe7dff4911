"""Commands about earlier commands: answers, corrections, again, undo, names."""

from __future__ import annotations

import pytest
from lab.session import Table


def test_an_answer_continues_the_command() -> None:
    t = Table()
    out = t.do("put [ the block ] in [ the red bowl ]")
    assert out.question.startswith("Which block")
    out = t.do("choose [ the blue object ]")
    assert out.status == "succeeded"
    assert t.get("blue_block").support == "red_bowl"


def test_two_questions_in_a_row() -> None:
    t = Table()
    t.do("put [ the block ] in [ the bowl ]")
    assert t.do("choose [ the green object ]").question.startswith("Which bowl")
    assert t.do("choose [ the blue object ]").status == "succeeded"
    assert t.get("green_block").support == "blue_bowl"


def test_any_and_all_answer_too() -> None:
    t = Table()
    t.do("put [ the block ] in [ the red bowl ]")
    t.do("choose [ all object ]")
    assert len(t.skills.scene().on_top_of("red_bowl")) == 3
    t = Table()
    t.do("put [ the red block ] in [ the bowl ]")
    assert t.do("choose [ a object ]").status == "succeeded"


def test_no_lets_it_be() -> None:
    t = Table()
    t.do("put [ the block ] in [ the red bowl ]")
    assert t.do("no").status == "answered"
    assert t.actions == []


def test_where_and_which_side() -> None:
    t = Table()
    t.do("ask where [ the red block ]")
    t.do("choose left_of [ the blue bowl ]")
    assert t.get("red_block").position[1] > 0.2
    t = Table()
    t.do("put [ the red block ] next_to [ the blue bowl ] ; ask direction [ the blue bowl ]")
    t.do("choose right_of [ the it object ]")
    assert t.get("red_block").position[:2] == pytest.approx((0.60, 0.02), abs=0.03)
    t = Table()
    t.do("ask direction [ the red block ]")
    t.do("choose right_of [ the it object ]")
    assert t.actions == ["push red_block"]
    assert t.get("red_block").position[1] < 0.05


def test_correction_takes_back_and_does_it_with_the_other() -> None:
    t = Table()
    t.do("put [ the red block ] in [ the red bowl ]")
    out = t.do("correct [ the green object ]")
    assert out.status == "succeeded"
    assert t.get("green_block").support == "red_bowl"
    assert t.get("red_block").position[:2] == pytest.approx((0.45, 0.10))
    t.do("correct [ the blue bowl ]")
    assert t.get("green_block").support == "blue_bowl"


def test_correction_of_the_place() -> None:
    t = Table()
    t.do("put [ the red block ] in [ the red bowl ]")
    t.do("correct at back_right")
    assert t.get("red_block").position[:2] == pytest.approx((0.65, -0.30), abs=0.1)


def test_again() -> None:
    t = Table()
    assert t.do("again").status == "cannot"
    t.do("put [ the red block ] in [ the red bowl ]")
    t.do("again [ the blue object ]")
    assert t.get("blue_block").support == "red_bowl"
    t.do("again in [ the blue bowl ]")
    assert t.get("blue_block").support == "blue_bowl"
    t.do("move [ the green block ] right dist 2 cm ; again 2")
    assert t.get("green_block").position[1] < -0.21


def test_undo_and_restore() -> None:
    t = Table()
    t.do("put [ the red block ] on [ the blue block ]")
    t.do("put [ the red block ] in [ the red bowl ] ; put [ the blue block ] at front_right")
    t.do("undo")
    assert t.get("red_block").support == "blue_block"
    assert t.get("blue_block").position[:2] == pytest.approx((0.55, -0.10))
    t.do("stack [ all block ]")
    assert t.do("restore").status == "succeeded"
    for o in ("red_block", "blue_block", "green_block"):
        start = t.executor.memory.initial.get(o)  # type: ignore[union-attr]
        assert t.get(o).position == pytest.approx(start.position, abs=0.002)


def test_names() -> None:
    t = Table()
    assert t.do('remember "home bowl" [ the red bowl ]').status == "answered"
    t.do('put [ the red block ] in [ the object name "home bowl" ]')
    assert t.get("red_block").support == "red_bowl"
    t.do('remember "parking" at back_right')
    t.do("put [ the red block ] at back_left")
    t.do('put [ the red block ] on [ the object name "parking" ]')
    assert t.get("red_block").position[:2] == pytest.approx((0.65, -0.30), abs=0.1)


def test_it_and_the_rest() -> None:
    t = Table()
    t.do("put [ the red block ] in [ the red bowl ]")
    t.do("put [ the it object ] in [ the blue bowl ]")
    assert t.get("red_block").support == "blue_bowl"
    t.do("put [ rest block ] in [ the red bowl ]")
    assert {o.id for o in t.skills.scene().on_top_of("red_bowl")} == {"blue_block", "green_block"}
