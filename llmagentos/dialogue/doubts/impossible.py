"""Plans that nobody can mean, told from the plan, the words and the scene.

Knows: a thing put into or onto itself, exchanged with itself or stacked on itself; the same step
twice, or one thing brought to two places, with no word for it; a loop whose end is reached before
it begins. Does not know: whether a step that makes sense can be done (tasks/validation.py,
rehearsal), nor how many of a thing there are (grounding asks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from llmagentos.dialogue.doubts.doubt import Asked, Doubt
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj, describe_step
from llmagentos.tasks.validation import walk

#: Words by which one step can be meant twice, or one thing go to one place and then to another.
_AGAIN = re.compile(
    r"\b(?:then|again|twice|another|other|more|next|after\w*|before|first|second|finally|later|back"
    r"|also|too|both|each|two|once|until|till|now|and|last\w*|step|return\w*|repeat\w*|"
    r"followed|eventually|when|as well|double)\b|\d|;",
    re.I,
)
_MOVING = ("put", "push", "move", "pick", "rotate", "swap", "stack", "arrange")


def doubts(asked: Asked) -> Iterator[Doubt]:
    """What no scene could make true, and what this one makes pointless."""
    for _, step in walk(asked.plan):
        yield from _itself(step)
    yield from _in_a_row(asked.plan.steps, asked.command)
    yield from _reached(asked)


def _itself(step: Any) -> Iterator[Doubt]:
    """Put [ a ball ] in [ a ball ]: the same words for what is put and for where."""
    obj, place = getattr(step, "obj", None), getattr(step, "place", None)
    if isinstance(obj, p.Obj) and isinstance(place, p.Place) and place.obj == obj:
        inside = place.rel in ("on", "in") and obj.quant in ("a", "all")
        if inside and obj.ref is None:
            words = describe_obj(obj)
            text = f"I did not understand where to put {words}: not {place.rel} itself."
            yield Doubt("", "itself", text)
    if isinstance(step, p.Swap) and step.obj == step.obj2 and _is_one(step.obj):
        words = describe_obj(step.obj)
        yield Doubt("", "itself", f"I did not understand what to swap {words} with: not itself.")
    if isinstance(step, p.Stack):
        for below, above in pairwise(step.objs):
            if below == above and _is_one(below):
                words = describe_obj(below)
                text = f"I did not understand what to stack on {words}: not itself."
                yield Doubt("", "itself", text)


def _in_a_row(steps: Sequence[Any], command: str) -> Iterator[Doubt]:
    """One step right behind another that it repeats or takes back, with no word that says so."""
    if not command or _AGAIN.search(command):
        return
    for one, following in pairwise(steps):
        if one.op not in _MOVING or one.op != following.op:
            continue
        if one == following:
            words = describe_step(one)
            yield Doubt("", "twice", f"I did not understand: I thought of this twice: {words}.")
        elif isinstance(one, p.Put) and one.obj == following.obj and _is_one(one.obj):
            words = describe_obj(one.obj)
            yield Doubt(
                "", "contradicts", f"I did not understand where to put {words}: two places."
            )


def _reached(asked: Asked) -> Iterator[Doubt]:
    """Until there are three blocks, when there are three already."""
    first = asked.plan.steps[0]
    if not isinstance(first, p.Until) or not asked.scene.objects:
        return
    if first.condition.cond != "count":
        return
    is_so, fact = holds(first.condition, Context(asked.scene))
    if is_so:
        yield Doubt("", "reached", f"I did not understand until when: {fact} already.")


def _is_one(obj: p.Obj) -> bool:
    """Whether a description means the same single thing each time."""
    return obj.quant == "the" and not obj.is_several and obj.count in (None, 1)
