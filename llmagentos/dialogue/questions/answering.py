"""Which answer belongs to which question.

Knows: every question name of the plan language. Does not know: how the question was asked in
words, only its `Query`. False premises are corrected from what is seen ("there is no red bowl; I
see ..."); a question never asks back where answering for all that fit will do.
"""

from __future__ import annotations

from collections.abc import Callable

from llmagentos.dialogue.questions import about_places, about_robot, properties, where
from llmagentos.dialogue.questions.common import Answered
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionFacts

_ANSWERS: dict[str, Callable[[p.Query, Context, SessionFacts], Answered]] = {
    "count": properties.count, "exists": properties.exists, "which": properties.which,
    "color": properties.color, "size": properties.size, "kind": properties.kind,
    "common": properties.common, "scene": properties.scene, "held": properties.held,
    "where": where.where, "distance": where.distance, "relation": where.relation,
    "holds": where.holds_now,
    "did": about_robot.did, "moved": about_robot.moved, "why": about_robot.why,
    "next": about_robot.upcoming, "status": about_robot.status, "abilities": about_robot.abilities,
    "identity": about_robot.identity, "greet": about_robot.greet, "thanks": about_robot.thanks,
    "bye": about_robot.bye, "hand": about_robot.hand, "position": where.position,
    "was": where.was,
    "whereabouts": about_places.whereabouts, "places": about_places.places,
}  # fmt: skip


#: Answered, after a round through a room, of all that was seen on it.
_OF_THINGS = ("count", "exists", "which", "color", "size", "kind", "common")


def answer(query: p.Query, ctx: Context, session: SessionFacts) -> Answered:
    """Answer one question; never raises, and always says something."""
    if ctx.travels.round and ctx.travels.command == ctx.command:
        if query.query == "scene":
            return about_places.seen_on_round(query, ctx)
        if query.query in _OF_THINGS:
            ctx = about_places.with_round(ctx)
    return _ANSWERS[query.query](query, ctx, session)
