"""Answers about the places of a robot that drives: where it is, and where it can go.

Knows: how these answers are said. Does not know: maps; an arm that stands fast says so.
"""

from __future__ import annotations

from llmagentos.dialogue.questions.common import Answered
from llmagentos.grounding.context import Context
from llmagentos.grounding.spots import NO_BASE_WORDS, tell_places
from llmagentos.grounding.spots import whereabouts as place_words
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionFacts

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
