"""Answers about where things are, how they stand to each other, and whether something holds.

Knows: how these answers are said. Does not know: geometry (world.relations).
"""

from __future__ import annotations

import math

from llmagentos.dialogue.questions.common import (
    Answered,
    about,
    asked,
    ids_of,
    missing,
    objects,
    sentence,
)
from llmagentos.dialogue.questions.place_words import place_words, relation_words
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import ground, matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.scene import choices, describe_ids, describe_object
from llmagentos.memory.session import SessionFacts
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world import relations as rel


def where(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """Where is it? Beside, on or in something, else by the table's regions; six objects at most."""
    objs, trouble = about(asked(query), ctx)
    if not objs:
        return Answered(trouble)
    if len(objs) == 1:
        o = objs[0]
        return Answered(
            sentence(f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}"), (o.id,)
        )
    parts = [f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}" for o in objs[:6]]
    return Answered(sentence(join_words(parts)), ids_of(objs))


def distance(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """How far apart are two things, or one from the robot's base? Centimetres between centres."""
    objs, trouble = _pair(query, ctx)
    if trouble:
        return Answered(trouble, ids_of(objs))
    if len(objs) == 1:
        far = math.hypot(*objs[0].position[:2])
        words = f"{describe_object(objs[0], ctx.scene)} is {far * 100:.0f} cm from my base"
        return Answered(sentence(words), ids_of(objs))
    far = rel.distance_m(objs[0], objs[1])
    words = f"{describe_ids(ids_of(objs), ctx.scene)} are {far * 100:.0f} cm apart"
    return Answered(sentence(words), ids_of(objs))


def relation(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """How does one thing stand to another?"""
    objs, trouble = _pair(query, ctx)
    if trouble:
        return Answered(trouble, ids_of(objs))
    if len(objs) == 1:
        return where(query, ctx, session)
    a, b = objs[:2]
    scene = ctx.scene
    words = f"{relation_words(a, b, scene)} {describe_object(b, scene)}"
    return Answered(sentence(f"{describe_object(a, scene)} is {words}"), ids_of(objs))


def _pair(query: p.Query, ctx: Context) -> tuple[list[SceneObject], str]:
    """The two things of a question (one without `obj2` and a single `obj`), or what is wrong."""
    wanted = [o for o in (query.obj, query.obj2) if o is not None] or [p.Obj(ref="it")]
    objs: list[SceneObject] = []
    for obj in wanted:
        found = ground(obj, ctx)
        if not found.ok:
            if found.problem is Failure.AMBIGUOUS:
                return [], found.question
            return [], missing(obj, ctx)
        objs += objects(found.ids, ctx)
    objs = list({o.id: o for o in objs}.values())
    if len(objs) > 2:
        return objs, f"Between which two: {choices(ids_of(objs), ctx.scene)}?"
    return objs, "" if objs else "I don't know which objects you mean."


def holds_now(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """Is it so that ...? Yes or no, with what is so instead."""
    if query.condition is None:
        return Answered("I don't know what you want to know.")
    value, words = holds(query.condition, ctx)
    subject = getattr(query.condition, "obj", None)
    ids = matching(subject, ctx) if isinstance(subject, p.Obj) else ()
    if words.endswith("?"):
        return Answered(sentence(words), ids)
    if not value and words.startswith("I can't see"):
        return Answered(sentence(words))
    rather = "" if value else _rather(query.condition, ctx)
    return Answered(f"{'Yes' if value else 'No'}, {words}{rather}.", ids)


def _rather(condition: object, ctx: Context) -> str:
    """ "; it is in the blue bowl": how it stands instead, for one thing and one landmark."""
    if not isinstance(condition, p.Is) or condition.relation is None or condition.relation.negate:
        return ""
    relation, subject = condition.relation, ground(condition.obj, ctx)
    if len(subject.ids) != 1 or relation.rel not in p.w.SPATIAL or relation.obj2 is not None:
        return ""
    thing = objects(subject.ids, ctx)[0]
    marks = ground(relation.obj, ctx).ids if relation.obj is not None else ()
    if relation.rel in ("in", "on", "above") or len(marks) != 1 or marks == subject.ids:
        return f"; it is {place_words(thing, ctx.scene)}"
    mark = objects(marks, ctx)[0]
    return f"; it is {relation_words(thing, mark, ctx.scene)} {describe_object(mark, ctx.scene)}"
