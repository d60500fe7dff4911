"""Turns that lean on the turn before: open commands that make the robot ask, answers to it,
corrections, the same with something else, names.

Knows: what people leave open and how they answer. Does not know: earlier turns (references are
late-bound), save the robot's own pending question.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import (
    LANDMARKS,
    MOVABLE,
    NP,
    color_word,
    noun_phrase,
    pick_color,
    relation_phrase,
)
from training.corpus.phrases.places import PP, landmark_place, length, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns

Turn = tuple[str, str, list[Any]]

#: What "close to" leaves open: on which side of such a thing.
_ROUND = {"bowl": 12.0, "plate": 4, "box": 3, "container": 2, "tray": 2, "cup": 2, "dish": 1}
_VERBS = ["put", "place", "set", "position", "leave", "lay", "bring"]
IT = p.Obj(ref="it")


def plain(ctx: Ctx, kinds: dict[str, float] | None = None, plural: bool = False) -> NP:
    """A short definite description: "the red block"."""
    return noun_phrase(ctx, plural, kinds or MOVABLE, 2, 0.25, definite=True, need=ctx.chance(0.8))


def where_to(ctx: Ctx) -> PP:
    """A short place: a part of the table, or beside, in, on a thing."""
    if ctx.chance(0.4):
        return region_place(ctx)
    rel: Any = ctx.weighted({"in": 6, "on": 5, "left_of": 1.5, "right_of": 1.5, "behind": 1, "in_front_of": 1, "next_to": 1.5})
    return landmark_place(ctx, rel, rich=0.2)


def holder(ctx: Ctx) -> NP:
    """A bowl, plate or the like, told by our own words."""
    for _ in range(8):
        np = plain(ctx, _ROUND)
        if np.obj.noun is None:
            break
    return np


# --- commands that leave something open ---------------------------------------------------------


def close_to(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put the red block close to the bowl": on which side of it?"""
    o, mark = plain(ctx), holder(ctx)
    text = ctx.say([
        "{v} {o} close to {m}", "{v} {o} close to {m}", "{v} {o} somewhere close to {m}", "I want {o} close to {m}", "close to {m}, {v} {o}", "{o} should be close to {m}", "get {o} and {v} it close to {m}",
        "pick up {o} and {v} it close to {m}", "I'd like {o} to be close to {m}", "{v} {o} down close to {m}", "have {o} close to {m}", "{o} goes close to {m}", "take {o} and {v} it close to {m}", "{v} {o} so that it is close to {m}",
        "make sure {o} is close to {m}", "{o} close to {m}", "could {o} be close to {m}"], v=ctx.word(_VERBS), o=o.text, m=mark.text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="next_to", obj=mark.obj)), p.Ask(about="direction", obj=mark.obj)]


def beside_it(ctx: Ctx, refs: float = 0.0) -> Clause:
    """The contrast: near, beside, next to act at once."""
    o, mark = plain(ctx), holder(ctx)
    near = ctx.word(["next to", "beside", "near", "right next to", "by", "alongside", "adjacent to", "at the side of"])
    return ctx.say(["{v} {o} {n} {m}", "I want {o} {n} {m}", "{o} should be {n} {m}", "get {o} and {v} it {n} {m}", "{o} goes {n} {m}", "{o} {n} {m}"],
                   v=ctx.word(_VERBS), o=o.text, n=near, m=mark.text), [p.Put(obj=o.obj, place=p.Place(rel="next_to", obj=mark.obj))]


