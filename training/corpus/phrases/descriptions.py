"""Noun phrases: descriptions of objects and the words for them.

Knows: which parts a description has and how likely, relations to others, references.
Does not know: how a part is said (modifiers.py), verbs, places where things go.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.amounts import amount
from training.corpus.phrases.determiners import determiner as _determiner
from training.corpus.phrases.determiners import reference
from training.corpus.phrases.modifiers import Modifiers, region_phrase
from training.corpus.phrases.nouns import (
    HOLDERS,
    KINDS,
    LANDMARKS,
    MOVABLE,
    NP,
    camel,
    color_word,
    kind_noun,
    lx_thing,
    pick_color,
    unknown_noun,
)
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns

__all__ = ["HOLDERS", "KINDS", "LANDMARKS", "MOVABLE", "NP", "camel", "color_word", "kind_noun", "lx_thing", "noun_phrase",
           "pair", "pick_color", "reference", "region_phrase", "relation_phrase", "unknown_noun"]


def everything(ctx: Ctx, depth: int) -> NP:
    """All there is, some with an exception or where: "everything except the cups"."""
    words = ctx.word(["everything", "all objects", "all the things", "everything on the table",
                      "every single thing", "all of the objects", "the whole lot", "all the stuff",
                      "all items", "everything there is", "everything you see", "absolutely everything", "each and every thing", "every object",
                      "all of it", "every thing you can see", "the entire contents of the table", "all there is on the table", "all the items",
                      "everything in sight", "every last thing", "every item", "all of the things", "all of the items", "anything and everything",
                      "every single object", "everything that is on the table", "all the things on the table", "all the objects", "every object there is"])
    b = Modifiers(ctx, True, {"object": 1.0}, depth, _INNER)
    if ctx.chance(0.35):
        b.add_exclude()
    elif ctx.chance(0.25):
        b.add_where()
    return NP(" ".join([words, *b.post]), p.Obj(quant="all", **b.fields), True)


def named(ctx: Ctx) -> NP:
    """A thing by a person's name given to it, marked as a span."""
    text, mark = ctx.span(ctx.word(nouns.PEOPLE_NAMES))
    return NP(text, p.Obj(name=mark))


def noun_phrase(
    ctx: Ctx,
    plural: bool | None = False,
    kinds: dict[str, float] | None = None,
    depth: int = 0,
    rich: float = 1.0,
    one: tuple[str, str] | None = None,
    definite: bool = False,
    need: bool = False,
    refs: float = 0.0,
) -> NP:
    """A random description.

    plural None: either. rich scales how many modifiers it gets. one: (kind, noun words) of an
    earlier phrase, which "one" then stands for. need: at least one attribute. refs: chance of a
    pronoun or another reference to the dialogue.
    """
    if plural is None:
        plural = ctx.chance(0.3)
    if refs and ctx.chance(refs):
        return reference(ctx, plural)
    if plural and depth == 0 and not one and not kinds and ctx.chance(0.06):
        return everything(ctx, depth)
    if not plural and depth < 2 and not one and ctx.chance(0.012):
        return named(ctx)
    if plural and depth == 0 and not one and not definite and not need and ctx.chance(0.03):
        return amount(ctx, ctx.one(["one_each", "every_third", "most"]), None, kinds or MOVABLE)
    b = Modifiers(ctx, plural, kinds or KINDS, depth, _INNER)
    if one:
        b.kind, need = one[0], True
    if b.kind == "round" and not one and depth < 2 and ctx.chance(0.35):
        return _round(ctx, plural, definite)
    quant, count, determiner, plural_form = _determiner(ctx, plural, definite)
    r = rich if depth == 0 else rich * 0.6
    roll = ctx.rng.random()
    special = ""
    if depth < 3 and not one:
        if roll < 0.20 * r and quant not in ("all", "rest", "half", "every_other", "both"):
            special = "order"
        elif roll < 0.36 * r:
            special = "where"
        elif roll < 0.395 * r and ((plural and quant == "all") or ctx.chance(0.35)):
            special = "exclude"
        elif roll < 0.50 * r and plural and quant == "all":
            special = "group"
        elif roll < 0.525 * r:
            special = "state"
    if special == "order" and quant == "a":
        quant, determiner, plural_form = "the", "the", False
    if special == "order" and quant in ("count", "at_most", "the") and count:
        return _n_most(ctx, b, count, depth)
    if special == "order":
        b.add_order()
    if special == "state":
        b.add_state()
    color_p = 0.62 if b.kind != "object" else 0.75
    if special == "order":
        color_p = 0.35
    if special == "group":
        color_p = 0.1
    if special == "where":
        color_p = 0.4
    colored = ctx.chance(color_p) or (need and not b.fields)
    if ctx.chance(0.12 * min(r + 0.3, 1)):
        b.add_size()
        colored = colored and ctx.chance(0.6)
    if colored:
        b.add_color()
    if ctx.chance(0.03 * r):
        b.add_material()
    if one:
        b.noun = "ones" if (plural_form and determiner != "the") or plural else "one"
        if determiner in ("all", "", "all the", "every", "each"):
            determiner, quant, count = "the", "all", None
            b.noun = "ones"
    elif b.kind == "object" and (colored or special) and ctx.chance(0.35) and not b.post:
        b.noun = "ones" if plural_form else "one"
    elif not special and not one and ctx.chance(0.06 if depth else 0.075):
        b.plural = plural_form
        b.add_noun()
        b.plural = plural
    elif not special and not one and not plural and not b.fields and ctx.chance(0.08):
        b.add_name()
        determiner, quant = "the", "the"
    else:
        b.noun = kind_noun(ctx, b.kind, plural_form)
    if special == "where":
        b.add_where()
    if special == "exclude":
        b.add_exclude()
    if special == "group":
        b.add_group()
    return b.build(quant, count, determiner)


