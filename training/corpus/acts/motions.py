"""Moving without carrying to a place: push, move so far, rotate, swap, clear, point, separate.

Knows: verbs, directions, angles and sentence patterns for these steps. Does not know: sequences,
politeness. Every function returns (imperative clause, steps).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits
from training.corpus.acts import shifts
from training.corpus.phrases.clauses import Clause, join, say_with, several
from training.corpus.phrases.descriptions import HOLDERS, LANDMARKS, MOVABLE, NP, noun_phrase
from training.corpus.phrases.places import (
    PP,
    away_place,
    landmark_place,
    length,
    region_place,
    toward_place,
)
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx


def push(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Slide without lifting, to a place: "push the red block against the box"."""
    roll = ctx.rng.random()
    if roll < 0.27:
        return shifts.push(ctx, refs)
    if roll < 0.36:
        return shifts.sweep(ctx, refs)
    many = ctx.chance(0.25)
    o = noun_phrase(ctx, many, MOVABLE, 0, 0.8, refs=refs)
    if many and o.obj.quant == "all" and ctx.chance(0.5) and o.text.startswith("the "):
        o = NP(f"the {ctx.one(['pile', 'heap', 'bunch', 'group', 'cluster', 'mess'])} of {o.text[4:]}", o.obj, True)
    verb = ctx.word(lx.PUSH_VERBS)
    roll = ctx.rng.random()
    if roll < 0.30:
        pp = region_place(ctx)
        if pp.text.startswith(("in ", "into ", "over in")):
            pp = PP(ctx.one(["to ", "towards ", "into "]) + pp.text.split(" ", 2 if pp.text.startswith("over") else 1)[-1], pp.place)
    elif roll < 0.5:
        words = ctx.word(["to", "up to", "over to", "against", "right up to"])
        mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.5)
        kind: Any = "in" if traits(mark.obj.kind).is_flat else "next_to"
        pp = PP(f"{words} {mark.text}", p.Place(rel=kind, obj=mark.obj))
    elif roll < 0.62:
        mark = noun_phrase(ctx, False, {"zone": 1.0}, 1, 0.4)
        rel: Any = ctx.weighted({"in": 2, "on": 1})
        pp = PP(f"{ctx.one(['into', 'inside', 'in'] if rel == 'in' else ['onto', 'on'])} {mark.text}", p.Place(rel=rel, obj=mark.obj))
    elif roll < 0.7:
        pp = toward_place(ctx)
    elif roll < 0.78:
        pp = away_place(ctx, "away_from")
    else:
        rel = ctx.weighted({"left_of": 3, "right_of": 3, "in_front_of": 3, "behind": 3, "next_to": 4,
                            "front_left_of": 1, "front_right_of": 1, "back_left_of": 1, "back_right_of": 1})
        pp = landmark_place(ctx, rel)
    text = say_with(ctx, ["{v} {o} {p}", "{v} {o} {p}", "{v} {o} [over] {p}", "[use your hand to ]{v} {o} {p}",
                          "{v} {o} across the table {p}", "{v} {o} along the table {p}",
                          "give {o} a push {p}", "I want {o} pushed {p}", "without lifting it {v} {o} {p}",
                          "{v} {o} {p} without (picking it up|lifting it|grasping it)",
                          "keep {o} on the table and {v} it {p}"],
                    o.plural, v=verb, o=o.text, p=pp.text)
    return text, [p.Push(obj=o.obj, place=pp.place)]


def separate(ctx: Ctx, refs: float = 0.0) -> Clause:
    """One thing away from others, or two together: "pull the cup apart from the bowl"."""
    if ctx.chance(0.55):
        return shifts.separate(ctx, refs) if ctx.chance(0.65) else shifts.together(ctx, refs)
    o = noun_phrase(ctx, False, MOVABLE, 0, 0.3, refs=refs)
    if ctx.chance(0.35):
        mark_text, mark = ctx.word(["the others", "the rest", "the group", "the clump", "the other blocks",
                                    "the pile", "the group of blocks", "the cluster", "the bunch", "everything else",
                                    "the remaining blocks", "the crowd"]), p.Obj(quant="rest")
        if "blocks" in mark_text:
            mark = p.Obj(quant="rest", kind="block")
        marks = [mark]
    else:
        items = several(ctx, ctx.weighted({1: 4, 2: 2, 3: 1}), LANDMARKS)
        mark_text, marks = join(ctx, [i.text for i in items]), [i.obj for i in items]
    text = ctx.say(["separate {o} from {m}", "pull {o} apart from {m}", "isolate {o} from {m}",
                    "move {o} away from {m}", "get {o} away from {m}", "take {o} away from {m}",
                    "detach {o} from {m}", "keep {o} apart from {m}", "drag {o} away from {m}"],
                   o=o.text, m=mark_text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="away_from", obj=m)) for m in marks[:1]] if len(marks) == 1 else [
        p.Put(obj=o.obj, place=p.Place(rel="away_from", obj=m)) for m in marks]


