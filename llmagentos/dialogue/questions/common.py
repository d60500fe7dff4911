"""What all answers share: their shape, and what a question is about.

Knows: how to find the things asked about and how to correct a false premise.
Does not know: any particular question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from llmagentos.grounding.context import Context
from llmagentos.grounding.reasons import seen_instead, too_much
from llmagentos.grounding.resolve import ground, matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.inside import inside
from llmagentos.lang.wording.objects import is_plural, noun_phrase
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject


class Answered(NamedTuple):
    """A reply for the person, and the objects it is about (the next "it" or "them")."""

    reply: str
    ids: tuple[str, ...] = ()


def asked(query: p.Query) -> p.Obj:
    """What the question is about; everything where it doesn't say."""
    return query.obj if query.obj is not None else p.Obj(quant="all")


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else words + "."


def objects(ids: Sequence[str], ctx: Context) -> list[SceneObject]:
    """Those of the ids that are in the scene."""
    return [o for o in map(ctx.scene.get, ids) if o is not None]


def ids_of(objs: Sequence[SceneObject]) -> tuple[str, ...]:
    """Their ids, in order."""
    return tuple(o.id for o in objs)


def missing(obj: p.Obj, ctx: Context) -> str:
    """The correction of a false premise: "There is no red bowl; I see two blue bowls."."""
    if obj.ref is not None or obj.name is not None:
        return ground(obj, ctx).question or "I don't know what you mean."
    for mark in (m for r in obj.where if not r.negate for m in (r.obj, r.obj2)):
        if mark is not None and not matching(mark, ctx):  # nothing is on a box that isn't there
            return missing(mark, ctx)
    instead = seen_instead(obj, ctx)
    tail = f"; {inside(instead[:-1])}" if instead else ""
    rest = f" {too_much(ctx)}" if ctx.scene.left_out else ""
    if is_plural(obj):
        return f"There are no {noun_phrase(obj, plural=True)}{tail}.{rest}"
    return f"There is no {noun_phrase(obj)}{tail}.{rest}"


def about(obj: p.Obj, ctx: Context) -> tuple[list[SceneObject], str]:
    """What the question is about: the one that is meant, or everything that fits.

    A question doesn't ask back: where "the red block" fits two, both are answered.
    """
    found = ground(obj, ctx)
    if found.ok and found.ids:
        return objects(found.ids, ctx), ""
    if found.problem is Failure.AMBIGUOUS:
        return objects(found.candidates, ctx), ""
    if found.problem is Failure.TOO_FEW:
        return objects(found.candidates, ctx), found.question
    return [], missing(obj, ctx)
