"""Places: where things shall go, and the words for it.

Knows: regions, corners, relations to landmarks, distances. Does not know: verbs.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.descriptions import (
    HOLDERS,
    LANDMARKS,
    NP,
    noun_phrase,
    pair,
    region_phrase,
)
from training.corpus.phrases.nouns import MOVABLE
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx


@dataclass(frozen=True)
class PP:
    """A prepositional phrase and the place it means."""

    text: str
    place: p.Place


#: What a put may go to, with weights.
PLACE_KINDS = {"in": 18.0, "on": 18, "spatial": 22, "region": 18, "corner_near": 5, "between": 4,
               "away": 1.5, "around": 0.8, "toward": 1.0, "origin": 1.2, "was": 1.3, "elsewhere": 1.0, "table": 0.7, "opposite": 0.35, "off_edge": 0.3,
               "part": 1.2, "matching": 6, "there": 0.7, "above": 0.3, "under": 0.3,
               "diagonal": 2.5, "joint": 1.2}


#: "put it close to the bowl" leaves the side open (turns.py asks), so no place here says so.
OPEN_SIDED = {"bowl", "box", "tray", "cup", "plate", "mug", "container", "dish", "object", "toy"}


def length(ctx: Ctx) -> tuple[str, p.Length]:
    """ "5 cm", "two inches", "a bit", "half a metre"."""
    roll = ctx.rng.random()
    if roll < 0.14:
        return ctx.word(["a little", "a bit", "a little bit", "slightly", "somewhat", "a tiny bit",
                         "a tad", "a touch", "a smidge", "just a bit", "a hair", "a small distance",
                         "a wee bit", "an inch or two", "a trifle", "a hair's breadth", "a small amount", "just a little", "ever so slightly",
                         "a teeny bit", "a fraction", "a smidgen", "a short distance", "just a touch", "just a tad", "a mite", "a tiny amount",
                         "a short way", "a whisker", "a nudge", "a tiny distance", "just slightly", "a teensy bit", "a titch"]), p.Length(unit="little")
    if roll < 0.2:
        return ctx.word(["a lot", "far", "a long way", "quite a bit", "a great deal", "much",
                         "a fair distance", "considerably", "way", "a good deal", "a good distance", "a great distance", "quite far", "very far",
                         "a fair bit", "a whole lot", "quite a way", "a good way", "a large distance", "a considerable distance", "miles"]), p.Length(unit="lot")
    if roll < 0.22:
        return ctx.word(["half as far", "half that distance", "half that", "half the distance", "half as much", "half of that", "half the previous distance", "half of that distance", "only half as far", "half the way you just went", "just half that far"]), p.Length(unit="half")
    if roll < 0.27:
        return _body_length(ctx)
    unit: Any = ctx.weighted({"cm": 10, "in": 3, "mm": 1.2, "m": 1.2})
    if unit == "m":
        if ctx.chance(0.25):
            return _half_metre(ctx)
        value: float = ctx.one([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.08, 0.12, 0.4, 0.5])
        return f"{value:g}{ctx.one([' ', ' ', ''])}{ctx.word(lx.UNIT_WORDS['m'])}", p.Length(value=value, unit="m")
    if unit == "mm":
        value = ctx.one([5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, ctx.rng.randint(3, 300)])
    elif unit == "in":
        value = ctx.one([1, 1, 2, 2, 3, 4, 5, 6, 8, 1.5, 2.5, 0.5])
    else:
        value = ctx.one([5, 10, 15, 20, 3, 8, 12, 25, 7.5, 2.5, 12.5, 3.5]) if ctx.chance(0.5) else ctx.rng.randint(1, 100 if ctx.chance(0.3) else 30)
    if value in (1,) and ctx.chance(0.6):
        word = {"cm": ctx.one(["a centimeter", "one centimetre", "a cm", "one cm"]),
                "in": ctx.one(["an inch", "one inch"])}.get(unit, "one mm")
        return word, p.Length(value=1, unit=unit)
    if value == 0.5:
        return ctx.one(["half an inch", "0.5 inches"]), p.Length(value=0.5, unit="in")
    if value == 1.5 and ctx.chance(0.5):
        return ctx.one(["an inch and a half", "one and a half inches"]), p.Length(value=1.5, unit="in")
    words = lx.number_words(int(value)) if value == int(value) and value <= 60 and ctx.chance(0.3) else f"{value:g}"
    space = "" if words[-1].isdigit() and ctx.chance(0.3) else " "
    text = f"{words}{space}{ctx.word(lx.UNIT_WORDS[unit])}"
    return (f"{ctx.one(['about', 'around', 'exactly', 'roughly', 'some', 'approximately', 'precisely', 'approx', 'circa', 'something like', 'just', 'more or less'])} {text}" if ctx.chance(0.08) else text,
            p.Length(value=value, unit=unit))


#: Lengths by feet, hands and fingers, in units that the plan language has.
_BODY: list[tuple[str, float, Any]] = [
    ("a foot", 12, "in"), ("one foot", 12, "in"), ("half a foot", 6, "in"), ("two feet", 24, "in"), ("1 foot", 12, "in"), ("2 feet", 24, "in"),
    ("a hand's width", 10, "cm"), ("a hand width", 10, "cm"), ("a hand's breadth", 10, "cm"), ("a palm's width", 10, "cm"), ("one hand width", 10, "cm"),
    ("a finger's width", 2, "cm"), ("a finger width", 2, "cm"), ("a thumb's width", 1, "in"), ("a thumb width", 1, "in"),
    ("two hand widths", 20, "cm"), ("three hand widths", 30, "cm"), ("two finger widths", 4, "cm"), ("three finger widths", 6, "cm"), ("two fingers", 4, "cm"),
    ("a couple of centimeters", 2, "cm"), ("a couple of centimetres", 2, "cm"), ("a couple of inches", 2, "in"), ("a couple of cm", 2, "cm"),
    ("a few centimeters", 3, "cm"), ("a few centimetres", 3, "cm"), ("a few cm", 3, "cm"), ("a few inches", 3, "in"), ("a dozen centimeters", 12, "cm"),
    ("half a centimeter", 5, "mm"), ("half a centimetre", 5, "mm"), ("half a decimeter", 5, "cm"), ("a decimeter", 10, "cm"), ("a decimetre", 10, "cm"),
]


def _body_length(ctx: Ctx) -> tuple[str, p.Length]:
    words, value, unit = ctx.one(_BODY)
    return words, p.Length(value=value, unit=unit)


def _half_metre(ctx: Ctx) -> tuple[str, p.Length]:
    words, value = ctx.one([("half a meter", 0.5), ("half a metre", 0.5), ("a quarter of a metre", 0.25)])
    return words, p.Length(value=value, unit="m")


def region_place(ctx: Ctx) -> PP:
    """A corner, side or the middle of the table, or aside: "in the far left corner"."""
    roll = ctx.rng.random()
    tail = ctx.one(["", "", "", "", " of the table", " of the table", " of the workspace",
                    " of the board", " of the desk", " of the tabletop", " of the work area", " of the working area", " of the work surface",
                    " of the table top", " of your workspace", " of the work space", " of the surface", " of the worktop", " of the scene", " of your table"])
    if roll < 0.40:
        region: Any = ctx.one(list(lx.CORNER_WORDS))
        words = ctx.word(lx.CORNER_WORDS[region])
        corner = ctx.one([" corner", " corner", " corner", " area", " part", " region", " section", " quarter", " bit", " quadrant", " end", " side corner", " portion", " hand corner" if words[-1] == "t" else " corner", ""])
        prep = ctx.word(["in", "to", "on", "into", "at", "onto", "over in", "towards", "over to", "somewhere in", "right in", "all the way to", "down in", "over at", "straight to", "all the way into", "deep in", "away in", "over into", "off to"])
        return PP(f"{prep} the {words}{corner}{tail}", p.Place(rel="at", region=region))
    if roll < 0.78:
        region = ctx.one(list(lx.REGION_WORDS))
        words = ctx.word(lx.REGION_WORDS[region])
        if region == "middle":
            if ctx.chance(0.1):
                words2 = ctx.one(["centrally", "dead center", "right in the middle", "smack in the middle", "in the dead centre", "bang in the middle", "smack dab in the middle", "slap bang in the middle", "right in the centre", "exactly in the center", "plumb in the middle", "right at the center", "in the very middle", "somewhere in the middle", "square in the middle"])
                return PP(words2 + tail, p.Place(rel="at", region="middle"))
            return PP(f"{ctx.word(['in', 'to', 'into', 'at', 'on', 'over to', 'right in', 'exactly in', 'somewhere in', 'towards', 'straight to', 'right at', 'onto', 'over in'])} the {words}{tail}", p.Place(rel="at", region="middle"))
        if words in ("left", "right"):
            words += ctx.one([" side", " edge"])
        prep = ctx.word(["on", "to", "at", "onto", "near", "over on", "along", "over to", "by", "close to", "over by", "right by", "up against", "all the way to", "somewhere on", "next to", "right on", "over at", "off to",
                         "somewhere along", "beside", "down by", "way over on", "towards", "close by", "out on", "right at", "all the way over to"])
        return PP(f"{prep} the {words}{tail}", p.Place(rel="at", region=region))
    if roll < 0.9:
        words = ctx.word(["in a corner", "in any corner", "into some corner", "in one of the corners",
                          "to a corner", "in a free corner", "to one of the corners", "in the corner", "into any of the corners", "to any corner", "over in a corner",
                          "into a corner", "in one corner", "in an empty corner", "to some corner", "in whichever corner you like", "into one corner",
                          "off in a corner", "to whatever corner", "in some corner", "at one of the four corners", "in any old corner", "tucked in a corner", "to the corner"])
        return PP(words + tail, p.Place(rel="at", region="corner"))
    words = ctx.word(["at the edge", "on the side", "to the edge", "to one side", "off to the side",
                      "at one of the sides", "near the edge", "on any side", "aside", "on an edge", "by the edge", "to the side", "along the edge", "at any edge", "to any side",
                      "off to one side", "over to the side", "at the side", "on some edge", "to some edge", "along one of the edges", "by the side",
                      "at the very edge", "on one of the sides", "to one of the edges", "near one of the edges", "somewhere along the edge", "to an edge"])
    return PP(words + (tail if words != "aside" else ""), p.Place(rel="at", region="side"))


def chosen_region(ctx: Ctx) -> PP:
    """ "the corner closest to the bowl", "the side farthest from the ball"."""
    what: Any = ctx.weighted({"corner": 3, "side": 2})
    near = ctx.chance(0.65)
    rel: Any = f"{what}_{'near' if near else 'far'}"
    noun = ctx.one(["side", "edge", "table edge"]) if what == "side" else "corner"
    prep = ctx.word(["in", "to", "into", "at", "on"] if what == "corner" else ["on", "to", "at", "onto"])
    if ctx.chance(0.15):
        adjective = ctx.one(["nearest", "closest", "least distant"] if near else ["farthest", "furthest", "most distant", "opposite", "remotest", "farthest away"])
        return PP(f"{prep} {ctx.one(['the', 'its'])} {adjective} {noun}", p.Place(rel=rel))
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.6)
    words = ctx.word(lx.NEAR if near else lx.FAR)
    return PP(f"{prep} the {noun} {words} {mark.text}", p.Place(rel=rel, obj=mark.obj))


def landmark_place(ctx: Ctx, rel: Any, one: tuple[str, str] | None = None, rich: float = 0.8) -> PP:
    """In a relation to a thing: "behind the bowl"; one: kind and noun that "one" may stand for."""
    kinds = HOLDERS if rel in ("in", "on") else LANDMARKS
    if rel == "on":
        kinds = kinds | {"block": 45.0, "stack": 2, "can": 4}
    if rel == "in" and ctx.chance(0.06):
        kinds = {"zone": 1.0}
    mark = noun_phrase(ctx, False, kinds, 1, rich, one=one if ctx.chance(0.4) else None, refs=0.03)
    distance = None
    words = ctx.word(lx.REL_WORDS[rel])
    if rel == "next_to" and mark.obj.kind not in OPEN_SIDED and not mark.obj.ref and not mark.obj.noun and ctx.chance(0.09):
        words = "close to"
    to = {"bowl": "in", "box": "in", "tray": "in", "cup": "in", "container": "in", "plate": "on", "zone": "on"}.get(mark.obj.kind, "next_to")
    if rel == to and not mark.obj.ref and ctx.chance(0.1):
        words = ctx.one(["to", "over to"])
    if rel == "next_to" and ctx.chance(0.08):
        words = ctx.one(["as close as possible to", "very close to", "touching", "as near as you can to", "as close as you can to", "as near as possible to", "right up against", "so that it touches", "in contact with", "so it is right beside", "to where it is next to", "snug against", "so close that it touches", "directly adjacent to", "really close to", "just about touching"])
    if rel not in ("in", "on", "next_to", "under") and ctx.chance(0.14):
        text, distance = length(ctx)
        if distance.unit == "half":
            distance = None
        else:
            words = f"{text} {words}"
    part: Any = None
    if rel in ("on", "in") and ctx.chance(0.02):
        part = ctx.one(["left", "right", "front", "back", "middle"])
        side = lx.REGION_WORDS[part][0] if part == "middle" else f"{part} side"
        return PP(f"{ctx.one(['on', 'onto'] if rel == 'on' else ['in', 'into'])} the {side} of {mark.text}",
                  p.Place(rel=rel, obj=mark.obj, part=part))
    return PP(f"{words} {mark.text}", p.Place(rel=rel, obj=mark.obj, distance=distance))


def joint_place(ctx: Ctx) -> PP:
    """Two or three landmarks of one kind at once: "on the red and blue blocks"."""
    rel: Any = ctx.weighted({"on": 6, "next_to": 1, "left_of": 0.5, "right_of": 0.5, "behind": 0.5, "in_front_of": 0.5})
    kind: Any = ctx.weighted({"block": 8, "cup": 1, "can": 1, "box": 1, "plate": 1})
    colors: Any = tuple(ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 5, 3: 1})))
    words = [ctx.word(lx.COLOR_WORDS[c]) for c in colors]
    text = ", ".join(words[:-1]) + f" and {words[-1]} {lx.plural(ctx.word(lx.KIND_WORDS[kind]))}"
    return PP(f"{ctx.word(lx.REL_WORDS[rel])} the {text}", p.Place(rel=rel, obj=p.Obj(quant="all", colors=colors, kind=kind)))


def between_place(ctx: Ctx) -> PP:
    """ "halfway between the cup and the can"."""
    a, b, text = pair(ctx, 1)
    words = ctx.word(["between", "in between", "halfway between", "midway between",
                      "right in the middle between", "in the middle of", "somewhere between", "smack between", "exactly between", "right between",
                      "in the space between", "into the gap between", "in the gap between", "at the midpoint between", "at the midpoint of", "centered between",
                      "centred between", "equally far from", "in the centre between", "betwixt", "sandwiched between", "at the halfway point between",
                      "right in between", "into the space between", "at equal distance from", "half way between", "directly between", "dead centre between"])
    return PP(f"{words} {text}", p.Place(rel="between", obj=a, obj2=b))


def away_place(ctx: Ctx, rel: Any = None) -> PP:
    """Away from a thing or the rest, or as far as possible: rel says which."""
    rel = rel or ctx.weighted({"away_from": 2, "far_from": 2})
    roll = ctx.rng.random()
    if roll < 0.25:
        words = ctx.word(["the others", "the rest", "everything else", "the other objects", "the group",
                          "the clump", "the other ones", "the rest of them", "the rest of the objects", "all the other things", "the remaining objects", "anything else", "all other objects", "the rest of the group", "the others around it", "the bunch", "the other things", "all the others", "the crowd", "the cluster"])
        mark = NP(words, p.Obj(quant="rest"), True)
    else:
        mark = noun_phrase(ctx, ctx.chance(0.15), LANDMARKS, 1, 0.4, definite=True)
    words = ctx.word(["away from", "off", "further away from", "apart from", "farther from", "so that it is no longer near", "where it is not near", "out of reach of", "further from", "farther away from", "a bit further from", "clear of", "out of the way of",
                     "to where it is no longer near", "so it is no longer next to", "more distant from", "off and away from", "at a remove from"]
                     if rel == "away_from" else
                     ["far away from", "far from", "as far as possible from", "a long way from",
                      "well away from", "at a distance from", "as far away as you can from", "as far as you can from", "as far away as possible from", "really far from",
                      "very far away from", "miles away from", "quite far from", "remote from", "nowhere near", "at a good distance from", "at the greatest possible distance from",
                      "somewhere far from", "distant from", "at the maximum distance from", "way away from"])
    return PP(f"{words} {mark.text}", p.Place(rel=rel, obj=mark.obj))


def toward_place(ctx: Ctx) -> PP:
    """ "closer to the box", some by a distance."""
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.5)
    words = ctx.word(["towards", "toward", "closer to", "nearer to", "in the direction of", "up closer to", "in direction of", "more towards", "up nearer to", "further towards"])
    if ctx.chance(0.2):
        text, distance = length(ctx)
        if distance.unit != "half":
            return PP(f"{text} {words} {mark.text}", p.Place(rel="toward", obj=mark.obj, distance=distance))
    return PP(f"{words} {mark.text}", p.Place(rel="toward", obj=mark.obj))


def matching_place(ctx: Ctx, many: bool) -> PP:
    """A landmark that matches each thing: "in the bowl of the same colour"."""
    rel: Any = ctx.weighted({"in": 5, "on": 3, "next_to": 1})
    compare: Any = ctx.weighted({"same_color": 9, "different_color": 2, "same_size": 1})
    kind = ctx.weighted({"bowl": 6, "box": 2, "plate": 3, "zone": 3, "cup": 1, "tray": 1} if rel != "next_to"
                        else LANDMARKS)
    noun = ctx.word(lx.KIND_WORDS[kind])
    nouns = lx.plural(noun)
    one, several = {
        "same_color": (
            ["the (matching|corresponding|same-colored) {n}", "the {n} of the same (color|colour)",
             "the {n} with the (same|matching) (color|colour)", "the {n} that matches [its color|in color]",
             "a {n} of the same (color|colour)", "the same colored {n}", "the {n} in its [own] (color|colour)",
             "its matching {n}", "a {n} matching its (color|colour)", "the {n} that has the same (color|colour)", "the {n} that has the same (color|colour) as it", "the {n} with the same (color|colour) as itself", "the {n} of its own (color|colour)", "the {n} that it matches in (color|colour)", "the {n} whose (color|colour) it has",
             "its (color|colour)-matching {n}", "the {n} in the same (color|colour)", "the {n} (colored|coloured) the same", "the {n} that shares its (color|colour)",
             "the like-(colored|coloured) {n}", "the {n} that goes with its (color|colour)", "whichever {n} has the same (color|colour)", "whichever {n} matches [its (color|colour)]",
             "the {n} that is the same (color|colour)", "the equally (colored|coloured) {n}", "the identically (colored|coloured) {n}", "a {n} with its (color|colour)",
             "the {n} having the same (color|colour)", "the {n} with a matching (color|colour)", "the similarly (colored|coloured) {n}", "its own (color|colour) {n}",
             "the {n} which has its (color|colour)", "the {n} whose (color|colour) is the same", "its same-(color|colour) {n}", "the {n} that suits its (color|colour)",
             "the correct {n} by (color|colour)", "the right {n} by (color|colour)", "the {n} agreeing with it in (color|colour)", "the {n} of equal (color|colour)"],
            ["the {m} with matching (colors|colours)", "{m} of the same (color|colour)", "the matching {m}",
             "(|the )(corresponding|same-colored|same-coloured) {m}", "the {m} of matching (color|colour)",
             "{m} that match their (color|colour)", "the {m} that match [in (color|colour)]",
             "the {m} with the (same|corresponding) (color|colour)", "their matching {m}",
             "{m} with matching (colors|colours)", "their respective {m} by (color|colour)",
             "the {m} with the same (color|colour) as them", "the {m} of their (color|colour)", "{m} in their own (color|colour)",
             "the like-(colored|coloured) {m}", "(color|colour)-matched {m}", "the {m} that share their (color|colour)", "the {m} in the same (color|colour)",
             "(color|colour)-matching {m}", "their own (color|colour) {m}", "the {m} of their own (color|colour)", "{m} having the same (color|colour)",
             "the equally (colored|coloured) {m}", "the {m} they match in (color|colour)", "the {m} whose (color|colour) they share", "the {m} which match them in (color|colour)",
             "the identically (colored|coloured) {m}", "the {m} according to (color|colour)", "the right {m} by (color|colour)", "the {m} with their (color|colour)",
             "the correctly (colored|coloured) {m}", "{m} that have their (color|colour)"],
        ),
        "different_color": (
            ["a {n} of a different (color|colour)", "a {n} with a different (color|colour)",
             "a differently (colored|coloured) {n}", "a non-matching {n}", "a mismatched {n}",
             "a {n} that does not match [its color|in color]", "a {n} of another (color|colour)", "a {n} in another (color|colour)", "a {n} in a different (color|colour)",
             "a {n} whose (color|colour) differs", "a {n} with another (color|colour)", "a {n} that doesn't match [its (color|colour)|in (color|colour)]", "any {n} that doesn't match [it]",
             "a {n} (colored|coloured) differently", "some {n} of a different (color|colour)", "a {n} that is not its (color|colour)", "any {n} but the one of its (color|colour)",
             "a {n} of a (color|colour) different from its own", "a {n} of a (color|colour) other than its own", "a {n} not of the same (color|colour)", "a {n} not matching its (color|colour)",
             "a {n} with a (color|colour) unlike its own", "a {n} that isn't the same (color|colour)", "an unmatching {n}", "some {n} that isn't its (color|colour)", "a {n} with a (color|colour) that is not its own"],
            ["{m} of (a different color|different colours|different colors)", "mismatched {m}",
             "{m} with different (colors|colours)", "{m} that don't match [in (color|colour)]",
             "differently (colored|coloured) {m}", "non-matching {m}", "the {m} with mismatched (colors|colours)", "{m} of another (color|colour)", "{m} that do not match", "{m} not of their (color|colour)",
             "{m} of a different (color|colour) [than their own]", "{m} of other (colors|colours) than their own", "{m} whose (color|colour) differs from theirs", "{m} that don't share their (color|colour)",
             "{m} in other (colors|colours)", "{m} that aren't their (color|colour)", "{m} of (colors|colours) other than their own", "the {m} which don't match them [in (color|colour)]", "the wrong-(colored|coloured) {m}", "{m} in a different (color|colour)"],
        ),
        "same_size": (
            ["a {n} of the same size", "the {n} that is just as big", "the {n} of equal size", "the {n} that is the same size", "the {n} with the same size", "the {n} of its own size", "the {n} matching its size", "the {n} that is as big as it", "the equally (big|large) {n}", "the {n} that matches it in size", "a {n} as large as itself", "the size-matched {n}"],
            ["{m} of the same size", "the {m} of equal size", "{m} that match in size", "the {m} of matching size", "{m} that are as big as they are", "the equally (big|large) {m}", "the {m} matching their size", "{m} of their own size", "the {m} with the same size as them"],
        ),
    }[compare]
    words = ctx.say(several if many and ctx.chance(0.65) else one, n=noun, m=nouns)
    prep = ctx.word(lx.REL_WORDS[rel])
    if (kind in ("zone", "tray", "plate") and rel == "on" and ctx.chance(0.4)) or (kind in ("bowl", "box") and rel == "in" and ctx.chance(0.15)):
        prep = ctx.one(["to", "over to"])
    landmark = p.Obj(quant="a", kind=kind, where=(p.Relation(rel=compare, obj=p.Obj(ref="this")),))
    return PP(f"{prep} {words}", p.Place(rel=rel, obj=landmark))


def fixed_place(ctx: Ctx, rel: Any) -> PP:
    """Places that need no landmark: rel is "origin", "elsewhere", "table" ..."""
    words = {
        "origin": ["back where it was", "back", "back to where it was", "back to its original place",
                   "back in its old spot", "back to where you found it", "where it came from",
                   "back to its starting position", "where it was before", "to its original position", "back to where it came from", "back in its original spot", "back where it came from",
                   "to where it was at first", "back to where it stood", "back to its old place", "back to its former place", "to its old spot", "where it used to be", "back where you got it",
                   "back where you took it from", "to the spot it came from", "in its original place", "back to its initial position", "to its former position", "back to the spot it was in"],
        "elsewhere": ["somewhere else", "elsewhere", "to a different spot", "some place else",
                      "out of the way", "somewhere free", "to an empty spot", "in a free spot",
                      "wherever there is room", "on a free spot on the table", "anywhere", "somewhere", "anywhere you like", "on an empty area", "anywhere else", "someplace else", "in another place", "to another place", "to another spot",
                      "in a different place", "wherever you like", "wherever you want", "wherever there's space", "anywhere there is room", "on a clear spot", "in some free place", "to a free area",
                      "on some empty spot", "at a different location", "to some other place", "some other place", "in a vacant spot", "to an unoccupied spot", "in an unoccupied place", "wherever it fits", "to a new location", "in some other spot"],
        "table": ["on the table", "on the table", "down on the table", "onto the table", "on the tabletop", "on the table itself", "back on the table", "on the bare table", "onto the tabletop",
                  "on the desk", "directly on the table", "straight on the table", "on the table top", "on the work surface", "on the surface of the table", "on the worktop"],
        "opposite": ["on the other side", "to the other side", "on the opposite side", "on the other side of the table", "to the opposite side of the table", "across the table", "over to the other side",
                     "on the far side from where it is now", "to the other side of the table"],
        "off_edge": ["away from the edge", "further in from the edge", "away from the edge of the table", "farther from the edge", "back from the edge", "a safe distance from the edge", "in from the edge",
                     "where it can't fall off", "away from the border of the table"],
        "there": ["there", "in the same place", "to the same spot", "in that spot", "to the same place",
                  "to that place", "right there", "in the very same spot", "there too", "in that same place", "over there", "to that very spot", "to that spot", "in that place", "at the same place", "at that spot", "at the very same place", "there as well", "exactly there", "to the exact same place", "at the same spot"],
    }[rel]
    return PP(ctx.word(words), p.Place(rel=rel))


def where_it_was(ctx: Ctx, one: tuple[str, str] | None = None) -> PP:
    """The place that something else had before it was moved."""
    mark = noun_phrase(ctx, False, MOVABLE, 1, 0.4, one=one if ctx.chance(0.4) else None, definite=True)
    words = ["where {o} was", "where {o} was", "where {o} used to be", "where {o} was before", "to where {o} was", "in the spot where {o} was", "where {o} had been", "where {o} stood before", "to the spot you took {o} from", "where you took {o} from", "in the old place of {o}", "in the former spot of {o}", "on the spot {o} came from",
             "to where {o} used to be", "where {o} was standing before", "to the old spot of {o}", "at the place where {o} was", "where {o} was earlier", "in the place {o} had", "where you got {o} from", "where {o} was before you moved it", "where {o} was at first", "to the place that {o} came from"]
    return PP(ctx.say(words, o=mark.text), p.Place(rel="origin", obj=mark.obj))


def place(ctx: Ctx, one: tuple[str, str] | None = None, many: bool = False, rich: float = 0.8) -> PP:
    """A random place. one: an earlier noun for "the blue one"; many: several things go there."""
    which = ctx.weighted(PLACE_KINDS)
    if which == "matching":
        return matching_place(ctx, many)
    if which == "joint":
        return joint_place(ctx)
    if which == "region":
        return region_place(ctx)
    if which == "corner_near":
        return chosen_region(ctx)
    if which == "between":
        return between_place(ctx)
    if which == "away":
        return away_place(ctx)
    if which == "toward":
        return toward_place(ctx)
    if which in ("origin", "elsewhere", "there", "table", "opposite", "off_edge"):
        return fixed_place(ctx, which)
    if which == "was":
        return fixed_place(ctx, "origin") if many else where_it_was(ctx, one)
    if which == "around":
        mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.4)
        return PP(f"{ctx.one(['around', 'all around', 'round', 'surrounding', 'encircling', 'all the way around', 'on all sides of', 'right around'])} {mark.text}", p.Place(rel="around", obj=mark.obj))
    if which == "spatial":
        rel: Any = ctx.weighted({"left_of": 8, "right_of": 8, "in_front_of": 6, "behind": 7, "next_to": 8})
        return landmark_place(ctx, rel, one, rich)
    if which == "diagonal":
        rel = ctx.one(["front_left_of", "front_right_of", "back_left_of", "back_right_of"])
        return landmark_place(ctx, rel, one, rich)
    if which == "above":
        mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.4)
        return PP(f"{ctx.one(['high above', 'in the air above', 'over the top above'])} {mark.text}",
                  p.Place(rel="above", obj=mark.obj))
    if which == "part":
        which = "on"
    return landmark_place(ctx, which, one, rich)


__all__ = ["PP", "between_place", "fixed_place", "landmark_place", "length", "matching_place", "place",
           "region_phrase", "region_place"]
