"""What is remembered of a command once it has ended, besides its outcome.

Knows: what can be undone, what a question has spoken of, what its answer continues. Does not know:
how the command went.
"""

from __future__ import annotations

from dataclasses import replace

from llmagentos.dialogue import turns as dialogue
from llmagentos.dialogue.session import Session
from llmagentos.execution.guarding import rest_of
from llmagentos.grounding import ground
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.types import Scene


def keep_undoable(memory: SessionMemory, plan: p.Plan | None) -> None:
    """A command that undoes and then does something new can itself be undone."""
    steps = plan.steps if plan is not None else ()
    records = memory.records
    if records and records[-1].is_undo and any(s.op != "undo" for s in steps):
        records[-1] = replace(records[-1], is_undo=False)


def mention_problem(memory: SessionMemory, session: Session, scene: Scene) -> None:
    """What a question is about has been spoken of: "it" in the answer."""
    problem = session.problem
    if problem is None or problem.obj is None or problem.kind != "question":
        return
    found = ground(problem.obj, memory.context(scene))
    if found.ok:
        memory.note_mention(found.ids)


def pending_after(plan: p.Plan | None, session: Session, question: str) -> dialogue.Pending | None:
    """What the person's answer will continue: the steps from the one that asked."""
    if plan is None:
        return None
    ask = next((s for s in plan.steps if isinstance(s, p.Ask)), None)
    problem = session.problem
    return dialogue.Pending(
        rest_of(plan, session),
        question,
        problem.obj if problem else None,
        problem.candidates if problem else (),
        ask,
    )
