"""Corrections that name no thing ("no, 10 cm", "no, to the right", "the other way round"), and
orders by height.

Knows: how people mend a distance, a direction or what was mixed up in the last command. Does not
know: that command.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.nouns import kind_noun
from training.corpus.phrases.places import length
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_FAR = ["no, {d}", "no, I meant {d}", "I meant {d}", "no, {d} I said", "I said {d}", "further: I meant {d}", "not so far, only {d}", "not far enough, I meant {d}", "too far, {d} please", "that's too far, I said {d}", "no, by {d}", "sorry, {d}", "sorry, I meant {d}",
        "make that {d}", "actually {d}", "no, rather {d}", "it should have been {d}", "that wasn't {d}", "wrong distance, I meant {d}", "{d}, I meant", "{d} instead", "change that to {d}", "no no, {d}", "that was less than {d}", "that was more than {d}", "oops, I meant {d}",
        "not enough, {d}", "too much, only {d}", "only {d}, I said", "wait, {d}", "hmm no, {d}", "correction: {d}", "I was thinking of {d}", "no, it should be {d}", "{d}, not that much", "{d}, not that little", "my mistake, {d}", "no, just {d}", "nope, {d}",
        "I wanted {d}", "I asked for {d}", "the distance should be {d}", "closer: I meant {d}", "that's not {d}, do it properly", "make it {d} instead", "no, exactly {d}"]
_HALF = ["only half of that", "no, half of that", "half of that would do", "no, only half as far", "just half of that, please", "I meant half of that", "too far, only half of that", "that's too far, half that distance", "no, half that distance", "half as far, I meant", "not so far, half of it",
         "half would have been enough", "that was twice too far", "make that half as far", "that was double of what I wanted", "no, just half that far", "only half the distance", "half that much is what I meant", "no no, only half of it", "sorry, half as much", "I wanted half that distance", "you went twice as far as I meant"]
_DOUBLE = ["no, twice as far", "I meant twice as far", "double that", "twice that far", "twice the distance", "no, double that", "make that twice as far", "it should have been twice as far", "not far enough, double that", "twice as far, please", "no, twice that distance", "double the distance", "I wanted twice that distance", "twice as much",
           "not enough: twice as far", "that was only half of what I meant", "no no, twice as far", "sorry, twice as far", "further, double that distance", "make it double", "I said twice that", "that's only half as far as I meant", "only half of what it should be, double it", "two times as far", "double that distance, please", "actually twice as far", "it should go twice that far", "that far and the same again, I meant",
           "I meant double the distance", "you only went half as far as you should", "twice as far is what I wanted", "rather double that"]
_AGAIN_DOUBLE = ["again, but twice as far", "do it again, twice as far", "the same again, but twice as far", "once more, double the distance", "do that again but double the distance", "repeat that twice as far", "now the same twice as far", "one more time, twice that distance", "again and this time double that", "the same once more, only twice as far",
                 "do the same again with double the distance", "go on, twice as far this time", "repeat it with twice the distance", "once again, now twice as far", "do another one like that, twice as far", "and again, double that far", "again with twice the distance"]
_AGAIN_FAR = ["again, but {d}", "again, but {d} this time", "the same again, but {d}", "do it again, {d} this time", "once more, by {d}", "repeat that with {d}", "do that again but {d}", "the same once more, only {d}", "now the same by {d}", "and again, now {d}", "one more time, {d}", "do the same again with {d}"]
_AGAIN_HALF = ["again, but only half as far", "do it again, half as far", "the same again, but half the distance", "once more, half as far", "repeat that with half the distance", "now the same half as far", "one more time, half that distance", "again and this time half of that", "do that again but only half the distance", "and again, half that far", "the same once more, only half as far", "do the same again with half the distance"]
_WAY = ["no, {w}", "no, I meant {w}", "I meant {w}", "no, {w} I said", "wrong direction, {w}", "wrong way, {w}", "not that way, {w}", "not {v}, {w}", "sorry, {w}", "sorry, I meant {w}", "the other direction: {w}", "I said {w}", "no no, {w}", "actually {w}", "{w}, not {v}", "no, not {v}, {w}",
        "it should go {w}, not {v}", "that's the wrong direction, I meant {w}", "{w} I meant", "{w} instead", "make that {w}", "rather {w}", "hmm no, {w}", "wait, {w}", "oops, {w}", "correction: {w}", "I was talking about {w}", "my mistake, {w}", "{w} is what I said", "nope, {w}",
        "you went {v}, I wanted {w}", "change that to {w}", "no, it should have gone {w}", "the direction should be {w}"]
_BOTH = ["no, {d} {w}", "I meant {d} {w}", "no, I meant {d} {w}", "sorry, {d} {w}", "I said {d} {w}", "no, {w} by {d}", "not {v}: {d} {w}", "wrong, {d} {w}", "no no, {d} {w}", "{d} {w}, I meant", "it should have been {d} {w}", "make that {d} {w}", "no, {w}, and {d}", "actually {d} {w}"]
_REVERSE = ["the other way round", "no, the other way round", "I meant the other way round", "exactly the other way round", "the other way around", "no, the other way around", "other way round", "vice versa", "no, vice versa", "just the opposite", "no, the opposite", "that's the wrong way round",
            "the wrong way round", "you got it the wrong way round", "it's the other way round", "no no, the other way about", "the opposite way, please", "exactly the opposite", "that is back to front", "wrong way round, I meant the opposite", "do it the other way round", "I wanted it the other way round",
            "it should be the other way round", "no, it should be the other way around", "make it the other way round", "you mixed them up, the other way round", "sorry, the other way round", "not like that, the other way round", "oops, the other way around", "I meant it the other way round, not like this",
            "it's meant to be the other way round", "you have that backwards", "turn that about: the other way round", "hmm, the other way round I meant", "quite the opposite", "I think I said it the wrong way round", "no, conversely", "inverted, please", "the opposite of that"]
_CLEAR = {"left": ["left", "to the left", "leftwards", "towards the left"], "right": ["right", "to the right", "rightwards", "towards the right"],
          "forward": ["forward", "forwards", "away from me", "ahead"], "backward": ["backwards", "backward", "towards me", "back towards me"]}


def correction(ctx: Ctx, refs: float = 0.0) -> Clause:
    """One of the four; nothing was asked before."""
    roll = ctx.rng.random()
    if roll < 0.07:
        return ctx.word(_DOUBLE), [p.Correct(distance=p.Length(unit="double"))]
    roll = (roll - 0.07) / 0.93
    if roll < 0.27:
        return ctx.word(_REVERSE), [p.Correct(reverse=True)]
    if roll < 0.36:
        return ctx.word(_HALF), [p.Correct(distance=p.Length(unit="half"))]
    if roll < 0.66:
        words, distance = _measure(ctx)
        return ctx.say(_FAR, d=words), [p.Correct(distance=distance)]
    direction: Any = ctx.weighted({"left": 5, "right": 5, "forward": 3, "backward": 3})
    other: Any = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}[direction]
    way = ctx.one(_CLEAR[direction]) if ctx.chance(0.6) else ctx.word(lx.DIRECTION_WORDS[direction])
    if ctx.chance(0.3):
        words, distance = _measure(ctx)
        return ctx.say(_BOTH, d=words, w=way, v=ctx.one(_CLEAR[other])), [p.Correct(direction=direction, distance=distance)]
    return ctx.say(_WAY, w=way, v=ctx.one(_CLEAR[other])), [p.Correct(direction=direction)]


def so_many_times_as_far(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "twice as far" about the last command, as a correction or once more."""
    roll = ctx.rng.random()
    if roll < 0.5:
        return ctx.word(_DOUBLE), [p.Correct(distance=p.Length(unit="double"))]
    if roll < 0.8:
        return ctx.word(_AGAIN_DOUBLE), [p.Again(distance=p.Length(unit="double"))]
    if roll < 0.92:
        return ctx.word(_AGAIN_HALF), [p.Again(distance=p.Length(unit="half"))]
    words, distance = _measure(ctx)
    return ctx.say(_AGAIN_FAR, d=words), [p.Again(distance=distance)]


