"""What is remembered of a command once it has ended, besides its outcome.

Knows: what can be undone, what a question has spoken of. Does not know: how the command went.
"""

from __future__ import annotations

from dataclasses import replace

from llmagentos.dialogue.session import Session
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