def move(ctx: Ctx, refs: float = 0.0) -> Clause:
    """So far in a direction, carried or pushed: "shift the can 5 cm to the left"."""
    if ctx.chance(0.3):
        return shifts.move(ctx, refs)
    o = noun_phrase(ctx, ctx.chance(0.1), MOVABLE, 0, 0.8, refs=refs)
    direction: Any = ctx.weighted({"left": 6, "right": 6, "forward": 4, "backward": 4, "up": 1.2, "down": 0.6,
                                   "forward_left": 1, "forward_right": 1, "backward_left": 1, "backward_right": 1})
    by: Any = "carry"
    if direction in ("up", "down"):
        verb = ctx.word(["raise", "lift", "hoist", "elevate", "lift up"] if direction == "up" else ["lower", "bring down", "let down", "sink"])
        text, distance = length(ctx)
        frame = ctx.say(["{v} {o} [by] {d}", "{v} {o} {d}", "{v} {o} {d} [into the air|higher|above the table]"]
                        if direction == "up" else ["{v} {o} [by] {d}", "{v} {o} {d}"], v=verb, o=o.text, d=text)
        return frame, [p.Move(obj=o.obj, direction=direction, distance=distance)]
    words = ctx.word(lx.DIRECTION_WORDS[direction])
    if ctx.chance(0.45):
        verb, by = ctx.word(lx.PUSH_VERBS), "push"
    else:
        verb = ctx.word(["move", "shift", "bring", "carry", "put", "displace", "relocate", "take", "transfer",
                         "budge", "adjust", "reposition", "translate", "set", "place"])
    if ctx.chance(0.62):
        d, distance = length(ctx)
        if d in ("much", "way", "far"):
            d = "a lot"
        if distance.unit == "half" or ctx.chance(0.04):
            d, distance = ctx.word(["half as far", "half that distance", "half that far"]), p.Length(unit="half")
            if ctx.chance(0.5):
                d, distance = ctx.word(["twice as far", "twice that far", "double that distance", "twice the distance", "double the distance", "two times as far"]), p.Length(unit="double")
        text = say_with(ctx, ["{v} {o} {d} {w}", "{v} {o} {w} {d}", "{v} {o} {w} by {d}", "{v} {o} by {d} {w}",
                              "{d} {w}, {v} {o}", "{v} {w} {o} {d}", "I want {o} {d} [further|more] {w}",
                              "{v} {o} {d} more {w}", "{v} {o} {d} further {w}", "{o} should go {d} {w}",
                              "make {o} go {w} [by] {d}", "{g} {o} and {v} it {d} {w}", "{g} {o} and {v} it {w} {d}"],
                        o.plural, v=verb, o=o.text, d=d, w=words, g=ctx.word(lx.GRAB_VERBS))
        return text, [p.Move(obj=o.obj, direction=direction, distance=distance, by=by)]
    text = say_with(ctx, ["{v} {o} {w}", "{v} {o} {w}", "{v} {w} {o}", "{v} {o} over {w}", "{o} {w}, please",
                          "{g} {o} and {v} it {w}", "{g} {o}, then {v} it {w}", "make {o} go {w}", "{v} {o} further {w}"],
                    o.plural, v=verb, o=o.text, w=words, g=ctx.word(lx.GRAB_VERBS))
    return text, [p.Move(obj=o.obj, direction=direction, by=by)]


