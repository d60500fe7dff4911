"""Conditions and answers in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lab.notation import cond, ctx, query
from lab.scenes import scene, table, thing

from llmagentos.dialogue.questions import answer
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Event
from llmagentos.memory.session import CommandRecord, SessionFacts, StepFact

CONDITIONS = {
    "exists [ a red block ]": (True, "there are two red blocks"),
    "exists [ a gold block ]": (False, "there is no gold block"),
    "exists [ count 3 red block ]": (False, "there are two red blocks"),
    "exists [ count 2 red block ]": (True, "there are two red blocks"),
    "exists [ both red block ]": (True, "there are two red blocks"),
    "exists [ none gold block ]": (True, "there is no gold block"),
    "exists [ at_most 1 red block ]": (False, "there are two red blocks"),
    "not exists [ a red block ]": (False, "there are two red blocks"),
    "count [ all block ] eq 5": (True, "there are five blocks"),
    "count [ all block ] lt 5": (False, "there are five blocks"),
    "count [ all block ] gt [ all bowl ]": (True, "there are five blocks and two bowls"),
    "is [ the yellow block ] in [ the blue bowl ]": (
        True,
        "the yellow block is in the blue bowl",
    ),
    "is [ the yellow block ] no in [ the green bowl ]": (
        True,
        "the yellow block is not in the green bowl",
    ),
    "is [ the blue block ] in [ a bowl ]": (False, "the blue block is not in a bowl"),
    "is [ all bowl ] fits [ the empty object ]": (False, "the blue bowl is not empty"),
    "is [ a bowl ] fits [ the empty object ]": (True, "the green bowl is empty"),
    "is [ none bowl ] fits [ the full object ]": (False, "the green bowl is not full"),
    "is [ the red block ] at left": (False, "the red block on the right is not at the left side"),
    "is [ the gold block ] at left": (
        False,
        "I can't see a gold block. I see a black block, two red blocks and a yellow block",
    ),
    "is [ the bowl order left ] fits [ the blue object ]": (True, "the blue bowl is blue"),
    "and exists [ a red block ] exists [ a gold block ]": (False, "there is no gold block"),
    "or exists [ a red block ] exists [ a gold block ]": (True, "there are two red blocks"),
    "is [ the blue bowl ] bigger_than [ the blue block ]": (
        True,
        "the blue bowl is bigger than the blue block",
    ),
    "is [ all gold block ] at left": (False, "there is no gold block"),
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions(text: str) -> None:
    assert holds(cond(text), ctx()) == CONDITIONS[text]


TOO_MUCH = "There is too much on the table for one look: I left out five parts of it."


@pytest.mark.parametrize(
    "text",
    [
        "scene",
        "count [ all gold block ]",
        "exists [ a gold block ]",
        'exists [ a object noun "giraffe" ]',
    ],
)
def test_what_one_look_had_no_time_for_is_told_with_the_answer(text: str) -> None:
    whole, part = ctx(), ctx()
    part = part.with_(scene=replace(part.scene, left_out=5))
    said = answer(query(text), part, SessionFacts()).reply
    assert said == f"{answer(query(text), whole, SessionFacts()).reply} {TOO_MUCH}"


def test_what_was_found_is_told_without_what_was_left_out() -> None:
    part = ctx().with_(scene=replace(ctx().scene, left_out=5))
    assert TOO_MUCH not in answer(query("exists [ a red block ]"), part, SessionFacts()).reply


ANSWERS = {
    "count [ all red block ]": "There are 2 red blocks.",
    "count [ all blue block ]": "There is one blue block.",
    "count [ all gold block ]": (
        "There are no gold blocks; I see a black block, two red blocks and a yellow block."
    ),
    "exists [ a red block ]": "Yes, there are two red blocks.",
    "exists [ a blue block ]": "Yes, there is a blue block.",
    "exists [ a orange bowl ]": (
        "No, there is no orange bowl; I see a blue bowl and a green bowl."
    ),
    "exists [ count 3 red block ]": "No, there are only two.",
    'exists [ a object noun "giraffe" ]': (
        "No, there is no giraffe; I see a black block, a blue block, two red blocks, "
        "a yellow block, a blue bowl, a green bowl and other things."
    ),
    "where [ the yellow block ]": "The yellow block is in the blue bowl.",
    "where [ the black block ]": "The black block is on the red block on the right.",
    "where [ the blue bowl ]": (
        "The blue bowl is at the back of the table, 18 cm to the back left of the blue block."
    ),
    "where [ the pink bowl ]": "There is no pink bowl; I see a blue bowl and a green bowl.",
    "which [ the block order left ]": "The red block on the left.",
    "which [ all block where in [ the bowl ] ]": "The yellow block.",
    "which [ all block where in [ the green bowl ] ]": "There are no blocks in the green bowl.",
    "which [ the bowl order largest ]": "I can't tell: the blue bowl and the green bowl are equal.",
    "color [ the block order left ]": "The leftmost block is red.",
    "color [ all bowl ]": "They are blue and green.",
    "color [ all red block ]": "Both red blocks are red.",
    "color [ the object where in [ the blue bowl ] ]": "The block in the blue bowl is yellow.",
    "kind [ the object where in [ the blue bowl ] ]": "It is a yellow block.",
    "size [ the blue bowl ]": "The blue bowl is 12 cm wide and 5 cm high.",
    "distance [ the blue block ] [ the blue bowl ]": (
        "The blue block and the blue bowl are 18 cm apart."
    ),
    "distance [ the blue block ]": "The blue block is 45 cm from my base.",
    "relation [ the yellow block ] [ the blue bowl ]": "The yellow block is in the blue bowl.",
    "relation [ the red block order right ] [ the black block ]": (
        "The red block on the right is under the black block."
    ),
    "relation [ the red block ] [ the blue bowl ]": (
        "Which red block do you mean: the red block on the left or the red block on the right?"
    ),
    "holds is [ the yellow block ] in [ the green bowl ]": (
        "No, the yellow block is not in the green bowl; it is in the blue bowl."
    ),
    "holds is [ the blue block ] left_of [ the blue bowl ]": (
        "No, the blue block is not left of the blue bowl; it is 18 cm to the front right of the "
        "blue bowl."
    ),
    "holds is [ the green bowl ] fits [ the empty object ]": "Yes, the green bowl is empty.",
    "holds is [ the pink bowl ] at left": (
        "I can't see a pink bowl. I see a blue bowl and a green bowl."
    ),
    "common [ all block ]": "Red: 2 of 5.",
    "common [ all bowl ]": "None stands out: every colour occurs once.",
    "scene": (
        "I see a black block, a blue block, two red blocks, a yellow block, a blue bowl, "
        "a green bowl and a green zone."
    ),
    "held": "I'm not holding anything.",
    "did": "I haven't done anything yet.",
    "moved [ the block ]": "I haven't moved anything yet.",
    "why": "I haven't done anything yet, so there is nothing to explain.",
    "next": "Nothing is planned. Tell me what to do.",
    "greet": "Hello! What shall I do?",
    "thanks": "You're welcome.",
    "status": "I'm ready; my gripper is empty.",
}


@pytest.mark.parametrize("text", ANSWERS)
def test_answers(text: str) -> None:
    assert answer(query(text), ctx(), SessionFacts()).reply == ANSWERS[text]


def test_answers_name_what_they_are_about() -> None:
    assert answer(query("count [ all red block ]"), ctx(), SessionFacts()).ids == ("r1", "r2")
    assert answer(query("which [ the block order left ]"), ctx(), SessionFacts()).ids == ("r1",)


def test_what_is_held_is_told() -> None:
    at = ctx(scene(thing("h", "ball", "orange", 0.5, 0.0, held=True)))
    assert answer(query("held"), at, SessionFacts()).reply == "I'm holding an orange ball."
    assert answer(query("where [ the ball ]"), at, SessionFacts()).reply == (
        "The orange ball is in my gripper."
    )
    assert answer(query("scene"), at, SessionFacts()).reply == (
        "I see nothing on the table, and I'm holding an orange ball."
    )
    assert "I'm holding the orange ball" in answer(query("status"), at, SessionFacts()).reply


def record(**more: object) -> SessionFacts:
    steps = (
        StepFact(
            "put the red block in the bowl",
            ("the red block: the leftmost of 2 red blocks", "the blue bowl: the only blue bowl"),
        ),
        StepFact("go to the home position"),
    )
    fields = {"index": 0, "text": "put it there", "steps": steps, "status": "succeeded", **more}
    return SessionFacts(last=CommandRecord(**fields))  # type: ignore[arg-type]


def test_what_was_done_and_why() -> None:
    done = record()
    assert answer(query("did"), ctx(), done).reply == (
        "I put the red block in the bowl, then went to the home position."
    )
    assert answer(query("why"), ctx(), done).reply == (
        'Because you said "put it there", and I understood the red block (the leftmost of 2 red '
        "blocks) and the blue bowl (the only blue bowl)."
    )
    about = answer(query("why [ the blue bowl ]"), ctx(), done).reply
    assert "blue bowl" in about and "red block" not in about
    undone = answer(query("did"), ctx(), record(undone=True)).reply
    assert undone.endswith("That has been undone since.")


def test_a_failure_is_told() -> None:
    steps = (
        StepFact("pick up the red block"),
        StepFact("put it in the bowl", status="failed", note="it slipped"),
    )
    failed = record(steps=steps, status="failed")
    assert answer(query("did"), ctx(), failed).reply == (
        "I picked up the red block; then I tried to put it in the bowl, but it slipped."
    )
    assert answer(query("why"), ctx(), failed).reply.endswith("It failed because it slipped.")
    full = (StepFact("put it in the bowl", status="failed", note="There is no free room there."),)
    assert answer(query("did"), ctx(), record(steps=full, status="failed")).reply == (
        "I tried to put it in the bowl, but there is no free room there."
    )
    mine = (StepFact("put it in the bowl", status="failed", note="I can't reach that far."),)
    assert ", but I can't reach" in answer(query("did"), ctx(), record(steps=mine)).reply
    refused = record(steps=(), status="refused", reply="I won't: that could hurt someone.")
    assert "hurt" in answer(query("why"), ctx(), refused).reply
    assert "hurt" in answer(query("did"), ctx(), refused).reply


def test_what_was_done_before_a_question_is_told_too() -> None:
    asked = record(steps=(), status="question", reply="Where shall I put it?")
    first = asked.last
    assert answer(query("did"), ctx(), asked).reply == "Nothing: Where shall I put it?"
    both = SessionFacts(last=first, before=record().last)
    assert answer(query("did"), ctx(), both).reply == (
        "Nothing: Where shall I put it? Before that I put the red block in the bowl, then went to "
        "the home position."
    )


def test_what_was_moved() -> None:
    now = table().get("y1")
    assert now is not None
    event = Event("y1", replace(now, position=(0.3, 0.1, 0.02), support="table"), now, 0, "put")
    at = ctx(events=(event,))
    assert answer(query("moved [ the block ]"), at, SessionFacts()).reply == (
        "I moved the yellow block."
    )
    assert answer(query("moved [ the bowl ]"), at, SessionFacts()).reply == (
        "I didn't move a bowl; I moved the yellow block."
    )
    assert answer(query("moved"), at, SessionFacts()).ids == ("y1",)


def test_what_comes_next() -> None:
    facts = SessionFacts(next_steps=("pick up the block", "go home"))
    assert answer(query("next"), ctx(), facts).reply == (
        "Next I will pick up the block, then go home."
    )
    waiting = SessionFacts(pending_question="Which bowl?")
    assert answer(query("next"), ctx(), waiting).reply == "I'm waiting for your answer: Which bowl?"


def test_a_zone_with_nothing_on_it_is_empty() -> None:
    zone = thing("z", "zone", "red", 0.45, -0.18)
    bare = scene(zone, thing("b", "block", "yellow", 0.45, 0.1))
    taken = scene(zone, thing("b", "block", "yellow", 0.45, -0.18))
    question = cond("is [ the zone ] fits [ a empty object ]")
    assert holds(question, replace(ctx(), scene=bare)) == (True, "the red zone is empty")
    assert holds(question, replace(ctx(), scene=taken)) == (False, "the red zone is not empty")


def test_how_high_a_stack_is() -> None:
    low = thing("a", "block", "red", 0.45, 0.1)
    at = scene(low, thing("b", "block", "blue", 0, 0, on=low))
    said = answer(query("size [ the stack ]"), replace(ctx(), scene=at), SessionFacts())
    assert said.reply == "The stack of two is 8 cm high."


def test_a_block_of_unknown_colour_is_told_without_one() -> None:
    low = thing("a", "block", "", 0.45, 0.1)
    at = replace(ctx(), scene=scene(low, thing("b", "block", "blue", 0, 0, on=low)))
    said = answer(query("scene"), at, SessionFacts()).reply
    assert said == "I see a block and a blue block."
    said = answer(query("color [ the block order bottom ]"), at, SessionFacts()).reply
    assert said == "I can't see the colour of the block."
    said = answer(query("kind [ the block order bottom ]"), at, SessionFacts()).reply
    assert said == "It is a block."


def test_nothing_is_on_what_is_not_there() -> None:
    said = answer(query("which [ all block where on [ the gold bowl ] ]"), ctx(), SessionFacts())
    assert said.reply == "There is no gold bowl; I see a blue bowl and a green bowl."