_ROUND = ["round", "circular", "round"]


def _round(ctx: Ctx, plural: bool, definite: bool) -> NP:
    """ "everything round", "anything circular", "the thing that is round", "the round red one"."""
    colors: Any = (pick_color(ctx),) if ctx.chance(0.45) else ()
    c = color_word(ctx, colors[0]) if colors else ""
    shape = ctx.one(_ROUND)
    if plural:
        both = ctx.one([f"{shape} and {c}", f"{c} and {shape}"]) if c else shape
        text = ctx.say(["everything {b}", "anything {b}", "everything that is {b}", "anything that's {b}", "all that is {b}", "whatever is {b}", "every {s} {c} thing", "all the {s} {c} ones",
                        "all things {b}", "all {s} {c} objects", "the things that are {b}", "every single {s} {c} thing", "the {s} {c} things", "each {s} {c} object", "all objects that are {b}"], b=both, s=shape, c=c)
        return NP(text, p.Obj(quant="all", colors=colors, kind="round"), True)
    if definite or ctx.chance(0.7):
        text = ctx.say(["the {s} {c} thing", "the {c} thing that is {s}", "the {s} {c} one", "the {c} one that's {s}", "the {c} thing with the {s} shape", "the {s} {c} object", "the {c} object which is {s}", "the {c} one which is {s}",
                        "the one {c} thing that is {s}", "the {c} thing of {s} shape"], s=shape, c=c)
        return NP(text, p.Obj(colors=colors, kind="round"))
    both = f"{shape} and {c}" if c else shape
    text = ctx.say(["something {b}", "anything {b}", "something that is {b}", "some {s} {c} thing", "a thing that is {b}", "any {s} {c} thing", "one of the {s} {c} things", "anything that's {b}"], b=both, s=shape, c=c)
    return NP(text, p.Obj(quant="a", colors=colors, kind="round"))


def _n_most(ctx: Ctx, b: Modifiers, n: int, depth: int) -> NP:
    """ "the three largest blocks", "the two blocks closest to the bowl"."""
    if ctx.chance(0.5):
        b.near_far()
    else:
        b.superlative()
    order = b.fields["order"]
    b.fields["order"] = order.model_copy(update={"n": 1})
    b.pre = [w.split(" ", 1)[1] if order.n > 1 and " " in w else w for w in b.pre]
    if order.n > 1 and b.post and b.post[-1].startswith(("second", "2nd")):
        b.post[-1] = b.post[-1].split(" ", 1)[1]
    if ctx.chance(0.4):
        b.add_color()
    b.noun = kind_noun(ctx, b.kind, True)
    digits = lx.NUMBER_WORDS[n] if ctx.chance(0.7) else str(n)
    return b.build("the", n, f"the {digits}")


