"""Plans that the planner is not sure of: carried out, asked about, or told as not understood."""

from __future__ import annotations

import pytest
from lab.session import Table

from llmagentos.dialogue.options import answer, question_about
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.understanding import Option, Trust, Understanding

BLOCK = "put [ the red block ] in [ the blue bowl ]"
BOWL = "put [ the red bowl ] in [ the blue bowl ]"
NEXT = "put [ the red block ] next_to [ the blue bowl ]"
ABSENT = "put [ the red cup ] in [ the blue bowl ]"


def unsure(
    t: Table, confidence: float, *plans: str, command: str = "do it", part: str = ""
) -> Outcome:
    """The first plan, of which the planner is so sure; the others may be meant, too."""
    options = tuple(Option(compact.parse(x), x, 0.4) for x in plans)
    found = Understanding(confidence, (), part, (), options, False)
    plan = PlanResult(options[0].plan, plans[0], confidence=confidence, understanding=found)
    return t.executor.run(plan, command)


def test_sure_enough_is_carried_out() -> None:
    t = Table()
    assert unsure(t, 0.8, BLOCK, BOWL).status == "succeeded"
    assert t.get("red_block").support == "blue_bowl"


def test_very_unsure_is_not_understood_and_names_the_part() -> None:
    t = Table()
    out = unsure(t, 0.1, BLOCK, part="the wotsit")
    assert (out.status, out.reply) == ("question", 'I did not understand "the wotsit".')
    assert t.actions == [] and out.question == ""
    assert unsure(t, 0.1, BLOCK).reply == "I did not understand that."


@pytest.mark.parametrize(
    ("said", "moved"),
    [
        ("the bowl", "red_bowl"),
        ("the second one", "red_bowl"),
        ("the red block, please", "red_block"),
        ("first", "red_block"),
    ],
)
def test_one_of_two_things_is_asked_for_and_taken(said: str, moved: str) -> None:
    t = Table()
    out = unsure(t, 0.4, BLOCK, BOWL)
    assert out.reply == "Do you mean the red block or the red bowl?"
    assert (out.status, out.question) == ("question", out.reply) and t.actions == []
    # whatever the planner makes of the short answer: it names one of the two
    assert unsure(t, 0.3, "look", command=said).status == "succeeded"
    assert t.actions[0] == f"pick {moved}"


def test_a_whole_plan_is_asked_about_and_yes_carries_it_out() -> None:
    t = Table()
    out = unsure(t, 0.4, NEXT)
    assert out.reply == "Shall I put the red block next to the blue bowl?"
    assert unsure(t, 0.99, "yes", command="yes please").status == "succeeded"
    assert t.actions[0] == "pick red_block"


def test_no_leaves_it_and_another_command_is_another_command() -> None:
    t = Table()
    unsure(t, 0.4, NEXT)
    out = unsure(t, 0.99, "no", command="no, don't")
    assert (out.status, t.actions) == ("answered", [])
    unsure(t, 0.4, NEXT)
    out = unsure(t, 0.99, "pick [ the green block ]", command="pick up the green block")
    assert (out.status, t.actions) == ("succeeded", ["pick green_block"])


def test_yes_to_two_is_asked_again_and_the_question_goes_on_waiting() -> None:
    t = Table()
    unsure(t, 0.4, BLOCK, BOWL)
    out = unsure(t, 0.99, "yes", command="yes")
    assert out.status == "question" and "the red block or the red bowl" in out.reply
    assert unsure(t, 0.9, "look", command="the block").status == "succeeded"
    assert t.get("red_block").support == "blue_bowl"


def test_another_thing_in_the_answer_goes_into_the_plan() -> None:
    t = Table()
    unsure(t, 0.4, BLOCK, BOWL)
    out = unsure(t, 0.99, "choose [ the green block ]", command="the green block")
    assert out.status == "succeeded" and t.get("green_block").support == "blue_bowl"