def rotate(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A turn about the vertical, left positive in the plan: "turn the brick 30 degrees left"."""
    if ctx.chance(0.35):
        return shifts.rotate(ctx, *angle_words(ctx), refs)
    o = noun_phrase(ctx, ctx.chance(0.08), MOVABLE, 0, 0.5, refs=refs)
    ccw = ctx.chance(0.5)
    words, angle = angle_words(ctx)
    way = ctx.word(["counterclockwise", "counter-clockwise", "anticlockwise", "to the left", "left",
                    "anti-clockwise", "leftwards", "ccw", "counter clockwise", "widdershins"] if ccw else
                   ["clockwise", "to the right", "right", "rightwards", "cw", "clock-wise"])
    verb = ctx.word(["rotate", "turn", "spin", "twist", "twirl", "pivot", "revolve", "swivel"])
    roll = ctx.rng.random()
    sign = 1 if ccw else -1
    if roll < 0.55:
        text = say_with(ctx, ["{v} {o} {a} {w}", "{v} {o} {w} by {a}", "{v} {o} by {a} {w}", "{v} {o} {w} {a}",
                              "give {o} a {w} turn of {a}", "{w} {v} {o} by {a}", "{g} {o} and {v} it {a} {w}"],
                        o.plural, v=verb, o=o.text, a=words, w=way, g=ctx.word(lx.GRAB_VERBS))
    elif roll < 0.8:
        text, sign = say_with(ctx, ["{v} {o} {a}", "{v} {o} by {a}", "{v} {o} through {a}", "{v} {o} by an angle of {a}"],
                              o.plural, v=verb, o=o.text, a=words), 1
    elif roll < 0.93:
        text, angle = say_with(ctx, ["{v} {o} {w}", "{v} {o} {w}", "{v} {w} {o}", "give {o} a {w} turn", "{g} {o} and {v} it {w}",
                                     "{g} {o}, then {v} it {w}"],
                               o.plural, v=verb, o=o.text, w=way, g=ctx.word(lx.GRAB_VERBS)), 90
    else:
        text, angle, sign = ctx.say(["{v} {o}", "{v} {o} [a bit|around]"], v=verb, o=o.text), 90, 1
        if text.endswith("a bit"):
            angle = 30
        if text.endswith("around"):
            angle = 180
    return text, [p.Rotate(obj=o.obj, angle_deg=sign * angle)]


def angle_words(ctx: Ctx) -> tuple[str, float]:
    """An angle in words and in degrees, without its sign: ("a quarter turn", 90)."""
    angle: float = ctx.one([30, 45, 90, 90, 180, 60, 15, 120, 10, 20, 135, 270, 360, 75, 5, 25, 35, 40, 50, 70, 80, 100, 150])
    if angle == 90 and ctx.chance(0.25):
        return ctx.one(["a quarter turn", "a quarter of a turn", "a right angle"]), 90
    if ctx.chance(0.06):
        return ctx.one([("an eighth of a turn", 45), ("an eighth turn", 45), ("three quarters of a turn", 270), ("three quarter turns", 270), ("half of a right angle", 45), ("two quarter turns", 180)])
    if angle == 180 and ctx.chance(0.3):
        return ctx.one(["half a turn", "a half turn", "half way round"]), 180
    if angle == 360 and ctx.chance(0.5):
        return ctx.one(["a full turn", "all the way round", "one full rotation", "once around"]), 360
    number = lx.number_words(int(angle)) if ctx.chance(0.25) else f"{angle:g}"
    return number + ctx.one([" degrees", " degrees", " deg", "°" if number[0].isdigit() else " degrees"]), angle


def swap(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two things change places: "put the cup where the can is and vice versa"."""
    if ctx.chance(0.5):
        return shifts.swap(ctx, refs)
    a, b = several(ctx, 2)
    if ctx.chance(0.1):
        kind: Any = ctx.weighted(MOVABLE)
        noun = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
        text = ctx.say(["swap the two {n}", "switch the two {n}", "exchange the two {n}", "swap the {n} around",
                        "make the two {n} trade places", "swap both {n}"], n=noun)
        return text, [p.Swap(obj=p.Obj(kind=kind, order=p.Order(key="left")), obj2=p.Obj(kind=kind, order=p.Order(key="right")))]
    text = ctx.say(["swap {a} and {b}", "swap {a} with {b}", "switch {a} with {b}", "exchange {a} and {b}",
                    "switch the (positions|places) of {a} and {b}", "swap the (positions|places|locations) of {a} and {b}",
                    "make {a} and {b} (trade|swap|change|switch) places", "interchange {a} and {b}",
                    "put {a} where {b} is and vice versa", "put {a} where {b} is and {b} where {a} is",
                    "let {a} and {b} change places", "{a} and {b} should (swap|trade) places",
                    "replace {a} with {b} and the other way round", "have {a} switch spots with {b}"],
                   a=a.text, b=b.text)
    return text, [p.Swap(obj=a.obj, obj2=b.obj)]


def clear(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A region or a holder becomes empty: "make room in the middle", "empty the bowl"."""
    if ctx.chance(0.35):
        return shifts.clear(ctx, refs)
    if ctx.chance(0.55):
        pp = region_place(ctx)
        words = pp.text.split(" the ", 1)[-1]
        if " the " not in pp.text:
            return empty_holder(ctx)
        text = ctx.say(["clear the {w}", "clear off the {w}", "free [up] the {w}", "empty the {w}",
                        "get everything out of the {w}", "make (room|space) (in|at|on) the {w}",
                        "take everything away from the {w}", "remove everything from the {w}",
                        "clear everything (off|from) the {w}", "clean off the {w}", "clear the {w} area",
                        "I need the {w} (free|empty|clear)", "move everything away from the {w}"], w=words)
        return text, [p.Clear(place=pp.place)]
    return empty_holder(ctx)


def empty_holder(ctx: Ctx) -> Clause:
    """Everything goes from in, on or around a landmark: "take everything off the plate"."""
    rel: Any = ctx.weighted({"in": 3, "on": 2, "next_to": 0.5})
    mark = noun_phrase(ctx, False, HOLDERS if rel != "next_to" else LANDMARKS, 1, 0.4, definite=True)
    text = ctx.say({
        "in": ["empty {m}", "empty {m} out", "take everything out of {m}", "clear out {m}", "remove everything from {m}",
               "get everything out of {m}", "unload {m}", "take all the things out of {m}", "make {m} empty"],
        "on": ["clear {m}", "take everything off {m}", "remove everything from the top of {m}", "clear off {m}",
               "get everything off {m}", "unload the top of {m}"],
        "next_to": ["clear the (area|space) around {m}", "make (room|space) around {m}", "move everything away from {m}"],
    }[rel], m=mark.text)
    return text, [p.Clear(place=p.Place(rel=rel, obj=mark.obj))]


def point(ctx: Ctx, refs: float = 0.0) -> Clause:
    """The hand goes above a thing or a region: "show me the blue cup"."""
    if ctx.chance(0.3):
        return shifts.point(ctx, refs)
    if ctx.chance(0.75):
        o = noun_phrase(ctx, False, LANDMARKS, 0, 0.9, refs=refs)
        text = ctx.say(["point at {o}", "point to {o}", "point next to {o}", "move close to {o}", "bring your arm near {o}", "point out {o}", "show me {o}", "move your (arm|hand|gripper) to {o}",
                        "move [your arm|the arm|your hand] (close to|over|above|next to) {o}", "hover (over|above) {o}",
                        "go to {o}", "touch {o}", "move the arm to {o}", "indicate {o}", "hold your (hand|gripper) over {o}",
                        "place your arm next to {o}", "reach (for|towards|out to) {o}", "guide the gripper to {o}",
                        "bring your (hand|arm) (over to|to) {o}", "put your (hand|arm) over {o}", "position yourself over {o}",
                        "move towards {o}", "point your (finger|gripper) at {o}"], o=o.text)
        return text, [p.Point(place=p.Place(rel="above", obj=o.obj))]
    pp = region_place(ctx)
    if " the " not in pp.text:
        return point(ctx, refs)
    words = pp.text.split(" the ", 1)[-1]
    text = ctx.say(["point at the {w}", "point to the {w}", "move your (arm|hand|gripper) to the {w}", "hover over the {w}",
                    "go to the {w}", "move the arm over the {w}", "show me the {w}", "hold your hand over the {w}"], w=words)
    return text, [p.Point(place=pp.place)]