_OPEN_SIDE = [
    "{v} {o} to one side of {m}", "{v} {o} on a side of {m}, ask me which", "{v} {o} on one side of {m}", "{v} {o} at some side of {m}, I'll tell you which one", "{v} {o} beside {m}, but ask me on which side",
    "{v} {o} next to {m} on the side I tell you", "{v} {o} to the side of {m} that I choose", "ask me on which side of {m} to {v} {o}",
]
_OPEN_WAY = [
    "move {o} in some direction", "move {o}, I'll tell you which way", "shift {o} in a direction of my choice", "ask me which way to move {o}", "move {o} in the direction I'm going to tell you", "shift {o} one way or the other",
    "move {o} to one side", "move {o}, but ask me in which direction", "push {o} in the direction I tell you", "push {o}, ask me which way", "push {o} to some side", "nudge {o} in a direction that I tell you",
]
_OPEN_FAR = [
    "move {o} {w} by some distance, ask me how far", "move {o} {w} as far as I tell you", "shift {o} {w} by a certain distance", "shift {o} {w} by so many centimetres", "ask me how far to move {o} {w}", "move {o} {w}, I'll tell you how far",
    "move {o} a certain amount {w}", "{w}, move {o} by a distance that I tell you", "move {o} {w} by x centimetres", "shift {o} {w} by the distance I say", "move {o} {w} but ask for the distance first", "move {o} {w} by an amount I'm going to tell you",
    "I want {o} moved {w}, ask me by how much", "move {o} this far {w}", "shift {o} {w} by that much",
]


