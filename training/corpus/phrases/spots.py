"""Places of a flat as noun phrases: what is said, and the span that the plan points at.

Knows: which article goes before which name, and that it is no part of the name. Does not know: maps.
"""

from __future__ import annotations

from training.corpus.sampler import Ctx
from training.corpus.words import rooms

_KINDS = {"room": 10.0, "furniture": 6.0, "spot": 4.0, "named": 2.5, "in": 2.0, "of": 0.8}
_OWN = ("my", "your", "our", "his", "her", "their")


def spot(ctx: Ctx) -> tuple[str, str]:
    """(words, plan): "the kitchen" with the name marked, and the mark in quotes."""
    kind = ctx.weighted(_KINDS)
    if kind == "named":
        words, mark = ctx.span(ctx.word(rooms.NAMED))
        return words, f'"{mark}"'
    if kind == "in":
        link = ctx.one(("in the", "in the", "of the", "in"))
        name = f"{ctx.word(rooms.FURNITURE)} {link} {ctx.word(rooms.ROOMS)}"
    elif kind == "of":
        name = f"door {ctx.one(('of', 'to'))} the {ctx.word(rooms.ROOMS)}"
    else:
        lists = {"room": rooms.ROOMS, "furniture": rooms.FURNITURE, "spot": rooms.SPOTS}
        name = ctx.word(lists[kind])
    words, mark = ctx.span(name)
    article = ctx.one(_OWN) if kind == "room" and ctx.chance(0.06) else "the"
    if ctx.chance(0.05):
        return words, f'"{mark}"'
    return f"{article} {words}", f'"{mark}"'


def spots(ctx: Ctx) -> tuple[str, str]:
    """Several places at once: "all the rooms", "every door"; the plan points at the noun."""
    many = ctx.word(rooms.MANY)
    before = ctx.one(("the", "the", "all the", "all", "both", "each of the", "every"))
    if before == "every":
        for plural, one in (("shelves", "shelf"), ("benches", "bench")):
            many = many.replace(plural, one)
        many = many.removesuffix("s") if not many.endswith(("shelf", "bench")) else many
    counted = before in ("every",)
    words, mark = ctx.span(f"{before} {many}" if counted else many)
    return (words if counted else f"{before} {words}"), f'"{mark}"'
