"""Looking, and waiting for a condition: the steps that move nothing.

Knows: how long to wait for a condition. Does not know: what the condition means.
"""

from __future__ import annotations

from llmagentos.grounding.conditions import holds
from llmagentos.grounding.reasons import too_much
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_cond, tally
from llmagentos.ports.failures import Failure
from llmagentos.tasks.mentions import note_subjects
from llmagentos.tasks.scope import Moves, Scope, StepProblem, ended_badly, succeeded
from llmagentos.types import Action

#: How long to wait for something, and how often to look.
WAIT_FOR_S = 30.0
LOOK_EVERY_S = 0.5


def look(step: p.Look, scope: Scope) -> Moves:
    """Look again, and say what is there."""
    report = yield Action("look", why=scope.words)
    if not succeeded(report):
        raise ended_badly("I could not look", report)
    seen = tally(scope.scene().objects)
    words = f"I see {seen}." if seen else "I see nothing on the table."
    scope.note(f"{words} {too_much(scope.context())}".rstrip())


def wait_for(step: p.WaitFor, scope: Scope) -> Moves:
    """Look until the condition holds, for half a minute at most."""
    waited, began = 0.0, scope.scene().stamp_s
    while True:
        value, words = holds(step.condition, scope.context())
        scope.on_grounded(words, "condition", ())
        if value:
            note_subjects(step.condition, scope.context(), scope.memory)
            return
        if waited >= WAIT_FOR_S:
            raise StepProblem(
                Failure.TIMEOUT,
                f"I waited {WAIT_FOR_S:.0f} seconds, but {words}.",
            )
        why = describe_cond(step.condition)
        yield Action("wait", duration_s=LOOK_EVERY_S, why=why)
        yield Action("look", why=why)  # nothing new is believed without looking
        waited = max(waited + LOOK_EVERY_S, scope.scene().stamp_s - began)
