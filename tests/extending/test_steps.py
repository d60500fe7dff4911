"""A step from outside the package: its class, its words and its actions, without editing the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import pytest
from lab.session import Table
from pydantic import Field

from llm_edge.constraint import PlanConstraint
from llm_edge.tokenization import PlanVocabulary
from llmagentos.errors import PlanError
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.node import Node, Slot
from llmagentos.lang.wording import describe_plan
from llmagentos.tasks import Moves, Scope, register_step, unregister_step
from llmagentos.types import Action, Pose

TEXT = "salute [ the red block ] left times 3"


class Salute(Node):
    """Hold the hand over something, several times."""

    said = "salute {obj} {times} times, {direction}"

    op: Literal["salute"] = "salute"
    obj: p.Obj
    direction: w.Direction
    times: Annotated[int, Slot("times", always=True)] = Field(1, ge=1, le=9)


def salute(step: Salute, scope: Scope) -> Moves:
    for object_id in scope.ground(step.obj):
        for _ in range(step.times):
            over = Pose(scope.get(object_id).position)
            yield Action("point", pose=over, why=scope.words)


@pytest.fixture(autouse=True)
def step() -> Iterator[None]:
    register_step(Salute, salute)
    yield
    unregister_step("salute")


def test_it_is_read_written_and_told_inside_control_steps_too() -> None:
    text = f"for_each [ all bowl ] {{ {TEXT} }}"
    plan = codec.parse(text)
    assert isinstance(plan.steps[0].body[0], Salute)
    assert codec.write(plan) == text
    assert p.Plan.model_validate(plan.to_json()) == plan
    assert describe_plan(codec.parse(TEXT)) == ["Salute the red block 3 times, to the left."]
    assert "Salute" in p.Plan.model_json_schema()["$defs"]


def test_the_grammar_has_it() -> None:
    vocabulary = PlanVocabulary()
    matcher = PlanConstraint(vocabulary).matcher()
    assert all(matcher.take(i) for i in vocabulary.encode(TEXT.split()))
    assert matcher.may_end


def test_it_is_carried_out() -> None:
    table = Table()
    assert table.do(TEXT).status == "succeeded"
    assert table.actions == ["point"] * 3


def test_a_name_that_is_taken_and_a_class_without_one_are_refused() -> None:
    class Look(Node):
        op: Literal["look"] = "look"

    class Nameless(Node):
        obj: p.Obj

    with pytest.raises(PlanError, match="expected a new step, got 'look' again"):
        register_step(Look, salute)
    with pytest.raises(PlanError, match=r"expected Nameless\.op to name the step"):
        register_step(Nameless, salute)
