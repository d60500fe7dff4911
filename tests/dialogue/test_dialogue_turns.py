"""Steps about earlier commands, also inside loops, conditions and constraints."""

from __future__ import annotations

import pytest
from lab.session import Table


def test_again_in_a_loop_repeats_the_last_command() -> None:
    t = Table()
    assert t.do("move [ the red block ] right dist 1 cm").status == "succeeded"
    before = t.get("red_block").position[1]
    assert t.do("repeat 2 { again }", "do that 2 times").status == "succeeded"
    assert t.get("red_block").position[1] == pytest.approx(before - 0.02, abs=2e-3)


def test_again_in_a_loop_with_nothing_before_it_says_so() -> None:
    out = Table().do("repeat 2 { again }", "do that twice")
    assert (out.status, out.reply) == ("cannot", "There is nothing yet that I could do again.")


def test_an_answer_inside_a_pace_goes_on_with_what_was_asked_about() -> None:
    t = Table()
    out = t.do("put [ the block ] in [ the blue bowl ]", "put the block in the blue bowl")
    assert out.status == "question"
    done = t.do("pace slow { choose [ the red block ] }", "the red one, slowly")
    assert done.status == "succeeded" and t.get("red_block").support == "blue_bowl"
