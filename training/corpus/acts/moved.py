"""Commands about what was moved before: by its turn, several at once, and where it stood.

Knows: verbs around such descriptions (np_determiners.moved_in_turn, places.where_it_was). Does not
know: sequences, politeness.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import noun_phrase
from training.corpus.phrases.determiners import moved_in_turn
from training.corpus.phrases.nouns import HOLDERS, MOVABLE
from training.corpus.phrases.places import fixed_place, landmark_place, place, where_it_was
from training.corpus.sampler import Ctx, is_mark
from training.corpus.words import lexicon as lx

_PUT = ["{v} {o} {p}", "{v} {o} {p}", "{v} {o} {p}", "{o} (should|must|has to) go {p}", "I (want|need|would like) {o} {p}", "{p} I want {o}", "{o}, {p}", "{p} {v} {o}", "let me have {o} {p}", "see to it that {o} gets {p}"]
_ASK = ["what was {o}", "tell me {o}", "what's {o}", "can you tell me {o}", "do you know {o}", "name {o}", "which was {o}", "say what {o} was"]
_ASK_MANY = ["what were {o}", "tell me {o}", "which were {o}", "can you tell me {o}", "name {o}", "list {o}", "say what {o} were"]
_ROW = ["line up {o}", "put {o} in a line", "make a line of {o}", "arrange {o} in a line", "lay {o} out in a line"]
_STACK = ["stack {o}", "pile {o} up", "stack {o} up", "build a tower of {o}", "make a stack of {o}", "put {o} on top of each other"]


def command(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A command or question about what was moved before."""
    roll = ctx.rng.random()
    if roll < 0.34:
        return _where_it_was(ctx)
    if roll < 0.4:  # its own place, for contrast
        o = noun_phrase(ctx, False, MOVABLE, 0, 0.4) if ctx.chance(0.5) else None
        pp = fixed_place(ctx, "origin")
        obj, text = (o.obj, o.text) if o is not None else (p.Obj(ref="it"), "it")
        return ctx.say(["{v} {o} {p}"], v=ctx.word(lx.PUT_VERBS), o=text, p=pp.text), [p.Put(obj=obj, place=pp.place)]
    many = roll < 0.68
    o = moved_in_turn(ctx, many)
    kind = ctx.rng.random()
    if kind < 0.1:
        return ctx.say(_ASK_MANY if many else _ASK, o=o.text), [p.Answer(query=p.Query(query="moved", obj=o.obj))]
    if many and kind < 0.24:
        return ctx.say(_ROW, o=o.text), [p.Arrange(objs=(o.obj,), shape="line")]
    if many and kind < 0.4:
        return ctx.say(_STACK, o=o.text), [p.Stack(objs=(o.obj,))]
    if not many and kind < 0.2:
        return ctx.say(["{v} {o}"], v=ctx.one(["pick up", "lift", "take", "grab"]), o=o.text), [p.Pick(obj=o.obj)]
    if not many and kind < 0.35:
        a = noun_phrase(ctx, False, MOVABLE, 0, 0.4, definite=True)
        rel = ctx.one(["next_to", "left_of", "right_of", "behind", "in_front_of"])
        text = ctx.say(_PUT, v=ctx.word(lx.PUT_VERBS), o=a.text, p=f"{ctx.word(lx.REL_WORDS[rel])} {o.text}")
        return text, [p.Put(obj=a.obj, place=p.Place(rel=rel, obj=o.obj))]
    pp = landmark_place(ctx, "in", rich=0.3) if ctx.chance(0.5) else place(ctx, many=many, rich=0.3)
    return ctx.say(_PUT, v=ctx.word(lx.PUT_VERBS), o=o.text, p=pp.text), [p.Put(obj=o.obj, place=pp.place)]


def _where_it_was(ctx: Ctx) -> Clause:
    """ "put the can where the red block was", also in the command that moved that block."""
    a = noun_phrase(ctx, False, MOVABLE, 0, 0.4)
    if ctx.chance(0.2):
        b = noun_phrase(ctx, False, MOVABLE, 0, 0.4, definite=True, need=True)
        h = noun_phrase(ctx, False, HOLDERS, 0, 0.3)
        again = "".join(ch for ch in b.text if not is_mark(ch))  # pointed at once
        text = ctx.say(["put {b} in {h} and {a} where {c} was", "put {b} in {h}, then put {a} where {c} was", "{b} goes in {h} and {a} where {c} used to be", "first {b} in {h}, then {a} where {c} was"], a=a.text, b=b.text, c=again, h=h.text)
        into = p.Put(obj=b.obj, place=p.Place(rel="in", obj=h.obj))
        return text, [into, p.Put(obj=a.obj, place=p.Place(rel="origin", obj=b.obj))]
    pp = where_it_was(ctx)
    if ctx.chance(0.12):
        return ctx.say(["push {o} {p}", "slide {o} {p}"], o=a.text, p=pp.text), [p.Push(obj=a.obj, place=pp.place)]
    if ctx.chance(0.15):
        return ctx.say(["{v} it {p}"], v=ctx.word(lx.PUT_VERBS), p=pp.text), [p.Put(obj=p.Obj(ref="it"), place=pp.place)]
    return ctx.say(_PUT, v=ctx.word(lx.PUT_VERBS), o=a.text, p=pp.text), [p.Put(obj=a.obj, place=pp.place)]
