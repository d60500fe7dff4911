"""What has been spoken of by a condition or a description: "it" in the words that follow.

Knows: which things a condition or the landmarks of a description are about. Does not know:
how "it" is resolved (grounding.refs).
"""

from __future__ import annotations

from typing import Any

from llmagentos.grounding import ground
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory


def note_subjects(condition: Any, ctx: Context, memory: SessionMemory) -> None:
    """The condition's subjects are the newest mention; not while something is in the hand,
    which is what "it" means then."""
    if ctx.scene.held is not None:
        return
    for obj in subjects(condition):
        found = ground(obj, ctx)
        if found.ok:
            memory.note_mention(found.ids, handles=False)


def subjects(condition: Any) -> list[p.Obj]:
    """What a condition is about, in the order of its words."""
    if isinstance(condition, p.Not):
        return subjects(condition.inner)
    if isinstance(condition, p.And | p.Or):
        return [*subjects(condition.left), *subjects(condition.right)]
    return [condition.obj]


def note_landmarks(obj: p.Obj, ctx: Context, memory: SessionMemory) -> None:
    """The bowl of "the block nearest to the bowl" has been spoken of."""
    marks = [r.obj for r in obj.where if r.obj is not None and not r.negate]
    if obj.order is not None and obj.order.of is not None:
        marks.append(obj.order.of)
    for mark in marks:
        if mark.ref is None and mark.quant == "the":
            found = ground(mark, ctx)
            if found.ok and len(found.ids) == 1:
                memory.note_mention(found.ids, handles=False)