def open_command(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Commands that say themselves that a side, a direction or a distance is still to come."""
    o, roll = plain(ctx), ctx.rng.random()
    if ctx.chance(0.12):
        o = NP("it", IT)
    if roll < 0.3:
        mark = plain(ctx, LANDMARKS)
        text = ctx.say(_OPEN_SIDE, v=ctx.word(_VERBS), o=o.text, m=mark.text)
        return text, [p.Put(obj=o.obj, place=p.Place(rel="next_to", obj=mark.obj)), p.Ask(about="direction", obj=mark.obj)]
    if roll < 0.55:
        text = ctx.say(_OPEN_WAY, o=o.text)
        return text, [p.Ask(about="direction", obj=o.obj)]
    direction: Any = ctx.weighted({"left": 4, "right": 4, "forward": 2, "backward": 2, "up": 0.5})
    way = {"left": "to the left", "right": "to the right", "forward": "forward", "backward": "backwards", "up": "up"}[direction]
    text = ctx.say(_OPEN_FAR, o=o.text, w=way)
    return text, [p.Move(obj=o.obj, direction=direction), p.Ask(about="how_far", obj=o.obj)]


# --- answers ------------------------------------------------------------------------------------

_SIDE_WORDS: dict[str, list[str]] = {
    "left_of": ["on the left", "left", "to the left of it", "the left side", "left of it", "on its left", "on its left side", "to its left", "left side", "on the left-hand side", "at the left", "leftwards", "to the left"],
    "right_of": ["on the right", "right", "to the right of it", "the right side", "right of it", "on its right", "on its right side", "to its right", "right side", "on the right-hand side", "at the right", "rightwards", "to the right"],
    "in_front_of": ["in front of it", "in front", "the front side", "before it", "on my side", "on the near side", "the side facing me", "at the front", "front", "towards me", "this side", "on this side of it"],
    "behind": ["behind it", "behind", "at the back", "the back side", "on the far side", "on the other side of it", "in back of it", "back", "away from me", "the rear", "the far side", "beyond it"],
    "front_left_of": ["front left", "in front to the left", "the front left side", "left and in front", "diagonally in front on the left"],
    "front_right_of": ["front right", "in front to the right", "the front right side", "right and in front", "diagonally in front on the right"],
    "back_left_of": ["back left", "behind it to the left", "the back left side", "left and behind"],
    "back_right_of": ["back right", "behind it to the right", "the back right side", "right and behind"],
    "next_to": ["any side", "any side is fine", "doesn't matter", "I don't care", "whichever side", "either side", "any", "you choose", "whatever side you like", "it doesn't matter which side", "no preference", "anywhere beside it",
                "wherever there is room", "all the same to me", "any side will do", "you decide", "pick one", "whichever is easier", "on any side"],
}
_POLITE = ["{a}", "{a}", "{a} please", "{a}, please", "I'd say {a}", "let's say {a}", "hmm, {a}", "put it {a}", "make it {a}", "{a} would be good", "{a}, thanks", "um {a}", "well, {a}", "I think {a}", "how about {a}",
           "{a} I guess", "oh, {a}", "{a} is best", "{a} of course", "sorry, {a}", "I want it {a}", "preferably {a}", "{a} if possible"]


def _side(ctx: Ctx) -> Turn:
    question = ctx.one(["On which side?", "On which side?", "On which side?", "On which side of it?", "Which side do you mean?", "In which direction?", "Which way?", "Which way shall I move it?", "On which side of the bowl shall I put it?"])
    rel: Any = ctx.weighted({"left_of": 5, "right_of": 5, "in_front_of": 5, "behind": 5, "next_to": 4, "front_left_of": 0.7, "front_right_of": 0.7, "back_left_of": 0.7, "back_right_of": 0.7})
    words, distance = ctx.word(_SIDE_WORDS[rel]), None
    if rel != "next_to":
        if ctx.chance(0.12) and rel in ("left_of", "right_of"):
            d, distance = length(ctx)
            if distance.unit not in ("cm", "mm", "in"):
                return _side(ctx)
            words = f"{d} to the {rel.split('_')[0]}"
        words = ctx.say(_POLITE, a=words)
    return question, words, [p.Choose(place=p.Place(rel=rel, obj=IT, distance=distance))]


def _far(ctx: Ctx) -> Turn:
    question = ctx.one(["How far?", "How far?", "How far?", "How far shall I move it?", "By how much?", "How many centimetres?", "What distance?", "How far should it go?"])
    if ctx.chance(0.15):
        words, unit = ctx.one([("not far", "little"), ("just a little", "little"), ("a bit", "little"), ("only slightly", "little"), ("a small step", "little"), ("a tiny bit", "little"), ("quite far", "lot"),
                               ("as far as you can", "lot"), ("a long way", "lot"), ("a lot", "lot"), ("very far", "lot"), ("a good bit", "lot"), ("not much", "little")])
        distance = p.Length(unit=unit)
    else:
        words, distance = length(ctx)
        if distance.unit == "half" or words in ("way", "much"):
            return _far(ctx)
    text = ctx.say(["{d}", "{d}", "{d} please", "by {d}", "about {d}" if words[0].isdigit() else "{d}", "let's say {d}", "make it {d}", "{d} should do", "I'd say {d}", "hmm, {d}", "{d} is enough", "try {d}", "{d}, thanks", "maybe {d}", "{d} will do", "move it {d}", "oh, {d}"], d=words)
    return question, text, [p.Choose(place=p.Place(rel="there", distance=distance))]


_KEYS: dict[str, list[str]] = {
    "left": ["left", "leftmost", "left-hand"], "right": ["right", "rightmost", "right-hand"], "front": ["front", "closest to me", "nearer"], "back": ["back", "rear", "far"], "middle": ["middle", "center", "central"],
    "largest": ["bigger", "biggest", "larger", "largest"], "smallest": ["smaller", "smallest", "littlest"], "tallest": ["taller", "tallest"], "shortest": ["shorter", "shortest"],
    "top": ["top", "uppermost", "highest"], "bottom": ["bottom", "lowest"], "darkest": ["darker", "darkest"], "lightest": ["lighter", "lightest", "paler"],
}


def one_of(ctx: Ctx) -> NP:
    """ "the left one", "the bigger one", "the one near the bowl", "the small one"."""
    roll = ctx.rng.random()
    if roll < 0.45:
        key: Any = ctx.one(list(_KEYS))
        word = ctx.one(_KEYS[key])
        text = "the one closest to me" if word == "closest to me" else f"the {word} one"
        if key in ("left", "right", "back", "front") and ctx.chance(0.4):
            text = ctx.one([f"the one on the {key}", f"the one at the {key}", f"the one to the {key}"] if key in ("left", "right") else [f"the one at the {key}", f"the one in the {key}"])
        return NP(text, p.Obj(order=p.Order(key=key)))
    if roll < 0.75:
        for _ in range(20):
            text, rel = relation_phrase(ctx, 2)
            if not text.startswith(("whose", "like", "shaped")):
                break
        return NP(f"the one {text}", p.Obj(where=(rel,)))
    if roll < 0.85:
        size: Any = ctx.one(["small", "large", "small", "large", "medium"])
        return NP(f"the {ctx.word(lx.SIZE_WORDS[size])} one", p.Obj(size=size))
    color: Any = pick_color(ctx)
    return NP(f"the {color_word(ctx, color)} one", p.Obj(colors=(color,)))


_ANSWERS = ["{o}", "{o} please", "I mean {o}", "{o}, please", "take {o}", "I meant {o}", "{o} of course", "the answer is {o}", "it's {o}", "use {o}", "{o} I think", "hmm, {o}", "let's take {o}", "I was thinking of {o}", "obviously {o}",
            "{o}, thanks", "well, {o}", "oh, {o}", "just {o}", "go for {o}", "um {o}", "I'd go with {o}", "{o} is the one", "{o} I mean", "sorry, {o}", "no, {o}", "{o} will do", "{o} is what I meant"]


def _which(ctx: Ctx) -> Turn:
    kind: Any = ctx.weighted(LANDMARKS)
    noun = lx.KIND_WORDS[kind][0]
    color: Any = pick_color(ctx)
    name = f"{color} {noun}" if ctx.chance(0.6) else noun
    sides = ctx.rng.sample(["on the left", "on the right", "in the middle", "in the bowl", "on the table", "at the back", "in front"], 3)[: ctx.one([2, 2, 3])]
    listed = ", ".join(f"the {name} {s}" for s in sides[:-1]) + f" or the {name} {sides[-1]}"
    question = ctx.one([f"Which {name} do you mean: {listed}?", f"Which {name} do you mean: {listed}?", f"Which one do you mean: {listed}?", f"Which {name} do you mean?", f"Which of the two {lx.plural(name)}: {listed}?"])
    o = one_of(ctx)
    if ctx.chance(0.15) and o.text.endswith(" one"):
        return question, ctx.say(_ANSWERS[:8], o=o.text.removesuffix(" one").removeprefix("the ") + ctx.one(["", " one"])), [p.Choose(obj=o.obj)]
    return question, ctx.say(_ANSWERS, o=o.text), [p.Choose(obj=o.obj)]


_ANY = ["any of them is fine", "whichever you like", "it makes no difference", "I don't mind", "one of them, I don't care which", "choose yourself", "either is fine", "the one that's easiest for you", "just grab one", "you pick", "whatever is easiest", "doesn't matter which"]
_ALL = ["both of them", "both please", "take both", "I mean both", "the two of them", "both, actually"]
_EACH = ["all of them", "every one of them", "all of them please", "take all of them", "I mean all of them", "each of them"]
_NONE = ["neither", "none of those", "neither of them", "never mind", "forget it", "neither, leave it", "no, leave it", "none", "never mind then", "drop it", "oh, forget it", "neither one", "none of these", "let's forget about that", "leave it be", "don't bother then", "scrap that idea"]


def _which_other(ctx: Ctx) -> Turn:
    question = _which(ctx)[0]
    roll = ctx.rng.random()
    if roll < 0.35:
        return question, ctx.word(_ANY), [p.Choose(obj=p.Obj(quant="a"))]
    if roll < 0.5:
        return question, ctx.word(_ALL), [p.Choose(obj=p.Obj(quant="both"))]
    if roll < 0.65:
        return question, ctx.word(_EACH), [p.Choose(obj=p.Obj(quant="all"))]
    return question, ctx.word(_NONE), [p.No()]


def _what(ctx: Ctx) -> Turn:
    """ "What shall I do with the red block?" — a place, or a command about it."""
    o, pp = plain(ctx), where_to(ctx)
    plain_words = "".join(ch for ch in o.text if not 0xE000 <= ord(ch) < 0xE040)
    question = f"What shall I do with {plain_words}?"
    if ctx.chance(0.25):
        return question, ctx.word(["pick it up", "lift it", "grab it", "take it", "hold it", "pick that up", "just pick it up please"]), [p.Pick(obj=IT)]
    if ctx.chance(0.15):
        return question, ctx.word(_NONE), [p.No()]
    if ctx.chance(0.35):
        return question, ctx.say(["{p}", "{p} please", "just {p}", "{p} with it", "hmm, {p}", "it goes {p}" if False else "{p}, thanks"], p=pp.text), [p.Choose(place=pp.place)]
    text = ctx.say(["{v} it {p}", "{v} it {p} please", "just {v} it {p}", "I want you to {v} it {p}", "{v} that {p}", "please {v} it {p}", "well, {v} it {p}"], v=ctx.word(lx.PUT_VERBS[:8]), p=pp.text)
    return question, text, [p.Put(obj=IT, place=pp.place)]


def _where(ctx: Ctx) -> Turn:
    pp = where_to(ctx)
    question = ctx.one(["Where shall I put it?", "Where shall I put it?", "Where to?", "Which place do you mean?", "Where shall I put the red block?"])
    if ctx.chance(0.12):
        return question, ctx.word(_NONE), [p.No()]
    if ctx.chance(0.12):
        return question, ctx.word(["anywhere", "wherever you like", "somewhere free", "I don't care where", "anywhere is fine", "any free spot", "wherever there is space", "you choose the place", "doesn't matter where"]), [p.Choose(place=p.Place(rel="elsewhere"))]
    return question, ctx.say(["{p}", "{p} please", "{p} I think", "let's put it {p}", "it should go {p}", "hmm, {p}", "oh, {p}", "I'd like it {p}", "{p}, thanks", "it belongs {p}", "how about {p}", "{p} is fine", "well, {p}", "I was thinking {p}", "sorry, I meant {p}"], p=pp.text), [p.Choose(place=pp.place)]


def _confirm(ctx: Ctx) -> Turn:
    a = plain(ctx)
    name = "".join(ch for ch in a.text if not 0xE000 <= ord(ch) < 0xE040)
    thing = ctx.one(["a giraffe", "a wrench", "a gizmo", "a marble", "a pencil", "a carrot", "a widget", "an apple"])
    question = ctx.one([f"I don't know what {thing} is. Do you mean {name}?", f"Do you mean {name}?", f"Is it {name} that you mean?"])
    roll = ctx.rng.random()
    if roll < 0.4:
        return question, ctx.word(["yes", "yes, that one", "exactly", "right", "that's the one", "yes I do", "I do", "yep, that's it", "correct", "sure", "yes, take it", "indeed", "you're right", "that's what I mean", "quite so", "yes exactly", "ok yes"]), [p.Yes()]
    if roll < 0.65:
        return question, ctx.word(["no", "no, I don't", "not that", "no, leave it", "no, never mind", "nope", "no, forget it", "not at all", "no that's wrong", "no, that isn't it"]), [p.No()]
    o = one_of(ctx) if ctx.chance(0.5) else plain(ctx)
    return question, ctx.say(["no, {o}", "no, I mean {o}", "{o}", "no, take {o}", "not that, {o}", "no, I meant {o}", "rather {o}"], o=o.text), [p.Choose(obj=o.obj)]


def answer(ctx: Ctx) -> Turn:
    """(the robot's question, the person's answer, steps)."""
    maker = ctx.weighted({_which: 8, _which_other: 3, _side: 7, _far: 4, _where: 4, _what: 2.5, _confirm: 2.5})
    return maker(ctx)


# --- corrections, the same again, names -----------------------------------------------------------

_FIX = ["not that one, {o}", "no, {o}", "no, not that one, I meant {o}", "wrong {k}, {o}", "no, I was talking about {o}", "that's the wrong {k}, I meant {o}", "not this {k}, {o}", "sorry, {o} is what I meant", "hmm no, {o}", "I didn't mean that {k}, I meant {o}",
        "no no no, {o}", "it was {o} that I meant", "nope, {o}", "not what I meant, {o} please", "ah no, {o}", "you misunderstood, I meant {o}", "should have been {o}", "that was not the one, {o}", "my mistake, I meant {o}", "oh sorry, {o} I meant", "wait no, {o}",
        "that isn't the right {k}, use {o}", "change that to {o}", "no, do it with {o} instead", "it should have been {o}", "try {o} instead", "please use {o} instead of that one"]
_FIX_PLACE = ["no, {p}", "not there, {p}", "no, I meant {p}", "wrong spot, {p}", "no, it should go {p}", "I wanted it {p}", "it should be {p}, not there", "sorry, I meant {p}", "hmm no, {p}", "that's the wrong place, put it {p}", "not like that, {p}", "no no, {p}", "change that to {p}",
              "no, it belongs {p}", "ah no, {p}", "you misunderstood, {p}", "nope, {p}", "no, rather {p}", "that was supposed to go {p}", "my mistake, {p}", "make it {p} instead"]


def fix(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A correction of the thing or the place just used: "no, the other one"."""
    if ctx.chance(0.3):
        pp = where_to(ctx)
        return ctx.say(_FIX_PLACE, p=pp.text), [p.Correct(place=pp.place)]
    o = one_of(ctx) if ctx.chance(0.6) else plain(ctx, LANDMARKS)
    return ctx.say(_FIX, o=o.text, k=ctx.one(["one", "one", "thing", "object"])), [p.Correct(obj=o.obj)]


_SAME = ["do the same with {o}", "and {o} too", "same thing with {o}", "now {o}", "now do that with {o}", "likewise for {o}", "{o} next", "and now the same for {o}", "{o} likewise", "I want the same for {o}", "also do it with {o}", "then do {o} as well", "next {o}", "now it's the turn of {o}",
         "ok, now {o}", "great, and {o}", "good, now {o}", "and also {o}", "the same goes for {o}", "{o} the same way", "treat {o} the same way", "you can do the same with {o}", "and the same please with {o}", "{o} also", "next do {o}", "now please {o}", "that again with {o}", "continue with {o}",
         "move on to {o}", "ditto for {o}"]


def same(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "do the same with the blue ones", "now the green one"."""
    if ctx.chance(0.35):
        color: Any = pick_color(ctx)
        o = NP(f"the {color_word(ctx, color)} ones", p.Obj(quant="all", colors=(color,)))
        if ctx.chance(0.3):
            o = NP(f"all {ctx.one(['', 'the '])}{color_word(ctx, color)} ones", o.obj)
    elif ctx.chance(0.2):
        o = NP(ctx.one(["the other one", "the other"]), p.Obj(ref="other"))
    else:
        o = one_of(ctx) if ctx.chance(0.55) else plain(ctx, plural=ctx.chance(0.3))
    return ctx.say(_SAME, o=o.text), [p.Again(obj=o.obj)]


_BACK = ["put it back", "put it back where it was", "put that back", "return it", "bring it back", "move it back", "take it back to where it was", "back where it came from with it", "it should go back to where it was", "put it back where you got it", "put it back please, where it came from", "it goes back where it was"]
_UNDO = ["take that back", "undo", "undo that", "no, undo that", "I changed my mind, undo it", "that was wrong, take it back", "make that undone please", "please reverse what you did", "oh no, undo", "I take it back", "go one step back", "revert", "unmake that", "back to how it was before that", "never mind, undo that last one", "as it was before, please", "that wasn't what I wanted, undo it"]
_AGAIN = ["once more", "again", "do it once more", "and again please", "one more time please", "let's do that again", "repeat what you just did", "the same thing again", "another round", "do the last thing again", "I'd like that again", "can you do that again", "and another time", "that again please", "play it again", "redo", "same thing once more"]
_RESTORE = ["put everything back", "put everything back where it was at the start", "bring the table back to how it was", "everything back to the beginning", "restore the table", "I want everything as it was when we began", "set everything back to the start", "return the scene to its initial state", "all things back to their first places", "undo all of it", "undo all you have done", "make it look like at the start", "rewind to the beginning", "everything should be as it was in the beginning"]


def past(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Back to its origin, undo, again or restore, in words that lean on the turn before."""
    words, step = ctx.one([(_BACK, p.Put(obj=IT, place=p.Place(rel="origin"))), (_UNDO, p.Undo()), (_AGAIN, p.Again()), (_RESTORE, p.Restore())])
    return ctx.word(words), [step]


def it_again(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Follow-ups about what was handled: "then put it on the plate", "a bit further left"."""
    roll = ctx.rng.random()
    it, obj = ctx.one([("it", IT), ("it", IT), ("that one", IT), ("that", IT), ("them", p.Obj(quant="all", ref="them")), ("the other one", p.Obj(ref="other"))])
    if roll < 0.45:
        pp = where_to(ctx)
        text = ctx.say(["now {v} {i} {p}", "{v} {i} {p}", "then {v} {i} {p}", "ok, {v} {i} {p}", "good, now {v} {i} {p}", "and {v} {i} {p}", "next {v} {i} {p}", "now I want {i} {p}", "and now {i} {p}", "{v} {i} {p} now", "after that {v} {i} {p}", "great. {v} {i} {p}", "could {i} go {p} now", "I'd like {i} {p} now"],
                       v=ctx.word(lx.PUT_VERBS[:8]), i=it, p=pp.text)
        return text, [p.Put(obj=obj, place=pp.place)]
    direction: Any = ctx.one(["left", "right", "forward", "backward"])
    way = ctx.word(lx.DIRECTION_WORDS[direction])
    if roll < 0.75:
        d, distance = ctx.one([("a bit", p.Length(unit="little")), ("a little", p.Length(unit="little")), ("slightly", p.Length(unit="little"))])
        if ctx.chance(0.5):
            d, distance = length(ctx)
            if distance.unit not in ("cm", "mm", "in"):
                return it_again(ctx)
        text = ctx.say(["{d} further {w}", "a bit more precisely: {d} {w}" if False else "{d} more {w}", "move {i} {d} {w}", "shift {i} {d} {w}", "now {i} {d} {w}", "{i} {d} {w} please", "now move {i} {d} {w}", "ok, and {d} {w}", "{d} {w} with {i}", "and {d} further {w}", "now {d} {w}"], d=d, w=way, i=it)
        if it not in text.split() and it not in text:
            obj = IT
        return text, [p.Move(obj=obj, direction=direction, distance=distance)]
    mark = plain(ctx, LANDMARKS)
    rel: Any = ctx.one(["toward", "away_from"])
    words = ctx.one(["closer to", "nearer to", "a bit closer to", "further towards", "more towards"] if rel == "toward" else ["further away from", "farther from", "more away from", "a bit further from"])
    text = ctx.say(["{w} {m}", "move {i} {w} {m}", "now {i} {w} {m}", "{i} {w} {m} please", "bring {i} {w} {m}", "put {i} {w} {m}"], w=words, m=mark.text, i=it)
    return text, [p.Put(obj=obj if it in text.split(words)[0] else IT, place=p.Place(rel=rel, obj=mark.obj))]


_MODIFIERS = ["home", "lucky", "base", "main", "spare", "working", "treasure", "breakfast", "guest", "test", "night", "garden", "storage", "target", "magic", "emergency", "birthday", "special", "collection", "delivery", "kitchen", "hero", "secret", "sample", "quarantine"]
_NOUNS: dict[str, list[str]] = {"bowl": ["bowl"], "box": ["box"], "plate": ["plate"], "block": ["block", "cube"], "cup": ["cup"], "tray": ["tray"], "ball": ["ball"], "zone": ["zone"]}


def naming(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "call this the home bowl": the name is all its words."""
    kind: Any = ctx.one(list(_NOUNS))
    name = f"{ctx.word(_MODIFIERS)} {ctx.one(_NOUNS[kind])}" if ctx.chance(0.7) else ctx.word(nouns.PEOPLE_NAMES + [n.removeprefix("the ") for n in nouns.NAME_PLACES])
    marked, mark = ctx.span(name)
    the = ctx.one(["the ", "the ", "my ", "our "]) if " " in name else ""
    if ctx.chance(0.25):
        region = region_place(ctx)
        if " the " in f" {region.text} " and region.place.rel == "at":
            marked, mark = ctx.span(ctx.word(["base", "harbour", "parking lot", "home base", "drop zone", "depot", "nest", "waiting room", "loading dock", "station", "camp", "shop", "tool corner", "start line"]))
            words = "the " + region.text.split("the ", 1)[1]
            return ctx.say(["call {w} {t}{n}", "let's name {w} {t}{n}", "{w} is {t}{n} from now on", "let {w} be {t}{n}", "we name {w} {t}{n}", "{t}{n} is {w}", "I name {w} {t}{n}", "{w} shall be called {t}{n}", "by {t}{n} I mean {w}"],
                           w=words, n=marked, t=ctx.one(["the ", ""])), [p.Remember(name=mark, place=region.place)]
    o = NP(ctx.one(["it", "this", "that", "that one", "this one"]), IT) if ctx.chance(0.4) else plain(ctx, {k: 1.0 for k in _NOUNS})
    return ctx.say(["call {o} {n}", "let's call {o} {n}", "let's name {o} {n}", "{o} is {n} from now on", "{o} shall be called {n}", "I name {o} {n}", "we will call {o} {n}", "{o} gets the name {n}", "by {n} I mean {o}", "when I say {n}, I mean {o}", "remember {o} as {n}", "from now on, {o} is {n}", "I'm calling {o} {n}",
                    "keep in mind that {o} is {n}", "{o} will go by {n}", "this is important: {o} is {n}", "think of {o} as {n}"], o=o.text, n=the + marked), [p.Remember(name=mark, obj=o.obj)]


def by_name(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put it in the home bowl" after it was named so."""
    kind: Any = ctx.one(list(_NOUNS))
    marked, mark = ctx.span(f"{ctx.word(_MODIFIERS)} {ctx.one(_NOUNS[kind])}")
    named = NP(f"{ctx.one(['the', 'the', 'my', 'our'])} {marked}", p.Obj(kind=kind, name=mark))
    if kind in ("block", "ball", "cup") and ctx.chance(0.5):
        if ctx.chance(0.3):
            return f"{ctx.word(lx.GRAB_VERBS)} {named.text}", [p.Pick(obj=named.obj)]
        pp = where_to(ctx)
        return ctx.say(["{v} {o} {p}", "I want {o} {p}", "now {v} {o} {p}", "{o} goes {p}", "get {o} and {v} it {p}"], v=ctx.word(lx.PUT_VERBS[:8]), o=named.text, p=pp.text), [p.Put(obj=named.obj, place=pp.place)]
    rel: Any = "in" if traits(kind).is_container else "on" if traits(kind).has_level_top else "next_to"
    if ctx.chance(0.15):
        rel = ctx.one(["left_of", "right_of", "behind", "next_to"])
    o = NP("it", IT) if ctx.chance(0.3) else plain(ctx, plural=ctx.chance(0.15))
    text = ctx.say(["{v} {o} {r} {m}", "I want {o} {r} {m}", "now {v} {o} {r} {m}", "get {o} and {v} it {r} {m}" if not o.plural and o.text != "it" else "{v} {o} {r} {m}", "{r} {m} {v} {o}"], v=ctx.word(lx.PUT_VERBS[:8]), o=o.text, r=ctx.word(lx.REL_WORDS[rel][:4]), m=named.text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel=rel, obj=named.obj))]


#: Turns that lean on the turn before, and how often.
TURNS: dict[Any, float] = {
    close_to: 2.5, beside_it: 1.5, open_command: 2.5, fix: 5, same: 5, past: 4, it_again: 4, naming: 3, by_name: 3,
}
