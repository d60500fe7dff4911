"""One of each colour, every third, most of them: descriptions by how many of a set are meant.

Knows: these quantifiers' words, with colours, sizes and an order. Does not know: relative clauses
(given as a tail), verbs.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any, Literal

from llmagentos.lang import plan as p
from training.corpus.phrases.nouns import MOVABLE, NP, color_word, kind_noun, pick_color
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

Amount = Literal["one_each", "every_third", "most"]

_BY = {"color": ["color", "colour"], "size": ["size"], "kind": ["kind", "type", "sort"]}
#: {n} one thing, {an} with its article, {m} several, {w} colour, size or kind, {t} a clause.
_ONE_EACH = [
    "one {n} {t} of each {w}", "one {n} {t} of every {w}", "one {n} {t} per {w}", "{an} {t} of each {w}", "{an} {t} of every {w}", "a single {n} {t} of each {w}", "one {n} {t} for each {w}", "one {n} {t} for every {w}", "one {n} {t} from each {w}", "one of the {m} {t} of each {w}",
    "exactly one {n} {t} of each {w}", "just one {n} {t} of each {w}", "only one {n} {t} of every {w}", "one {n} {t} of each different {w}", "one {n} {t} of each {w} there is", "one of the {m} {t} per {w}",
    "one of the {m} {t} for each {w}", "one {n} {t} of every single {w}", "one {n} {t} of each and every {w}", "one {n} {t} of all {w}s", "one {n} {t} out of each {w}",
    "one sample of each {w} of {n} {t}", "one of each {w} of {n} {t}", "one of every {w} of {n} {t}", "one {n} {t} of each of the {w}s", "any one {n} {t} of each {w}", "some {n} {t} of each {w}", "each {w} of {n} {t} once", "one {n} {t} of each available {w}", "one {n} {t} apiece of every {w}",
]
_BARE = ["one of each {w}", "one of every {w}", "one per {w}", "one thing of each {w}", "one object of every {w}", "one of each different {w}", "one thing per {w}", "exactly one of each {w}", "just one of every {w}", "one item of each {w}", "something of every {w}", "one of each {w} there is", "one each of all the {w}s"]
_IN_EACH = ["one {n} {t} in each {w}", "one {n} {t} in every {w}", "{an} {t} in each {w}", "one {n} {t} in each of the {w}s", "one {n} {t} in all {w}s"]
_SOME_EACH = ["{c} {m} {t} of each {w}", "{c} {m} {t} of every {w}", "{c} {m} {t} per {w}", "{c} of the {m} {t} of each {w}", "{c} of each {w} of {n} {t}", "{c} {m} {t} for each {w}", "{c} {m} {t} from each {w}", "exactly {c} {m} {t} of each {w}", "any {c} {m} {t} of each {w}"]
_FIRST_EACH = ["the {o} {n} {t} of each {w}", "the {o} {n} {t} of every {w}", "each {w}'s {o} {n} {t}", "the {o} one of the {m} {t} of each {w}", "the {o} {n} {t} per {w}", "the {o} {n} {t} for each {w}", "every {w}'s {o} {n} {t}", "the {o} {n} {t} from each {w}", "the {o} of the {m} {t} in each {w}"]
_THIRD = [
    "every third {n} {t}", "every 3rd {n} {t}", "each third {n} {t}", "every third of those {m} {t}", "every third one of the {m} {t}", "only every third {n} {t}", "each 3rd {n} {t}", "one in three {m} {t}", "one in every three {m} {t}", "one {n} {t} in three", "one out of every three {m} {t}",
    "just every third {n} {t}", "every third {n} {t} counting from the left", "every third {n} {t} starting at the left", "every third {n} {t}, beginning with the first", "one of every three {m} {t}", "one {n} in every three {t}", "always the third {n} {t} on", "the first {n} {t} and then every third", "each third one of the {m} {t}",
    "the {m} {t}, but only every third", "every third single {n} {t}", "every single third {n} {t}", "each and every third {n} {t}", "every third {n} {t} from left to right",
]
_THIRD_FROM = ["every third {n} {t} from the {s}", "every third {n} {t} counting from the {s}", "every third {n} {t} starting at the {s}", "each third {n} {t} from the {s}"]
_MOST = [
    "most of the {m} {t}", "most {m} {t}", "the majority of the {m} {t}", "most of these {m} {t}", "most of those {m} {t}", "the greater part of the {m} {t}", "the larger part of the {m} {t}", "the bulk of the {m} {t}", "a majority of the {m} {t}", "more than half of the {m} {t}", "more than half the {m} {t}",
    "the better part of the {m} {t}", "the biggest part of the {m} {t}", "three quarters of the {m} {t}", "the vast majority of the {m} {t}", "most of all the {m} {t}", "well over half of the {m} {t}", "the lion's share of the {m} {t}", "the main part of the {m} {t}", "the {m} {t}, most of them",
    "the most part of the {m} {t}", "most but not all of the {m} {t}", "most, not all, of the {m} {t}", "the largest part of the {m} {t}", "over half of the {m} {t}", "the great majority of the {m} {t}", "most of your {m} {t}", "a good majority of the {m} {t}", "the overwhelming majority of the {m} {t}",
]
_FROM: dict[str, list[str]] = {"right": ["right", "right end", "right-hand side", "right side"], "front": ["front", "near side", "bottom"], "back": ["back", "far side", "top"]}


def amount(ctx: Ctx, which: Amount, tail: tuple[str, p.Relation] | None = None, kinds: dict[str, float] | None = None) -> NP:
    """A description with this quantifier. tail: a relation of what is meant, with its words."""
    kind: Any = ctx.weighted(kinds or MOVABLE)
    by: Any = ctx.weighted({"color": 7, "kind": 3, "size": 1.5}) if which == "one_each" else None
    if by == "kind" or (by and ctx.chance(0.15)):
        kind = ctx.weighted({"object": 8, "toy": 2, "dish": 1.5, "round": 1, "container": 1})
    fields: dict[str, Any] = {"kind": kind}
    adjective = ""
    if by != "color" and ctx.chance(0.4 if which != "one_each" else 0.25):
        fields["colors"] = (pick_color(ctx),)
        adjective = color_word(ctx, fields["colors"][0])
    elif by != "size" and ctx.chance(0.1):
        fields["size"] = ctx.one(["small", "large"])
        adjective = ctx.word(lx.SIZE_WORDS[fields["size"]])
    if tail is not None:
        fields["where"] = (tail[1],)
    noun = kind_noun(ctx, kind, False)
    one, many = (f"{adjective} {n}".strip() for n in (noun, lx.plural(noun)))
    slots = {"n": one, "m": many, "an": f"{lx.article(one)} {one}", "t": tail[0] if tail else ""}
    if which == "most":
        return NP(_said(ctx, _MOST, **slots), p.Obj(quant="most", **fields), True, noun)
    if which == "every_third":
        return _every_third(ctx, slots, fields, noun)
    return _of_each(ctx, slots, fields, by, noun)


def _every_third(ctx: Ctx, slots: dict[str, str], fields: dict[str, Any], noun: str) -> NP:
    if ctx.chance(0.15):
        side: Any = ctx.weighted({"right": 5, "front": 1.5, "back": 1.5})
        order = p.Order(key=side)
        text = _said(ctx, _THIRD_FROM, s=ctx.word(_FROM[side]), **slots)
        return NP(text, p.Obj(quant="every_third", order=order, **fields), True, noun)
    return NP(_said(ctx, _THIRD, **slots), p.Obj(quant="every_third", **fields), True, noun)


def _of_each(ctx: Ctx, slots: dict[str, str], fields: dict[str, Any], by: Any, noun: str) -> NP:
    word = ctx.one(_BY[by])
    roll = ctx.rng.random()
    if roll < 0.09:
        n = ctx.weighted({2: 5, 3: 2})
        digits = lx.number_words(n) if ctx.chance(0.75) else str(n)
        text = _said(ctx, _SOME_EACH, w=word, c=digits, **slots)
        return NP(text, p.Obj(quant="one_each", by=by, count=n, **fields), True, noun)
    if roll < 0.22 and "where" not in fields:
        keys = {"left": 3, "right": 3, "front": 1, "back": 1, "largest": 3, "smallest": 3, "tallest": 1}
        key: Any = ctx.weighted({k: v for k, v in keys.items() if by != "size" or k in ("left", "right", "front", "back")})
        if fields.get("size"):
            key = "left"
        text = _said(ctx, _FIRST_EACH, w=word, o=ctx.word(lx.ORDER_WORDS[key]), **slots)
        return NP(text, p.Obj(quant="one_each", by=by, order=p.Order(key=key), **fields), True, noun)
    plain = fields == {"kind": "object"}
    if plain and ctx.chance(0.5):
        return NP(_said(ctx, _BARE, w=word), p.Obj(quant="one_each", by=by), True)
    templates = _ONE_EACH + (_IN_EACH if by != "kind" else [])
    return NP(_said(ctx, templates, w=word, **slots), p.Obj(quant="one_each", by=by, **fields), True, noun)


def _said(ctx: Ctx, templates: list[str], **slots: str) -> str:
    return ctx.say(templates, **slots).replace(" ,", ",")
