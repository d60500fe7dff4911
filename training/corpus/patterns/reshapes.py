"""Changing the last pattern as a whole: larger, smaller, turned, moved.

Knows: names for a pattern that stands, factors, angles, ways. Does not know: how it was made.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.places import landmark_place, length, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_NAMES = ["circle", "line", "pattern", "shape", "square", "row", "triangle", "arrangement", "formation", "ring", "grid", "figure", "column", "diagonal", "layout", "cluster"]
_FACTORS: dict[str, list[tuple[float, str]]] = {
    "bigger": [(2, "twice as big"), (2, "double the size"), (2, "twice as wide"), (2, "two times the size"), (2, "twice the size it is now"), (1.5, "one and a half times as big"), (1.5, "half again as big"), (1.5, "50% bigger"), (1.5, "1.5 times as large"), (3, "three times as big"), (3, "three times the size"), (1.2, "20% bigger"), (1.2, "a fifth bigger"), (4, "four times as big"), (2, "100 percent larger"), (2.5, "2.5 times as big")],
    "smaller": [(0.5, "half as big"), (0.5, "half the size"), (0.5, "50% smaller"), (0.5, "half as wide"), (0.5, "half the size it is now"), (0.8, "20% smaller"), (0.8, "a fifth smaller"), (0.25, "a quarter of the size"), (0.75, "25% smaller"), (0.75, "a quarter smaller"), (0.75, "three quarters of the size")],
}
_TURNS: list[tuple[str, float]] = [("a quarter turn", 90), ("a half turn", 180), ("half a turn", 180), ("an eighth of a turn", 45), ("a right angle", 90), ("a quarter of a turn", 90)]


def pattern_words(ctx: Ctx) -> str:
    """What the last pattern is called: "the circle", "the row you just made"."""
    name = ctx.word(_NAMES)
    if ctx.chance(0.5):
        return f"the {name}"
    return ctx.say(["the whole {n}", "that {n}", "the {n} you just made", "this {n}", "your {n}", "the entire {n}", "the {n} you made", "the {n} we have now", "the {n} as a whole", "the {n} you have just built", "the {n} from before", "the {n} on the table", "the {n} of blocks", "our {n}", "the whole thing", "all of the {n}", "the last {n}", "the {n} from a moment ago"], n=name)


def reshape(ctx: Ctx, refs: float = 0.0) -> Clause:
    """The last pattern becomes bigger, smaller, turned or moved: "make the circle bigger"."""
    it = pattern_words(ctx)
    action: Any = ctx.one(["bigger", "smaller", "turn", "move"])
    if action in ("bigger", "smaller"):
        return _scale(ctx, it, action)
    return _turn(ctx, it) if action == "turn" else _move(ctx, it)


def _scale(ctx: Ctx, it: str, action: Any) -> Clause:
    if ctx.chance(0.25):
        it = ctx.one(["it", "it", "the whole thing"])
    if ctx.chance(0.35):
        factor, words = ctx.one(_FACTORS[action])
        if factor == 2 and ctx.chance(0.25):
            return ctx.say(["double the size of {i}", "double {i} in size", "blow {i} up to twice its size"], i=it), [p.Reshape(action=action, factor=2)]
        if factor == 0.5 and ctx.chance(0.25):
            return ctx.say(["halve the size of {i}", "halve {i} in size", "shrink {i} to half its size", "cut the size of {i} in half"], i=it), [p.Reshape(action=action, factor=0.5)]
        text = ctx.say(["make {i} {w}", "I want {i} {w}", "{i} should be {w}", "now {i} {w}", "get {i} {w}", "scale {i} so it is {w}", "I'd like {i} to be {w}", "turn {i} into one that is {w}", "redo {i} {w}", "have {i} {w}", "{i} {w} please"], i=it, w=words)
        return text, [p.Reshape(action=action, factor=factor)]
    if action == "bigger":
        text = ctx.say(["make {i} (bigger|larger)", "enlarge {i}", "make {i} (wider|broader|roomier)", "expand {i}", "widen {i}", "stretch {i} out", "grow {i}", "scale {i} up", "blow {i} up a bit", "open {i} up", "loosen {i}", "pull {i} apart a little but keep the shape", "extend {i}", "increase the size of {i}", "{i} is too small", "{i} is too tight", "a bigger {n}" if it == "it" else "{i} should be larger", "make {i} somewhat bigger", "let {i} grow", "more space inside {i}", "make more room in {i}", "space {i} out more", "{i} could be bigger", "I want {i} to be larger", "inflate {i}", "make {i} longer"], i=it, n=ctx.one(_NAMES))
    else:
        text = ctx.say(["make {i} (smaller|tighter)", "shrink {i}", "make {i} (narrower|denser|more compact)", "tighten {i}", "contract {i}", "scale {i} down", "reduce the size of {i}", "pull {i} in", "draw {i} together but keep the shape", "compress {i}", "close {i} up a bit", "{i} is too big", "{i} is too wide", "{i} is too spread out", "{i} takes up too much room", "a smaller {n}" if it == "it" else "{i} should be smaller", "make {i} somewhat smaller", "let {i} shrink", "less space in {i}", "squeeze {i} together", "condense {i}", "{i} could be smaller", "I want {i} to be tighter", "make {i} shorter"], i=it, n=ctx.one(_NAMES))
    return text, [p.Reshape(action=action)]


def _turn(ctx: Ctx, it: str) -> Clause:
    angle: float
    if ctx.chance(0.3):
        words, angle = ctx.one(_TURNS)
    else:
        n = ctx.one([10, 15, 20, 30, 40, 45, 60, 75, 90, 90, 120, 135, 180])
        words, angle = f"{ctx.one([str(n), lx.number_words(n)])} {ctx.one(['degrees', 'degrees', 'deg'])}", float(n)
    ccw = ctx.chance(0.5)
    way = ctx.word(["counterclockwise", "anticlockwise", "to the left", "counter-clockwise", "against the clock"]) if ccw else ctx.word(["clockwise", "to the right", "with the clock", "in clockwise direction"])
    if ctx.chance(0.18):
        return ctx.say(["(rotate|turn) {i}", "give {i} a turn", "spin {i} a bit", "tilt {i}", "set {i} at an angle"], i=it), [p.Reshape(action="turn", angle_deg=45)]
    if ctx.chance(0.3):
        return ctx.say(["(rotate|turn) {i} by {a}", "(rotate|turn) {i} {a}", "give {i} {a}" if words.startswith(("a ", "half", "an ")) else "turn {i} through {a}", "spin {i} by {a}", "turn all of it, {i}, by {a}", "swivel {i} {a}"], i=it, a=words), [p.Reshape(action="turn", angle_deg=angle)]
    text = ctx.say(["(rotate|turn) {i} {a} {w}", "(rotate|turn) {i} {w} by {a}", "(spin|twist|swivel) {i} by {a} {w}", "{i} should be turned {a} {w}", "let {i} rotate {w} by {a}", "rotate everything in {i} together, {a} {w}", "turn {i} as one piece by {a} {w}", "{a} {w} with {i}", "swing {i} round {a} {w}"], i=it, a=words, w=way)
    return text, [p.Reshape(action="turn", angle_deg=angle if ccw else -angle)]


def _move(ctx: Ctx, it: str) -> Clause:
    if ctx.chance(0.6):
        direction: Any = ctx.weighted({"left": 4, "right": 4, "forward": 3, "backward": 3, "forward_left": 0.5, "forward_right": 0.5, "backward_left": 0.5, "backward_right": 0.5})
        w = ctx.word(lx.DIRECTION_WORDS[direction])
        d, distance = length(ctx)
        if ctx.chance(0.35) or d in ("much", "way", "far"):
            return ctx.say(["(move|shift|slide) {i} {w}", "(move|shift) {i} as a whole {w}", "{i} should go {w}", "bring {i} {w}", "carry all of {i} {w}", "take {i} {w}"], i=it, w=w), [p.Reshape(action="move", direction=direction)]
        text = ctx.say(["(move|shift) {i} {d} {w}", "(move|shift|slide) {i} {w} by {d}", "(move|shift) {i} as a whole {d} {w}", "{i} should go {d} {w}", "move everything in {i} {d} {w}, keeping the shape", "displace {i} {w} by {d}", "{d} {w} with {i}", "let {i} move {d} {w}", "bring {i} {d} {w}", "keep {i} as it is but {d} further {w}"], i=it, d=d, w=w)
        return text, [p.Reshape(action="move", direction=direction, distance=distance)]
    pp = region_place(ctx) if ctx.chance(0.7) else landmark_place(ctx, ctx.one(["left_of", "right_of", "in_front_of", "behind", "next_to"]), rich=0.3)
    if pp.text == "aside" or pp.place.distance is not None:
        return reshape(ctx)
    text = ctx.say(["(move|shift|put) {i} {p}", "bring {i} {p}", "(move|shift) {i} as a whole {p}", "I want {i} {p}", "{i} should be {p}", "carry {i} over {p}", "relocate {i} {p}", "keep the shape but put {i} {p}", "have {i} {p}", "transfer {i} {p}"], i=it, p=pp.text)
    return text, [p.Reshape(action="move", place=pp.place)]