def relation_phrase(ctx: Ctx, depth: int) -> tuple[str, p.Relation]:
    """What comes after the noun: "left of the bowl", "in the corner", "as big as the cup"."""
    roll = ctx.rng.random()
    if roll < 0.14:
        words, region = region_phrase(ctx)
        prep = ctx.one(["on", "at", "in"] if "corner" not in words else ["in", "at", "over in", "down in"])
        if region in lx.CORNER_WORDS and "corner" not in words:
            words += ctx.one([" area", " part", " region", " corner", " section", " quarter", " bit"])
        if region in ("left", "right", "front", "back", "middle") and words.endswith((" left", " right", " back", " front", "rear")):
            words += ctx.one([" area", " part", " region", " side", " section", " half", ""][: 5 if region == "middle" else 7])
        if region == "middle":
            prep = "in"
        return f"{prep} {words}", p.Relation(rel="at", region=region)
    if roll < 0.22:
        return _comparison(ctx, depth)
    if roll < 0.27:
        a, b, text = pair(ctx, depth)
        return f"between {text}", p.Relation(rel="between", obj=a, obj2=b)
    if roll < 0.5:
        rel: Any = ctx.weighted({"in": 5, "on": 5, "under": 1})
        kinds = HOLDERS if rel in ("in", "on") else {"block": 3.0, "cup": 1, "bowl": 1}
        words = ctx.one(["in", "inside", "within", "contained in", "inside of", "held by", "lying in", "kept in", "sitting inside", "located in", "stored in"]) if rel == "in" else (
            ctx.one(["on", "on top of", "lying on", "sitting on", "standing on", "atop", "resting on", "placed on", "upon", "balanced on", "stacked on", "perched on"]) if rel == "on"
            else ctx.word(lx.REL_WORDS["under"]))
        mark = noun_phrase(ctx, False, kinds, depth, 0.5)
        return f"{words} {mark.text}", p.Relation(rel=rel, obj=mark.obj)
    rel = ctx.weighted({"left_of": 8, "right_of": 8, "in_front_of": 5, "behind": 6, "next_to": 4,
                        "far_from": 0.5, "front_left_of": 0.5, "front_right_of": 0.5,
                        "back_left_of": 0.5, "back_right_of": 0.5})
    mark = noun_phrase(ctx, False, LANDMARKS, depth, 0.6)
    words = ctx.word(lx.REL_WORDS[rel])
    if rel == "next_to" and ctx.chance(0.12):
        words = "close to"
    return f"{words} {mark.text}", p.Relation(rel=rel, obj=mark.obj)


