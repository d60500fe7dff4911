"""Plans that cannot be what was meant: nothing moves, and the person hears which part it is."""

from __future__ import annotations

import pytest
from lab.session import Table

from llmagentos.dialogue import doubts
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Understanding


@pytest.mark.parametrize(
    "plan", ["put [ a block ] in [ a block ]", "put [ all red block ] on [ all red block ]"]
)
def test_a_thing_into_itself_is_not_understood(plan: str) -> None:
    t = Table()
    out = t.do(plan)
    assert out.status == "question" and out.reply.startswith("I did not understand where to put")
    assert t.actions == []


def test_what_was_not_understood_leaves_no_question_open() -> None:
    t = Table()
    assert t.do("put [ a block ] in [ a block ]").question == ""
    out = t.do("choose [ the red block ]")  # nothing asked, nothing to choose for
    assert out.status != "succeeded" and t.actions == []


def test_a_question_goes_on_waiting_when_its_answer_was_not_understood() -> None:
    t = Table()
    asked = t.do("put [ the block ] in [ the red bowl ]").question
    assert t.do("put [ a block ] in [ a block ]").question == asked
    assert t.do("choose [ the blue object ]").status == "succeeded"
    assert t.get("blue_block").support == "red_bowl"


def test_a_check_from_outside_speaks_in_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def shy(asked: doubts.Asked) -> list[doubts.Doubt]:
        if asked.confidence < 0.5:
            return [doubts.Doubt(asked.command, "unsure")]
        return []

    monkeypatch.setattr(doubts, "CHECKS", [*doubts.CHECKS, shy])
    t = Table()
    out = t.do("pick [ the red block ]", command="grab it", confidence=0.3)
    assert out.reply == 'I did not understand "grab it".' and t.actions == []
    assert t.do("pick [ the red block ]", command="grab it").status == "succeeded"


def test_a_doubt_can_be_a_question_or_just_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = doubts.Doubt("", "two ways", "Do you mean the block?", "question")
    monkeypatch.setattr(doubts, "CHECKS", [lambda asked: [ask]])
    t = Table()
    out = t.do("pick [ the red block ]")
    assert (out.status, out.question) == ("question", "Do you mean the block?")
    monkeypatch.setattr(
        doubts, "CHECKS", [lambda asked: [doubts.Doubt("", "negated", "All right.", "answered")]]
    )
    out = t.do("pick [ the red block ]")
    assert (out.status, out.reply, t.actions) == ("answered", "All right.", [])


@pytest.mark.parametrize(
    ("plan", "command", "reply"),
    [
        ("move [ the red block ] left dist 5 cm", "shove the red block left", "how far: I thought of 5 cm"),
        ("pick [ count 3 block ]", "take two blocks", "how many: I thought of 3,"),
        ("rotate [ the red block ] ccw 45", "turn it by 30 degrees", "how far to turn it"),
        ("move [ the red block ] left dist 5 in", "move it 5 cm left", "I thought of 5 inches"),
        ("wait 30", "wait a minute", "how long to wait: I thought of 30 seconds"),
    ],
)  # fmt: skip
def test_a_number_that_nobody_said_is_never_used(plan: str, command: str, reply: str) -> None:
    t = Table()
    out = t.do(plan, command=command)
    assert out.status == "question" and reply in out.reply and t.actions == []


def test_numbers_that_were_said_are_used() -> None:
    t = Table()
    out = t.do("move [ the red block ] left dist 5 cm", command="red block, 50 millimetres left")
    assert out.status == "succeeded"
    # and those of the command that is corrected
    out = t.do("correct right dist 5 cm", command="no, to the right")
    assert out.status == "succeeded"
    assert t.do("move [ the red block ] right dist 9 cm", command="no, right").status == "question"


@pytest.mark.parametrize(
    ("plan", "command", "reply"),
    [
        ("pick [ the red block ]", "whatever you do, don't pick up the red block",
         "All right, I won't pick up the red block now."),
        ("move [ the red block ] left", "do not move the red cubes", "move the red cubes now."),
        ("release", "Never open the gripper!", "All right, I won't open the gripper now."),
        ("stop", "don't stop", "All right, I won't stop."),
        ("pick [ the red block ]", "please don't touch my red block, ok?", "touch your red block now."),
        ("put [ the red block ] at left", "leave the red block alone", "won't touch the red block"),
        ("pick [ the red block ]", "don't you dare take the red block", "take the red block now"),
        ("pick [ the red block ]", "you don't need to lift anything", "lift anything"),
    ],
)  # fmt: skip
def test_a_mere_prohibition_is_acknowledged(plan: str, command: str, reply: str) -> None:
    t = Table()
    out = t.do(plan, command=command)
    assert out.status == "answered" and reply in out.reply and t.actions == []


FORBIDDEN = (
    "don't touch the red block", "Do not move the red block.", "never put the red block in the bowl",
    "Don't touch the red block, it's hot", "do not take the red block, please, because the paint is wet",
    "keep your hands off the red block", "hands off the red block!", "stay away from the red block",
    "don't knock the red block over", "never touch the red block again", "don't move that any more",
    "leave the red block alone", "leave the red block where it is", "The red block is hot. Don't touch it!",
)  # fmt: skip


