"""Answers about where things are, how they stand to each other, and whether something holds.

Knows: how these answers are said. Does not know: geometry (world.relations).
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.dialogue.questions.common import (
    Answered,
    about,
    asked,
    ids_of,
    missing,
    objects,
    sentence,
)
from llmagentos.dialogue.questions.past import last_sight, told_about
from llmagentos.dialogue.questions.place_words import place_words, relation_words
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Context
from llmagentos.grounding.placement.earlier import before_last_move
from llmagentos.grounding.placement.table import reach_m
from llmagentos.grounding.refs import really_moved
from llmagentos.grounding.resolve import ground, matching
from llmagentos.grounding.spots import whereabouts
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.scene import choices, describe_ids, describe_object
from llmagentos.lang.words import REGIONS
from llmagentos.memory.session import SessionFacts
from llmagentos.ports.failures import Failure
from llmagentos.types import SceneObject
from llmagentos.world import regions
from llmagentos.world import relations as rel


def where(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Where is it? Beside, on or in something, else by the table's regions; six objects at most.
    What is not there is told from where it was seen last, in an earlier session too."""
    objs, trouble = about(asked(query), ctx)
    if not objs:
        there = _elsewhere(asked(query), ctx)
        return Answered(there or _not_there(query, trouble, ctx, session))
    if len(objs) == 1:
        o = objs[0]
        return Answered(
            sentence(f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}"), (o.id,)
        )
    parts = [f"{describe_object(o, ctx.scene)} is {place_words(o, ctx.scene)}" for o in objs[:6]]
    return Answered(sentence(join_words(parts)), ids_of(objs))


def _elsewhere(obj: p.Obj, ctx: Context) -> str:
    """Where a robot that drives saw it when it stood there; "" where it saw none elsewhere."""
    base = ctx.scene.base
    for at, seen in () if base is None else base.things:
        there = ctx.with_(scene=replace(ctx.scene, objects=seen))
        found = ground(obj, there)
        if found.ok and base is not None:
            spot = whereabouts(replace(base, pose=at, room="")) or "elsewhere"
            labels = [f"the {o.label}" for o in seen if o.id in found.ids]
            return f"I saw {join_words(labels)} {spot}."
    return ""


def _not_there(query: p.Query, trouble: str, ctx: Context, session: SessionFacts) -> str:
    """What is wrong, and then where it was seen last and what a person told of it."""
    obj = asked(query)
    known = last_sight(obj, ctx, session.past), told_about(obj, session.past)
    return " ".join(words for words in (trouble, *known) if words)


def position(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """The coordinates of things: their middle, in metres of the base frame; six at most."""
    objs, trouble = about(asked(query), ctx)
    parts = []
    for o in objs[:6]:
        x, y = (f"{v:.2f}".replace("-0.00", "0.00") for v in o.position[:2])
        parts.append(f"{describe_object(o, ctx.scene)} is at x {x} m, y {y} m")
    return Answered(sentence(join_words(parts)) if parts else trouble, ids_of(objs))


def was(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Where things were before the last command that moved them; of what is not there any more,
    where it was seen last."""
    objs, trouble = about(asked(query), ctx)
    if not objs:
        return Answered(_not_there(query, trouble, ctx, session))
    parts = []
    for o in objs[:6]:
        before, name = before_last_move(o, ctx), describe_object(o, ctx.scene)
        if before == o or not any(e.object_id == o.id and really_moved(e) for e in ctx.events):
            parts.append(f"I have not moved {name}: it is {place_words(o, ctx.scene)}")
            continue
        scene = ctx.scene.objects
        then = replace(ctx.scene, objects=(*(x for x in scene if x.id != o.id), before))
        parts.append(f"{name} was {place_words(before, then)}")
    return Answered(sentence(join_words(parts)), ids_of(objs))


def distance(query: p.Query, ctx: Context, _: SessionFacts) -> Answered:
    """How far apart are two things, or one from the robot's base or the edge of the table?
    Centimetres between centres, from the edge to the nearest side."""
    if query.region is not None:
        return _from_edge(query, str(query.region), ctx)
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


def _from_edge(query: p.Query, region: str, ctx: Context) -> Answered:
    objs, trouble = about(asked(query), ctx)
    if not objs:
        return Answered(trouble)
    ws, parts = ctx.scene.workspace, []
    edge = REGIONS[region].edge or REGIONS["side"].edge
    for o in objs[:6]:
        sides = region.split("_") if regions.has_border(region) else ["side"]
        far = [regions.distance_to(ws, side, *o.position[:2]) - reach_m(o) for side in sides]
        words = join_words([f"{100 * max(0.0, f):.0f}" for f in far])
        parts.append(f"{describe_object(o, ctx.scene)} is {words} cm from {edge}")
    return Answered(sentence(join_words(parts)), ids_of(objs))


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
