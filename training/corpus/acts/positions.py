"""Acts at a point in metres: a thing or the hand to x and y.

Knows: how points are said (`coordinates`). Does not know: other places (phrases/places.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import MOVABLE, noun_phrase
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_AXES = (
    "{x} {y}", "{x}, {y}", "({x}, {y})", "({x},{y})", "{x} / {y}", "[{x}, {y}]", "{x},{y}",
    "x {x} y {y}", "x={x} y={y}", "x={x}, y={y}", "x = {x}, y = {y}", "x {x}, y {y}",
    "x: {x}, y: {y}", "x of {x} and y of {y}", "x equals {x} and y equals {y}", "{x} by {y}",
    "x {x} and y {y}", "X{x} Y{y}", "x is {x}, y is {y}", "x at {x}, y at {y}", "<{x}, {y}>", "x {x} / y {y}", "({x} {y})", "{x} and {y}", "{x}; {y}",
)
_HEIGHTS = {
    ",": (", {z}", ",{z}"), ")": (",{z})", ", {z})"), "]": (", {z}]",), "x": (
        " z {z}", ", z {z}", ", z={z}", " z={z}", " and z {z}", ", z: {z}", " at a height of {z}",
        ", {z} high", ", height {z}",
    ),
}


def coordinates(ctx: Ctx, high: bool) -> tuple[str, p.Position]:
    """A point of the table in digits, in metres without a unit, or in centimetres or so with one."""
    unit = ctx.weighted({"": 6, "m": 1.5, "cm": 2, "mm": 0.7})
    scale = {"": 1.0, "m": 1.0, "cm": 100.0, "mm": 1000.0}[unit]
    digits = ctx.weighted({1: 1, 2: 4, 3: 0.7})
    values = [round(ctx.rng.uniform(0.31, 0.69), digits), round(ctx.rng.uniform(-0.34, 0.34), digits)]
    values += [round(ctx.rng.uniform(0.05, 0.40), digits)] if high else []
    said = [round(v * scale, 3) for v in values]
    frame = ctx.one(_AXES)
    if high:
        key = frame[-1] if frame[-1] in ")]" else "x" if "x" in frame.lower().split("{")[0] else ","
        frame = frame.removesuffix(key if key in ")]" else "") + ctx.one(_HEIGHTS[key])
    name = ctx.one(lx.UNIT_WORDS[unit]) if unit else ""
    each = bool(unit) and ctx.chance(0.5)
    gap = ctx.one(["", " "]) if each and name in ("cm", "mm", "m") else " "
    words = [f"{v:g}{gap}{name}" if each else f"{v:g}" for v in said]
    text = frame.format(x=words[0], y=words[1], z=words[-1])
    text += f" {name}" if unit and not each else ""
    z = said[2] if high else None
    return text, p.Position(x=said[0], y=said[1], z=z, unit=unit or "m")


_PUT = ["{v} {o} at {w}", "{v} {o} at {w}", "{v} {o} to {w}", "{v} {o} at position {w}", "{v} {o} at the point {w}", "{v} {o} at coordinates {w}", "{v} {o} at the coordinates {w}", "{v} {o} on the table at {w}", "pick up {o} and place it at {w}", "take {o} to {w}", "{o} goes to {w}",
        "{o} to {w}", "grasp {o}, then release it at {w}", "{o} shall stand at {w}", "the goal position of {o} is {w}", "{v} {o} at {w} in robot coordinates", "{v} {o} at {w} of the base frame", "{v} {o} so that its middle is at {w}", "{o} belongs at {w}"]
_PUSH = ["push {o} to {w}", "slide {o} to {w}", "push {o} over to the point {w}", "slide {o} along the table to {w}", "shove {o} to position {w}", "push {o} until it stands at {w}"]
_REACH = ["move to {w}", "go to {w}", "move your hand to {w}", "move the gripper to {w}", "bring the gripper to {w}", "send the arm to {w}", "hand to {w}", "move the end effector to {w}", "drive to {w}", "go with your hand to {w}", "position your gripper at {w}", "tool to {w}",
          "take the arm to {w}", "get the tcp to {w}", "move your fingers to {w}", "goto {w}", "the arm should go to {w}", "put your hand at {w}"]
_HOLD = ["hold {o} at {w}", "lift {o} to {w}", "pick up {o} and hold it at {w}", "bring {o} up to {w}", "take {o} and keep it at {w}", "raise {o} to {w}", "carry {o} to {w} and don't let go"]
_POINT = ["point at {w}", "show me the point {w}", "point to {w}", "indicate {w}", "where is {w}? point at it"]


def command(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A thing put, pushed or held at a point; the hand moved there."""
    kind = ctx.weighted({"put": 9, "push": 2, "reach": 4, "reach high": 4, "hold": 2, "point": 1})
    words, position = coordinates(ctx, kind in ("reach high", "hold"))
    place = p.Place(rel="xy", position=position)
    if kind.startswith("reach"):
        return ctx.say(_REACH, w=words), [p.Reach(place=place)]
    if kind == "point":
        return ctx.say(_POINT, w=words), [p.Point(place=place)]
    o = noun_phrase(ctx, False, MOVABLE, 1, 0.6, refs=refs)
    if kind == "push":
        return ctx.say(_PUSH, o=o.text, w=words), [p.Push(obj=o.obj, place=place)]
    if kind == "hold":
        return ctx.say(_HOLD, o=o.text, w=words), [p.Put(obj=o.obj, place=place)]
    return ctx.say(_PUT, v=ctx.word(lx.PUT_VERBS), o=o.text, w=words), [p.Put(obj=o.obj, place=place)]