@pytest.mark.parametrize("command", FORBIDDEN)
@pytest.mark.parametrize(
    "plan", ["refuse damage", "cannot cook", "stop", "ask which", "unclear", "pick [ the red block ]",
             "no", "answer held"]
)  # fmt: skip
def test_a_mere_prohibition_is_acknowledged_whatever_was_written(plan: str, command: str) -> None:
    t = Table()
    written = compact.parse(plan)
    out = t.executor.run(
        PlanResult(written, plan, confidence=0.3, understanding=Understanding(0.3)), command
    )
    assert out.status == "answered" and out.reply.startswith("All right, I won't "), out.reply
    assert "I don't keep that for later commands" in out.reply and out.question == ""
    assert t.actions == []


@pytest.mark.parametrize(
    "command", ["Stop", "don't move", "don't move!", "do not move a muscle", "don't touch anything"]
)
def test_a_halt_stays_one(command: str) -> None:
    t = Table()
    said = t.do("stop", command=command)
    assert said.reply == Table().do("stop", command="stop").reply


def test_what_was_just_done_can_be_taken_back() -> None:
    t = Table()
    t.do("put [ the red block ] in [ the blue bowl ]", command="the red block into the blue bowl")
    out = t.do("undo 1", command="no, don't put the red block in the blue bowl")
    assert out.status == "succeeded" and t.get("red_block").support != "blue_bowl"


@pytest.mark.parametrize(
    "command",
    [
        "don't touch the red block, it's the blue one I want",
        "the blue one needs to go left, don't touch the red block",
        "hands off the red block and take the blue block",
        "take the blue block and don't knock the red block over",
        "don't break anything, take the blue block",
        "leave the red block alone until I say so",
    ],
)
def test_an_order_beside_a_prohibition_is_carried_out(command: str) -> None:
    t = Table()
    assert t.do("pick [ the blue block ]", command=command).status == "succeeded"


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        ("pick [ the red block ]", "take the blue block, but do not take the red block"),
        ("put [ the red block ] in [ the blue bowl ]",
         "don't put the red cube into the blue bowl, put the green one there"),
        ("put [ all block ] in [ the blue bowl ]", "tidy up, but don't touch the red blocks"),
        ("put [ the blue block ] at left ; put [ the red block ] at left",
         "the blue one to the left, without moving the red block"),
        ("put [ the green block ] at left ; release", "green to the left and never open the gripper"),
    ],
)  # fmt: skip
def test_a_step_that_does_what_is_forbidden_is_not_understood(plan: str, command: str) -> None:
    t = Table()
    out = t.do(plan, command=command)
    assert out.status == "question" and "you said not to" in out.reply and t.actions == []


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        ("put [ the red block ] in [ the blue bowl ]", "don't forget to put the red block in the blue bowl"),
        ("put [ the red block ] in [ the blue bowl ]", "why don't you put the red block in the blue bowl"),
        ("move [ the red block ] left", "can't you move the red block left?"),
        ("put [ the red block ] in [ the blue bowl ]", "put the red block where it doesn't fall: the blue bowl"),
        ("pick [ the red block ]", "no, the red one"),
        ("pick [ the red block ]", "don't take the blue block, take the red block"),
        ("put [ the red block ] in [ the blue bowl ]",
         "don't put the red block in the red bowl, put it in the blue bowl"),
        ("put [ the red block ] next_to [ the blue bowl ]",
         "do not put the red block in the blue bowl, but next to it"),
        ("push [ the red block ] left_of [ the blue bowl ]", "don't lift the red block, shove it"),
        ("pick [ the red block ]", "don't take the red block yet... no, do take the red block"),
        ("pick [ the red block ]", "don't take it unless it is red, and it is"),
        ("pick [ the red block ]", "I bet you can't lift the red block"),
        ("pick [ the red block ]", "I don't care, take the red block"),
        ("pick [ the red block ]", "never mind, take the red block"),
    ],
)  # fmt: skip
def test_words_that_only_look_like_a_prohibition(plan: str, command: str) -> None:
    t = Table()
    out = t.do(plan, command=command)
    assert out.status == "succeeded", out.reply


@pytest.mark.parametrize(
    ("plan", "command", "reply"),
    [
        ("swap [ the red block ] [ the red block ]", "swap the red block and the red block", "not itself"),
        ("stack [ the red block ] [ the red block ]", "stack red on red", "what to stack on the red block"),
        ("put [ a green block ] at middle ; put [ a green block ] at middle",
         "a green block in the middle of the wheel", "this twice: put a green block"),
        ("put [ the red block ] at left ; put [ the red block ] at right",
         "the red block to the left", "where to put the red block: two places"),
        ("until count [ all block ] ge 3 { pick [ a block ] }",
         "take blocks as long as there are fewer than 3", "there are three blocks already"),
    ],
)  # fmt: skip
def test_plans_that_nobody_can_mean(plan: str, command: str, reply: str) -> None:
    t = Table()
    out = t.do(plan, command=command)
    assert out.status == "question" and out.reply.startswith("I did not understand")
    assert reply in out.reply and t.actions == []


@pytest.mark.parametrize(
    ("plan", "command"),
    [
        ("put [ the red block ] at left ; put [ the red block ] at right",
         "put the red block left, then right"),
        ("move [ the red block ] left ; move [ the red block ] left", "twice to the left, the red one"),
        ("stack [ a block ] [ a block ]", "stack a block on a block"),
    ],
)  # fmt: skip
def test_what_is_said_twice_is_done_twice(plan: str, command: str) -> None:
    t = Table()
    assert t.do(plan, command=command).status == "succeeded"


def test_more_things_than_there_are_is_asked_about() -> None:
    t = Table()
    out = t.do(
        "put [ count 9 block ] in [ the blue bowl ]", command="put nine blocks in the blue bowl"
    )
    assert out.status == "question" and "three" in out.reply.lower() and t.actions == []