def _measure(ctx: Ctx) -> tuple[str, p.Length]:
    """A length with its number."""
    while True:
        words, distance = length(ctx)
        if distance.is_measured:
            return words, distance


_ROW: dict[str, list[str]] = {
    "tall_first": ["line {o} up by height, tallest at the left", "line up {o} by height, tallest at the left", "put {o} in a {s} by height, the tallest on the left", "sort {o} in a {s} by height, tallest first", "a {s} of {m} from tall to short", "arrange {o} in a {s}, the tallest at the left end",
                   "{o} in a {s}, tall ones left and short ones right", "make a {s} of {m} that falls to the right", "order {o} in a {s} from the highest to the lowest", "I want {o} in a {s}, tallest to shortest", "{o} should stand in a {s} with the highest one on the left", "a {s} of {m}, each lower than the one before"],
    "short_first": ["line {o} up by height, shortest at the left", "line up {o} by height", "put {o} in a {s} by height, the shortest on the left", "sort {o} in a {s} by height", "a {s} of {m} from short to tall", "arrange {o} in a {s}, the tallest at the right end",
                    "{o} in a {s}, short ones left and tall ones right", "make a {s} of {m} that rises to the right", "order {o} in a {s} from the lowest to the highest", "I want {o} in a {s}, shortest to tallest", "{o} should stand in a {s} with the lowest one on the left", "a {s} of {m}, each taller than the one before"],
}
_TOWER: dict[str, list[str]] = {
    "tall_first": ["stack {o} by height, the tallest at the bottom", "stack {o} with the tallest at the bottom", "a tower of {m}, tall ones below and short ones above", "pile {o} up by height", "build a tower of {m} by height, tallest first", "stack {o}, from the tallest up to the shortest", "make a stack of {m} with the lowest one on top"],
    "short_first": ["stack {o} by height, the shortest at the bottom", "stack {o} with the tallest on top", "a tower of {m}, short ones below and tall ones above", "build a tower of {m} by height, shortest first", "stack {o}, from the shortest up to the tallest", "make a stack of {m} with the highest one on top", "pile {o} up, the lowest first"],
}


