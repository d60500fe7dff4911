"""The hand itself, how fast and how careful, waiting for the word, not understood: in memory."""

from __future__ import annotations

import pytest
from lab.scenes import thing
from lab.session import Table

from llmagentos.skills.symbolic import HAND
from llmagentos.types import Scene


def table() -> Table:
    return Table(
        Scene(
            (
                thing("red", "block", "red", 0.45, 0.10),
                thing("blue", "block", "blue", 0.45, -0.10),
                thing("bowl", "bowl", "white", 0.60, 0.05),
            )
        )
    )


# --- the hand -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "goal"),
    [
        ("reach xy 0.5 minus 0.1 z 0.2", (0.5, -0.1, 0.2)),
        ("reach xy 50 minus 10 cm", (0.5, -0.1, 0.15)),
        ("reach down dist 10 cm", (0.4, 0.0, 0.3)),
        ("reach up", (0.4, 0.0, 0.5)),
        ("reach left dist 5 cm", (0.4, 0.05, 0.4)),
        ("reach above [ the red block ] dist 5 cm", (0.45, 0.10, 0.09)),
    ],
)
def test_the_hand_goes_there(plan: str, goal: tuple[float, float, float]) -> None:
    t = table()
    assert t.do(plan).status == "succeeded"
    assert t.skills.hand().position == pytest.approx(goal, abs=1e-6)


@pytest.mark.parametrize("plan", ["reach xy 0.9 0 z 0.2", "reach xy 45 10", "reach up dist 1 m"])
def test_what_the_hand_cannot_reach_is_told(plan: str) -> None:
    t = table()
    done = t.do(plan)
    assert done.status == "cannot" and "outside what I can reach" in done.reply
    assert t.actions == []


def test_what_is_held_goes_along() -> None:
    t = table()
    t.do("pick [ the red block ] ; reach xy 0.5 0 z 0.3")
    assert t.get("red").held and t.get("red").position == pytest.approx((0.5, 0.0, 0.3))


def test_fingers_open_and_close() -> None:
    t = table()
    for plan, width in (("close", 0.0), ("open dist 4 cm", 0.04), ("open dist half", 0.04)):
        assert t.do(f"grip {plan}").status == "succeeded"
        assert t.skills.hand().opening_m == pytest.approx(width)
    assert t.do("grip open").status == "succeeded" and t.skills.hand().opening_m == HAND.most_m
    assert "8 cm wide, not more" in t.do("grip open dist 20 cm").reply
    t.do("pick [ the red block ]")
    assert "closed around the red block already" in t.do("grip close").reply
    assert t.do("grip open").status == "succeeded" and t.skills.held is None


def test_the_hand_is_told() -> None:
    t = table()
    said = t.do("answer hand").reply
    assert said == "My hand is at x 0.40 m, y 0.00 m, 40 cm above the table, 8.0 cm open."
    t.do("pick [ the red block ]")
    assert "closed around the red block" in t.do("answer hand").reply
    assert t.do("answer bye").reply == "Goodbye!"


# --- how ------------------------------------------------------------------------------------------


def speeds(t: Table) -> set[float]:
    return {a.speed for a in t.skills.actions}


def test_a_pace_is_that_of_its_steps_alone() -> None:
    t = table()
    t.do("pace slow { put [ the red block ] in [ the bowl ] }")
    assert speeds(t) == {0.4}
    t.skills.reset()
    t.do("put [ the blue block ] at left")
    assert speeds(t) == {1.0}


def test_a_pace_without_steps_holds_from_now_on() -> None:
    t = table()
    assert t.do("pace fast").reply == "I'll do everything fast from now on."
    t.do("put [ the red block ] in [ the bowl ]")
    assert speeds(t) == {1.6}
    t.skills.reset()
    t.do("pace slow { home } ; put [ the blue block ] at left")
    assert [a.speed for a in t.skills.actions][:2] == [0.4, 1.6]
    t.do("pace normal")
    t.skills.reset()
    t.do("home")
    assert speeds(t) == {1.0}


def test_what_must_not_be_touched_is_not_moved_and_is_told_to_every_action() -> None:
    t = table()
    t.do("put [ the blue block ] on [ the red block ]")
    t.skills.reset()
    done = t.do("avoid [ the blue block ] { put [ the red block ] in [ the bowl ] }")
    assert done.status == "cannot" and "without touching the blue block" in done.reply
    assert t.actions == []
    t.do("avoid [ the bowl ] { put [ the blue block ] at left }")
    assert {a.clear_of for a in t.skills.actions} == {("bowl",)}
    t.skills.reset()
    t.do("home")
    assert {a.clear_of for a in t.skills.actions} == {()}


# --- the person's word ----------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["go", "Go!", "ok, go now", "yes please"])
def test_the_word_sets_it_going(word: str) -> None:
    t = table()
    said = t.do("when_told { put [ the red block ] in [ the bowl ] }", "when I say go, ...")
    assert (
        said.status == "answered" and said.reply == 'All right: I am waiting for you to say "go".'
    )
    assert t.actions == []
    assert t.do("answer scene", "what do you see?").status == "answered"
    done = t.do("yes" if "yes" in word else "home", word)
    assert done.status == "succeeded" and t.get("red").support == "bowl"
    assert t.do("home", "go").status == "succeeded"  # once only
    assert t.actions[-1] == "home"


def test_a_word_of_their_own_and_what_comes_before_and_after() -> None:
    t = table()
    plan = 'home ; when_told "banana split" { put [ the red block ] in [ the bowl ] } ; look'
    t.do(plan, "first home, and when I say banana split ...")
    assert t.actions == ["home"]
    t.do("home", "go")
    assert t.get("red").support == "table"
    t.do("home", "Banana split")
    assert t.get("red").support == "bowl" and t.actions[-1] == "look"


@pytest.mark.parametrize("off", ["no", "stop"])
def test_it_can_be_called_off(off: str) -> None:
    t = table()
    t.do("when_told { put [ the red block ] in [ the bowl ] }", "when I say go ...")
    t.do(off, "no, leave it")
    t.do("home", "go")
    assert t.get("red").support == "table"


def test_waiting_inside_of_a_loop_is_told_impossible() -> None:
    done = table().do("for_each [ all block ] { when_told { pick [ the this object ] } }")
    assert done.status == "cannot" and "two commands" in done.reply


# --- not understood -------------------------------------------------------------------------------


def test_not_understood_is_said_with_the_words() -> None:
    t = table()
    done = t.do('unclear "flurb the glorp"')
    assert done.reply == 'I did not understand "flurb the glorp". Can you say it in other words?'
    assert done.status == "question" and t.actions == []
    assert "did not understand that" in t.do("unclear").reply


def test_a_question_goes_on_waiting_behind_what_was_not_understood() -> None:
    t = table()
    asked = t.do("put [ the block ] in [ the bowl ]")
    assert asked.status == "question"
    t.do("unclear")
    assert t.do("choose [ the red object ]").status == "succeeded"
    assert t.get("red").support == "bowl"
