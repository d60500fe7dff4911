"""So far from an edge of the table, and half way to something.

Knows: how people say these places. Does not know: sequences, politeness.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.amounts import amount
from training.corpus.phrases.clauses import Clause, say_with
from training.corpus.phrases.descriptions import noun_phrase
from training.corpus.phrases.nouns import LANDMARKS, MOVABLE, kind_noun
from training.corpus.phrases.places import PP, length
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_SIDES: dict[str, list[str]] = {"left": ["left", "left", "left-hand"], "right": ["right", "right", "right-hand"], "front": ["front", "near", "bottom", "lower", "closest"], "back": ["back", "far", "top", "rear", "upper"]}
_END: dict[str, list[str]] = {"left": ["left", "left side", "left-hand side"], "right": ["right", "right side", "right-hand side"], "front": ["front", "near side", "bottom"], "back": ["back", "far side", "top", "far end"]}
#: {d} the distance, {s} the side's adjective, {n} the side as a noun, {t} "of the table".
_EDGE = [
    "{d} from the {s} edge {t}", "{d} in from the {n}", "{d} from the {s} side {t}", "{d} in from the {s} edge {t}", "{d} off the {s} edge {t}", "{d} inside the {s} edge {t}", "{d} short of the {s} edge", "{d} from the {s} border {t}", "at a distance of {d} from the {s} edge {t}", "at {d} from the {s} edge",
    "so that it is {d} from the {s} edge {t}", "so that {d} remain to the {s} edge {t}", "with {d} of room to the {s} edge", "leaving {d} to the {s} edge {t}", "{d} from the {s} end of the table", "{d} from the edge on the {n}", "{d} from the {s} rim {t}", "where it is {d} from the {s} edge", "with a gap of {d} to the {s} edge",
    "near the {s} edge, {d} from it", "at the {s} edge but {d} in", "{d} in on the {n}", "with {d} between it and the {s} edge", "{d} in from the {s} border", "so its side is {d} from the {s} edge", "along the {s} edge, {d} in", "{d} measured from the {s} edge", "{d} before the {s} edge {t}",
]
_CORNER = [
    "{d} from both edges in the {c} corner", "in the {c} corner, {d} from both edges", "{d} in from the {c} corner", "in the {c} corner, {d} from each edge", "{d} from the {a} and the {b} edge", "{d} from the {a} edge and {d} from the {b} edge", "{d} from the {a} as well as the {b} edge",
    "in the {c} corner with {d} to both edges", "{d} from either edge in the {c} corner", "in the {c} corner, {d} in", "so that it is {d} from both edges of the {c} corner", "{d} off both edges at the {c} corner", "at the {c} corner but {d} in from both edges", "in the {c} corner, {d} in from either side", "{d} away from both sides in the {c} corner",
]
_ANY = ["{d} from the edge {t}", "{d} from an edge {t}", "{d} in from the edge {t}", "{d} from any edge {t}", "{d} off the edge {t}", "{d} from one of the edges", "{d} inside the edge of the table", "{d} from the border of the table", "{d} from the rim of the table", "with {d} to the edge of the table", "{d} from the table edge", "{d} in from any side"]
_ANY_CORNER = ["in a corner, {d} from both edges", "{d} from both edges in some corner", "in any corner, {d} in from the edges", "in one of the corners with {d} to each edge", "{d} in from a corner"]
_NEAR = ["{d} from the nearest edge {t}", "{d} from the closest edge {t}", "{d} from its nearest edge", "{d} in from the nearest edge {t}", "{d} off the nearest side of the table"]
_PUT = ["{v} {o} {p}", "{v} {o} {p}", "{v} {o} {p}", "{o} (should|must|has to) be {p}", "{o} (goes|belongs) {p}", "I (want|need|would like) {o} {p}", "{g} {o} and {v} it {p}", "{p} {v} {o}", "{p} I want {o}", "have {o} {p}", "make sure {o} is {p}", "{o}, {p}", "see that {o} ends up {p}", "{o} to be {p}", "could {o} stand {p}", "let {o} stand {p}"]
_ROW = ["a {r} of {m} {p}", "arrange {o} in a {r} {p}", "line up {o} in a {r} {p}", "make a {r} of {m} {p}", "{o} in a {r} {p}", "lay out {o} as a {r} {p}"]
#: {v} a verb, {o} what, {m} to what.
_HALF = [
    "{v} {o} half way to {m}", "{v} {o} halfway to {m}", "{v} {o} half the way to {m}", "{v} {o} half-way to {m}", "{v} {o} halfway towards {m}", "{v} {o} half way towards {m}", "{v} {o} half way over to {m}", "{v} {o} halfway over to {m}", "{v} {o} half of the way to {m}", "{v} {o} half the distance to {m}",
    "{v} {o} towards {m}, but only half way", "{v} {o} to {m}, but stop half way", "{v} {o} half way in the direction of {m}", "{v} {o} midway to {m}", "{v} {o} to the midpoint between where it is and {m}", "{v} {o} to the middle between its place and {m}", "{o} should go half way to {m}", "let {o} go half the way to {m}",
    "I want {o} half way to {m}", "{v} {o} only half the way to {m}", "{v} {o} as far as half way to {m}", "{v} {o} towards {m} and stop halfway", "half way to {m} with {o}", "{v} {o} halfway from where it is to {m}", "{v} {o} fifty percent of the way to {m}", "{v} {o} half of the distance to {m}", "{o} needs to get halfway to {m}",
    "{v} {o} closer to {m}, by half the distance", "{v} {o} to a point half way to {m}", "{v} {o} so that it is half way to {m}", "{v} {o} to {m}, well, just half the way", "stop halfway when you {v} {o} to {m}", "halve the distance from {o} to {m}", "{v} {o} up to half way to {m}", "{v} {o} from where it is half the way to {m}",
]
_PUSHED = ["push", "slide", "shove", "nudge", "scoot", "drag", "pull", "roll"]
_CARRIED = ["move", "bring", "carry", "put", "shift", "take", "set", "place", "transfer"]


def edge_place(ctx: Ctx) -> PP:
    """ "5 cm from the left edge", "10 cm in from the front"."""
    d, distance = _near(ctx)
    tail = ctx.one(["", "", "", "of the table", "of the table", "of the desk", "of the work area", "of the workspace", "of the tabletop"])
    roll = ctx.rng.random()
    if roll < 0.72:
        region: Any = ctx.one(list(_SIDES))
        text = ctx.say(_EDGE, d=d, s=ctx.one(_SIDES[region]), n=ctx.one(_END[region]), t=tail)
        return PP(text, p.Place(rel="at", region=region, distance=distance))
    if roll < 0.86:
        region = ctx.one(list(lx.CORNER_WORDS))
        a, b = region.split("_")
        if ctx.chance(0.5):
            a, b = b, a
        text = ctx.say(_CORNER, d=d, c=ctx.word(lx.CORNER_WORDS[region]), a=ctx.one(_SIDES[a]), b=ctx.one(_SIDES[b]))
        return PP(text, p.Place(rel="at", region=region, distance=distance))
    if roll < 0.94:
        return PP(ctx.say(_ANY, d=d, t=tail), p.Place(rel="at", region="side", distance=distance))
    if roll < 0.96:
        return PP(ctx.say(_ANY_CORNER, d=d), p.Place(rel="at", region="corner", distance=distance))
    return PP(ctx.say(_NEAR, d=d, t=tail), p.Place(rel="side_near", distance=distance))


def _near(ctx: Ctx) -> tuple[str, p.Length]:
    """A length that mostly fits on the table."""
    while True:
        words, distance = length(ctx)
        if distance.is_measured and (distance.metres() <= 0.2 or ctx.chance(0.05)):
            return words, distance


def from_edge(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Put or push something so far from an edge, or lay out a row there."""
    pp = edge_place(ctx)
    if ctx.chance(0.06):
        kind: Any = ctx.weighted({"block": 6, "cup": 1, "can": 1})
        noun = kind_noun(ctx, kind, True)
        shape: Any = ctx.one(["row", "column", "line"])
        while "it" in pp.text.split() or "its" in pp.text.split():
            pp = edge_place(ctx)
        return ctx.say(_ROW, r=shape, o=f"the {noun}", m=noun, p=pp.text), [p.Arrange(objs=(p.Obj(quant="all", kind=kind),), shape=shape, place=pp.place)]
    many = ctx.chance(0.12)
    o = noun_phrase(ctx, many, MOVABLE, 0, 0.6, refs=0.06)
    if ctx.chance(0.04):
        o = amount(ctx, ctx.one(["one_each", "every_third", "most"]))
    if ctx.chance(0.3):
        verb = ctx.word(_PUSHED)
        return say_with(ctx, _PUT[:3], o.plural, v=verb, o=o.text, p=pp.text), [p.Push(obj=o.obj, place=pp.place)]
    verb = ctx.word([v for v in lx.PUT_VERBS if v not in lx.IN_VERBS])
    return say_with(ctx, _PUT, o.plural, v=verb, o=o.text, p=pp.text, g=ctx.word(lx.GRAB_VERBS)), [p.Put(obj=o.obj, place=pp.place)]


def half_way(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "push the cup half way to the bowl"."""
    o = noun_phrase(ctx, ctx.chance(0.08), MOVABLE, 0, 0.6, refs=0.1)
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.5, definite=True)
    pushed = ctx.chance(0.5)
    verb = ctx.word(_PUSHED if pushed else _CARRIED)
    text = say_with(ctx, _HALF, o.plural, v=verb, o=o.text, m=mark.text)
    place = p.Place(rel="toward", obj=mark.obj, distance=p.Length(unit="half"))
    by_push = pushed and verb in text.split()
    return text, [p.Push(obj=o.obj, place=place) if by_push else p.Put(obj=o.obj, place=place)]