def by_height(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "line the cans up by height, tallest at the left"."""
    kind: Any = ctx.weighted({"block": 7, "object": 5, "cup": 2, "can": 2, "bowl": 1, "ball": 1, "toy": 1, "box": 1})
    color: Any = (ctx.one(list(lx.COLOR_WORDS)),) if ctx.chance(0.25) else ()
    noun = " ".join([*(ctx.word(lx.COLOR_WORDS[c]) for c in color), kind_noun(ctx, kind, True)])
    objs = (p.Obj(quant="all", colors=color, kind=kind),)
    them = f"{ctx.one(['the', 'the', 'all the', 'all'])} {noun}"
    if kind == "object" and not color and ctx.chance(0.4):
        them, noun = "everything", "everything"
    sort: Any = ctx.one(["tall_first", "short_first"])
    if kind in ("block", "can", "box") and ctx.chance(0.3):
        return ctx.say(_TOWER[sort], o=them, m=noun), [p.Stack(objs=objs, sort=sort)]
    shape: Any = ctx.weighted({"line": 3, "row": 4})
    templates = _ROW[sort][2:] if shape == "row" else _ROW[sort]
    return ctx.say(templates, o=them, m=noun, s=shape), [p.Arrange(objs=objs, shape=shape, sort=sort)]
