"""A step begins: its record is opened, and the session's memory hears what comes after it.

Knows: where in its plan a step stands, by its path. Does not know: what the step does, nor how it
ends (leaf.py, tree.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from llmagentos.dialogue.session import Session, StepRecord
from llmagentos.events import StepStarted
from llmagentos.lang.wording import describe_step


def open_record(step: Any, path: str, session: Session) -> StepRecord:
    """The record of a step that begins now; tells whoever watches, and memory what is still to come."""
    record = StepRecord(path, step.op, describe_step(step))
    session.records.append(record)
    session.memory.note_next([describe_step(s) for s in following(session.steps, path)])
    session.emit(StepStarted(path, record.words))
    return record


def following(steps: Sequence[Any], path: str) -> list[Any]:
    """The steps after the one at `path`, soonest first: of its body once, then those after that.

    Further passes of a loop are left out: how many come is not known.
    """
    head, _, inner = path.partition(".")
    at = int(head)
    after = list(steps[at + 1 :])
    if not inner:
        return after
    return following(_branch(steps[at], int(inner.partition(".")[0])), inner) + after


def _branch(step: Any, index: int) -> Sequence[Any]:
    """The steps of a control step among which the one with this index is carried out."""
    if step.op != "if":
        return tuple(step.body)
    # an index counts through both branches; of the two only one is taken
    return tuple(step.then) if index < len(step.then) else (*step.then, *step.otherwise)
