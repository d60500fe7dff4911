"""Commands about one of each, every third or most of a set.

Knows: verbs and questions around such descriptions (phrases/amounts.py). Does not know: sequences,
politeness.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.amounts import Amount, amount
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import noun_phrase, relation_phrase
from training.corpus.phrases.nouns import HOLDERS, MOVABLE, NP
from training.corpus.phrases.places import PP, length, place, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_PUT = ["{v} {o} {p}", "{v} {o} {p}", "{o} (should|must|has to) go {p}", "{o} (goes|belongs) {p}", "I (want|need|would like) {o} {p}", "{p} I want {o}", "{g} {o} and {v} them {p}", "make sure {o} (ends up|is) {p}", "let me have {o} {p}", "see to it that {o} gets {p}", "(choose|select|pick out) {o} and {v} them {p}",
        "{o}, {p}", "have {o} {p}", "{p} {v} {o}", "your job is to {v} {o} {p}", "{v} {o} {p} and leave the rest", "{v} {o} {p}, no more", "what I need {p} is {o}", "get {o} {p}", "would you {v} {o} {p}", "find {o} and {v} them {p}", "how about {o} {p}", "{o} to be {p}", "only {v} {o} {p}"]
_HOLD = ["fill {h} with {o}", "{h} gets {o}", "{h} should hold {o}", "{h} is for {o}", "load {h} with {o}", "I want {h} to contain {o}", "collect {o} in {h}", "gather {o} in {h}", "{h} needs {o}", "into {h} with {o}", "make up {h}: {o}", "let {h} have {o}", "pack {o} into {h}"]
_ROW = ["line up {o}", "put {o} in a line", "arrange {o} in a {s}", "make a {s} of {o}", "lay {o} out in a {s}", "a {s} of {o}, please", "form a {s} with {o}", "{o} in a {s}", "build a {s} from {o}", "I want a {s} of {o}", "place {o} in a {s}", "let {o} form a {s}", "set {o} out as a {s}", "use {o} for a {s}"]
_STACK = ["stack {o}", "pile {o} up", "stack {o} up", "build a tower of {o}", "make a stack of {o}", "make a tower out of {o}", "put {o} on top of each other", "a tower of {o}, please", "pile {o} on top of one another", "I want {o} in one stack", "{o} in a stack", "use {o} for a tower"]
_PUSH = ["push {o} {p}", "shove {o} {p}", "slide {o} {p}", "{o}: push them {p}", "nudge {o} {p}", "sweep {o} {p}", "push {o} over {p}", "without lifting them, push {o} {p}", "get {o} {p} by pushing", "slide {o} along the table {p}", "drag {o} {p}", "give {o} a push {p}"]
_MOVE = ["move {o} {d} {w}", "shift {o} {w} by {d}", "move {o} {w} [by] {d}", "{o} should go {d} {w}", "{o}: {d} {w}", "bring {o} {d} {w}", "{d} {w} with {o}", "let {o} go {d} {w}", "I want {o} {d} further {w}", "displace {o} by {d} {w}", "take {o} {d} {w}", "offset {o} {d} {w}"]
_TURN = ["turn {o} by {a} degrees", "rotate {o} {a} degrees", "rotate {o} by {a} degrees", "turn {o} {a} degrees", "give {o} a turn of {a} degrees", "{o} should be turned {a} degrees", "spin {o} by {a} degrees", "twist {o} {a} degrees", "turn {o} through {a} degrees", "swivel {o} by {a} degrees", "{o}: {a} degrees of rotation, please", "have {o} rotated {a} degrees"]
_ASK = ["are {o} {c}", "would you say that {o} are {c}", "is it true that {o} are {c}", "{o} are {c}, right?", "can you tell me if {o} are {c}", "tell me whether {o} are {c}", "I'd like to know if {o} are {c}", "do you see that {o} are {c}?", "check whether {o} are {c}", "so {o} are {c}?", "{o}, are they {c}?", "are {o} {c} by now"]
_IF = ["if {o} are {c}, {a}", "{a} if {o} are {c}", "if {o} are {c} then {a}", "{a}, but only if {o} are {c}", "in case {o} are {c}, {a}", "as long as {o} are {c} already, {a}", "provided that {o} are {c}, {a}", "check if {o} are {c}, and if so {a}", "should {o} be {c}, {a}", "if it turns out that {o} are {c}, {a}", "given that {o} are {c}, {a}", "{a} in case {o} are {c}"]
_EACH = ["for {o} do this: {b}", "take {o} and {b}", "with {o} do the following: {b}", "go through {o} and {b}", "{b}, for {o} in turn", "take {o} one by one and {b}", "{o}, one after the other: {b}"]


def command(ctx: Ctx, of: Amount | None = None) -> Clause:
    """A command, condition or question with one of these quantifiers; `of` says which."""
    even: dict[Amount, float] = {"one_each": 1, "every_third": 1, "most": 1}
    which = ctx.weighted(even) if of is None else of
    roll = ctx.rng.random()
    if roll > 0.84 and which == "most":
        return _about_most(ctx, roll < 0.93)
    if roll < 0.58:
        return _put(ctx, amount(ctx, which, _tail(ctx)))
    o = amount(ctx, which, _tail(ctx) if roll < 0.66 else None, _SOLID if roll > 0.7 and which != "one_each" else None)
    if roll < 0.7:
        return _into(ctx, o)
    if roll < 0.8 and not o.obj.where:
        shape: Any = ctx.weighted({"line": 4, "row": 4, "circle": 2, "column": 1, "square": 1, "diagonal": 1})
        return ctx.say(_ROW[0 if shape == "line" else 2 :], o=o.text, s=shape), [p.Arrange(objs=(o.obj,), shape=shape)]
    if roll < 0.85:
        return ctx.say(_STACK, o=o.text), [p.Stack(objs=(o.obj,))]
    if roll < 0.9:
        pp = region_place(ctx)
        return ctx.say(_PUSH, o=o.text, p=pp.text), [p.Push(obj=o.obj, place=pp.place)]
    if roll < 0.94:
        return _move(ctx, o)
    if roll < 0.97:
        angle = ctx.one([45, 90, 30, 180, 60])
        return ctx.say(_TURN, o=o.text, a=str(angle)), [p.Rotate(obj=o.obj, angle_deg=angle)]
    pp = region_place(ctx)
    this = p.Obj(ref="this")
    return ctx.say(_EACH, o=o.text, b=f"put it {pp.text}"), [p.ForEach(obj=o.obj, body=(p.Put(obj=this, place=pp.place),))]


_SOLID = {"block": 10.0, "can": 2, "cup": 2, "ball": 1, "object": 2}


def _tail(ctx: Ctx) -> tuple[str, p.Relation] | None:
    if not ctx.chance(0.14):
        return None
    words, relation = relation_phrase(ctx, 2)
    return (words, relation) if relation.rel in ("on", "in", "at", "left_of", "right_of", "behind", "in_front_of") else None


def _put(ctx: Ctx, o: NP) -> Clause:
    pp: PP = place(ctx, None, True, 0.3)
    while pp.place.rel in ("gripper", "above", "under", "between"):
        pp = place(ctx, None, True, 0.3)
    verb = ctx.word([v for v in lx.PUT_VERBS if v not in lx.IN_VERBS])
    if ctx.chance(0.4):
        return f"{verb} {o.text} {pp.text}", [p.Put(obj=o.obj, place=pp.place)]
    return ctx.say(_PUT, v=verb, g=ctx.word(lx.GRAB_VERBS), o=o.text, p=pp.text), [p.Put(obj=o.obj, place=pp.place)]


def _into(ctx: Ctx, o: NP) -> Clause:
    holder = noun_phrase(ctx, False, {k: v for k, v in HOLDERS.items() if k in ("bowl", "box", "tray")}, 1, 0.4, definite=True)
    return ctx.say(_HOLD, o=o.text, h=holder.text), [p.Put(obj=o.obj, place=p.Place(rel="in", obj=holder.obj))]


def _move(ctx: Ctx, o: NP) -> Clause:
    direction: Any = ctx.one(["left", "right", "forward", "backward"])
    d, distance = length(ctx)
    if distance.unit in ("half", "double", "lot") or d in ("way", "much", "far"):
        d, distance = "5 cm", p.Length(value=5)
    text = ctx.say(_MOVE, o=o.text, d=d, w=ctx.word(lx.DIRECTION_WORDS[direction]))
    return text, [p.Move(obj=o.obj, direction=direction, distance=distance)]


def _about_most(ctx: Ctx, asks: bool) -> Clause:
    """ "are most of the blocks red", "if most of the cups are in the box, ..."."""
    o = amount(ctx, "most", None, MOVABLE)
    cond: Any
    if ctx.chance(0.5) and not o.obj.colors:
        color: Any = ctx.one(list(lx.COLOR_WORDS))
        words, cond = ctx.word(lx.COLOR_WORDS[color]), p.Is(obj=o.obj, fits=p.Obj(quant="a", colors=(color,)))
    else:
        holder = noun_phrase(ctx, False, {"bowl": 4, "box": 3, "tray": 2}, 2, 0.3, definite=True)
        words, cond = f"in {holder.text}", p.Is(obj=o.obj, relation=p.Relation(rel="in", obj=holder.obj))
    if asks:
        return ctx.say(_ASK, o=o.text, c=words), [p.Answer(query=p.Query(query="holds", condition=cond))]
    pp = region_place(ctx)
    other = noun_phrase(ctx, False, MOVABLE, 2, 0.3, definite=True)
    text = ctx.say(_IF, o=o.text, c=words, a=f"put {other.text} {pp.text}")
    return text, [p.If(condition=cond, then=(p.Put(obj=other.obj, place=pp.place),))]
