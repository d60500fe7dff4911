"""While a plan runs, the session's memory knows what is still to come."""

from __future__ import annotations

import pytest
from lab.session import Table

from llmagentos.dialogue.questions.about_robot_words import next_words, status_words
from llmagentos.execution.records import following
from llmagentos.lang import codec as compact


def test_what_comes_next_is_answered_within_the_plan() -> None:
    out = Table().do("put [ the red block ] in [ the blue bowl ] ; answer next ; home ; look")
    assert "Next I will go to the home position, then look at the table." in out.reply


def test_memory_knows_the_next_steps_from_tick_to_tick_and_forgets_them_at_the_end() -> None:
    t = Table()
    memory = t.executor.memory
    plan = compact.parse("pick [ the red block ] ; home ; look")
    t.executor.start(plan)
    assert memory.facts().next_steps == ()
    seen = []
    while t.executor.tick() is None:
        seen.append(memory.facts().next_steps)
    assert list(dict.fromkeys(seen)) == [
        ("go to the home position", "look at the table"),
        ("look at the table",),
        (),
    ]
    assert next_words(memory.facts()) == "Nothing is planned. Tell me what to do."


def test_a_stopped_plan_has_no_next_step() -> None:
    t = Table()
    t.executor.start(compact.parse("pick [ the red block ] ; home"))
    t.executor.tick()
    assert status_words(t.executor.memory.facts()).startswith("I'm at work: next I will go to the")
    t.executor.stop()
    assert t.executor.memory.facts().next_steps == ()


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("0", ["if", "look"]),
        ("0.0", ["release", "if", "look"]),
        ("0.1", ["if", "look"]),
        ("1", ["look"]),
        ("1.0", ["point", "look"]),
        ("1.1", ["look"]),
        ("1.2", ["wait", "look"]),
        ("2", []),
    ],
)
def test_what_follows_a_step(path: str, after: list[str]) -> None:
    """In its body, then in the plan; of an if in its own branch; of a loop only this pass."""
    plan = compact.parse(
        "repeat 2 { home ; release } ; if exists [ a can ] { home ; point above [ the can ] }"
        " else { home ; wait 1 } ; look"
    )
    assert [s.op for s in following(plan.steps, path)] == after