def _comparison(ctx: Ctx, depth: int) -> tuple[str, p.Relation]:
    rel: Any = ctx.weighted({"same_color": 5, "different_color": 2, "same_size": 2, "same_kind": 3,
                             "bigger_than": 2, "smaller_than": 2, "taller_than": 2,
                             "shorter_than": 2, "darker_than": 2, "lighter_than": 2})
    mark = noun_phrase(ctx, False, LANDMARKS, depth, 0.5, definite=True)
    text = ctx.say({
        "same_color": ["of the same (color|colour) as {x}", "with the same (color|colour) as {x}",
                       "that match[es] {x} in (color|colour)", "matching the (color|colour) of {x}",
                       "in the (color|colour) of {x}", "the same (color|colour) as {x}",
                       "that share[s] its (color|colour) with {x}", "(colored|coloured) like {x}", "that (is|are) (colored|coloured) like {x}",
                       "whose (color|colour) is the same as that of {x}", "whose (color|colour) matches {x}", "having the same (color|colour) as {x}",
                       "that (has|have) the (color|colour) of {x}", "with the (color|colour) of {x}", "in the same (color|colour) as {x}",
                       "that (has|have) the same (color|colour) as {x}", "whose (color|colour) equals that of {x}", "sharing the (color|colour) of {x}",
                       "that (is|are) the same (color|colour) as {x}", "matching {x} in (color|colour)", "(color|colour)-matched with {x}"],
        "different_color": ["of a different (color|colour) than {x}", "with another (color|colour) than {x}",
                            "in a different (color|colour) from {x}",
                            "whose (color|colour) differs from {x}", "of another (color|colour) than {x}", "not the same (color|colour) as {x}",
                            "that (is|are) not the (color|colour) of {x}", "with a different (color|colour) from {x}", "not matching {x} in (color|colour)",
                            "that do[es] not match {x} in (color|colour)", "that (isn't|aren't) the (color|colour) of {x}", "(colored|coloured) differently from {x}",
                            "whose (color|colour) is not that of {x}", "that do[es]n't share its (color|colour) with {x}", "that differ[s] in (color|colour) from {x}"],
        "same_size": ["as big as {x}", "of the same size as {x}", "with the size of {x}",
                      "as large as {x}", "that is just as big as {x}", "exactly as big as {x}", "the same size as {x}", "equal in size to {x}",
                      "with the same size as {x}", "that (has|have) the same size as {x}", "just as large as {x}", "that match[es] {x} in size",
                      "whose size is that of {x}", "as small as {x}", "of equal size to {x}", "that share[s] its size with {x}"],
        "same_kind": ["of the same (kind|type|shape) as {x}", "like {x}", "shaped like {x}",
                      "that (is|are) the same (kind|type|sort) as {x}", "of the (kind|sort|type) of {x}", "of the same sort as {x}", "with the shape of {x}",
                      "that (is|are) the same kind of thing as {x}", "with the same shape as {x}", "that (has|have) the shape of {x}", "formed like {x}"],
        "bigger_than": ["bigger than {x}", "larger than {x}", "that (is|are) (bigger|larger) than {x}", "greater than {x}", "of a (bigger|larger|greater) size than {x}", "bulkier than {x}", "more massive than {x}", "exceeding {x} in size", "that exceed[s] {x} in size", "with a (bigger|larger) size than {x}", "that (is|are) not as small as {x}", "which (is|are) (bigger|larger) than {x}", "chunkier than {x}"],
        "smaller_than": ["smaller than {x}", "tinier than {x}", "that (is|are) smaller than {x}", "littler than {x}", "of a smaller size than {x}", "less big than {x}", "not as big as {x}", "which (is|are) smaller than {x}", "that (isn't|aren't) as big as {x}", "with a smaller size than {x}", "more compact than {x}", "not so large as {x}", "less large than {x}"],
        "taller_than": ["taller than {x}", "higher than {x}", "that (is|are) taller than {x}", "of greater height than {x}", "exceeding {x} in height", "that reach[es] higher than {x}", "which (is|are) taller than {x}", "with more height than {x}", "that (is|are) higher than {x}", "of more height than {x}"],
        "shorter_than": ["shorter than {x}", "lower than {x}", "less tall than {x}", "not as tall as {x}", "of less height than {x}", "that (is|are) (shorter|lower) than {x}", "which (is|are) (shorter|lower) than {x}", "not as high as {x}", "flatter than {x}", "with less height than {x}"],
        "darker_than": ["darker than {x}", "of a darker (color|colour) than {x}", "that (is|are) darker than {x}", "in a darker shade than {x}", "less light than {x}", "which (is|are) darker than {x}", "darker in (color|colour) than {x}", "with a darker (color|colour|shade) than {x}", "not as light as {x}"],
        "lighter_than": ["lighter than {x}", "paler than {x}", "of a lighter (color|colour) than {x}", "that (is|are) (lighter|paler) than {x}", "in a lighter shade than {x}", "less dark than {x}", "which (is|are) (lighter|paler) than {x}", "(lighter|paler) in (color|colour) than {x}", "with a (lighter|paler) (color|colour|shade) than {x}", "not as dark as {x}"],
    }[rel], x=mark.text)
    return text, p.Relation(rel=rel, obj=mark.obj)


def pair(ctx: Ctx, depth: int) -> tuple[p.Obj, p.Obj | None, str]:
    """Two landmarks for "between": (first, second or None for a plural, words)."""
    if ctx.chance(0.25):
        np = noun_phrase(ctx, True, LANDMARKS, depth, 0.2, definite=True)
        return np.obj, None, np.text
    a = noun_phrase(ctx, False, LANDMARKS, depth, 0.3, definite=True)
    one = (a.obj.kind, a.kind_word) if a.kind_word and not a.obj.noun and ctx.chance(0.4) else None
    b = noun_phrase(ctx, False, LANDMARKS, depth, 0.3, definite=True, one=one)
    return a.obj, b.obj, f"{a.text} and {b.text}"


class _Inner:
    noun_phrase = staticmethod(noun_phrase)
    relation_phrase = staticmethod(relation_phrase)


_INNER = _Inner()