def test_what_the_scene_has_not_is_no_option() -> None:
    t = Table()
    out = unsure(t, 0.4, ABSENT, BLOCK)
    assert out.reply == "Shall I put the red block in the blue bowl?"
    out = unsure(t, 0.4, ABSENT)  # nothing would move: what is missing is told instead
    assert "red cup" in out.reply and out.status == "question" and t.actions == []


@pytest.mark.parametrize(
    ("plan", "status"),
    [("refuse fire", "refused"), ("cannot cook", "cannot"), ("answer held", "answered")],
)
def test_what_moves_nothing_is_not_asked_about(plan: str, status: str) -> None:
    assert unsure(Table(), 0.4, plan).status == status


@pytest.mark.parametrize(
    ("plan", "status"), [("refuse fire", "refused"), ("cannot cook", "cannot")]
)
def test_a_refusal_stands_down_to_half_of_the_limit(plan: str, status: str) -> None:
    t = Table()
    t.executor.trust = Trust(0.7, 0.25)
    assert unsure(t, 0.13, plan).status == status
    out = unsure(t, 0.1, plan, part="furiously")
    assert (out.status, out.reply) == ("question", 'I did not understand "furiously".')
    t.executor.trust = Trust(0.7, 0.1)
    assert unsure(t, 0.1, plan).status == status
    assert unsure(t, 0.01, "answer held").reply == "I did not understand that."
    assert unsure(t, 0.01, "stop", command="freeze").reply != "I did not understand that."


def test_trust_is_a_setting() -> None:
    t = Table()
    t.executor.trust = Trust(act_from=0.0, ask_from=0.0)
    assert unsure(t, 0.01, BLOCK).status == "succeeded"
    for act, ask in ((0.3, 0.5), (1.2, 0.1), (0.5, -0.1)):
        with pytest.raises(ValueError, match="expected 0 <= ask_from <= act_from <= 1, got"):
            Trust(act, ask)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("yes", 0),
        ("Yeah, go ahead.", 0),
        ("yes, next to the blue bowl", 0),
        ("nope", "no"),
        ("don't", "no"),
        ("no, on the plate", None),
        ("put the green block away", None),
        ("right of the bowl", None),
    ],
)
def test_short_answers_to_one_plan(said: str, wanted: object) -> None:
    assert answer(said, [compact.parse(NEXT)]) == wanted


def test_plans_that_do_the_same_here_are_one() -> None:
    t = Table()
    out = unsure(t, 0.4, BLOCK, BLOCK.replace("the red block", "a red block"))
    assert out.status == "succeeded" and t.get("red_block").support == "blue_bowl"
    t = Table()
    out = unsure(t, 0.4, "pick [ the block ]", BLOCK, BLOCK.replace("the red block", "a red block"))
    assert out.reply == "Shall I put the red block in the blue bowl?" and t.actions == []


def test_the_last_command_again_is_asked_about_by_what_it_does() -> None:
    t = Table()
    unsure(t, 0.9, "move [ the green block ] right dist 3 cm", command="three to the right")
    out = unsure(t, 0.4, "again", command="another one")
    assert out.reply == "Shall I move the green block 3 cm to the right?"
    before = t.get("green_block").position
    assert unsure(t, 0.9, "yes", command="yes").status == "succeeded"
    assert t.get("green_block").position[1] < before[1] - 0.02


def test_a_condition_is_told_whole() -> None:
    t = Table()
    out = unsure(t, 0.4, f"if exists [ a red block ] {{ {BLOCK} }}")
    assert out.reply == "Do you mean: If there is a red block: put the red block in the blue bowl?"
    assert unsure(t, 0.9, "yes", command="yes").status == "succeeded"
    assert t.get("red_block").support == "blue_bowl"


def test_questions_are_short() -> None:
    many = "; ".join([BLOCK] * 5).replace(";", " ;")
    said = question_about([compact.parse(many)])
    assert said.endswith("and do 2 more things?")
    said = question_about([compact.parse(BLOCK), compact.parse(NEXT)])
    assert said == (
        "Shall I put the red block in the blue bowl, or put the red block next to the blue bowl?"
    )
