"""Answers about the places of a robot that drives: where it is, where it can go, what it saw at each.

Knows: how these answers are said. Does not know: maps; an arm that stands fast says so.
"""

from __future__ import annotations

from dataclasses import replace

from llmagentos.dialogue.questions.common import Answered, ids_of, sentence
from llmagentos.grounding.context import Context
from llmagentos.grounding.reasons import too_much
from llmagentos.grounding.resolve import matching
from llmagentos.grounding.spots import NO_BASE_WORDS, tell_places
from llmagentos.grounding.spots import whereabouts as place_words
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import join_words
from llmagentos.lang.wording.scene import tally
from llmagentos.memory.session import SessionFacts
from llmagentos.types import MapPose, SceneObject

#: At most so many places are told.
MOST = 12


def whereabouts(_: p.Query, ctx: Context, __: SessionFacts) -> Answered:
    """Where are you? The room and the place in it; else the point of the map, metres."""
    base = ctx.scene.base
    if base is None:
        return Answered(f"I stand at my table. {NO_BASE_WORDS}.")
    words = place_words(base)
    if words:
        return Answered(f"I am {words}.")
    return Answered(f"I am at x {base.pose.x_m:.1f} m, y {base.pose.y_m:.1f} m of my map.")


def places(_: p.Query, ctx: Context, __: SessionFacts) -> Answered:
    """Which places do you know?"""
    base = ctx.scene.base
    if base is None:
        return Answered(f"I know this table alone. {NO_BASE_WORDS}.")
    if not base.places:
        return Answered("I know no places yet. Drive me to one and tell me what it is called.")
    return Answered(f"I know {tell_places(base.places, MOST)}.")


def seen_on_round(query: p.Query, ctx: Context) -> Answered:
    """What do you see? By the places of a room, where the base went round it."""
    fits = None if query.obj is None else set(matching(query.obj, with_round(ctx)))
    parts, empty, seen = list[str](), list[str](), list[SceneObject]()
    for look in ctx.travels.round:
        things = [o for o in look.things if fits is None or o.id in fits]
        seen += things
        if things:
            parts.append(
                f"{'at ' + look.place if look.place else 'here'} I see {tally(things, limit=12)}"
            )
        elif look.place:
            empty.append(look.place)
    if not parts:
        return Answered(f"I see nothing at {join_words(empty)}.")
    words = " ".join(sentence(part) for part in parts)
    if empty:
        words += f" I see nothing at {join_words(empty)}."
    return Answered(f"{words} {too_much(ctx)}".rstrip(), ids_of(seen))


def with_round(ctx: Context) -> Context:
    """All that was seen on the round, as seen from where the base stands now, and what it holds."""
    scene = ctx.scene
    if scene.base is None:
        return ctx
    foot = scene.base.pose.after(scene.base.foot)
    things = [_from(foot, o) for look in ctx.travels.round for o in look.things]
    held = [o for o in scene.objects if o.held]
    return ctx.with_(scene=replace(scene, objects=(*things, *held)))


def _from(foot: MapPose, o: SceneObject) -> SceneObject:
    at = MapPose(*o.position[:2], o.yaw).seen_from(foot)
    return replace(o, position=(at.x_m, at.y_m, o.position[2]), yaw=at.yaw_rad)
