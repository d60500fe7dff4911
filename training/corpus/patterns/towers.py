"""Whole sentences for stacks: bottom and top, orders in a list, several towers, taking them apart.

Knows: how a stack's order is said from below, from above and by its sort. Does not know: flat
patterns (arrangements.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.patterns.arrangements import bare_things
from training.corpus.phrases.clauses import Clause, join, several
from training.corpus.phrases.descriptions import NP, noun_phrase
from training.corpus.phrases.places import landmark_place, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

STACKED = {"block": 30.0, "cup": 3, "can": 2, "object": 2, "bowl": 3, "plate": 2}

_GROUP = ["pile {o} one upon another", "let {o} stand on top of each other", "get {o} into one tall tower", "{o} all in one pile", "put {o} into a single stack", "raise a tower from {o}", "erect a tower from {o}", "make the tallest tower you can from {o}",
          "{o} on top of each other", "build {o} up as high as they go", "pile {o} as high as possible", "stack {o} all the way up", "set {o} on each other", "combine {o} into one stack", "gather {o} into a tower", "{o} should all be in one stack", "lay {o} one over the other",
          "use {o} to build a tower", "with {o}, build a tower", "put each of {o} on the one before", "make {o} into one high pile", "{o} in a tower, please", "a single tower from {o}", "I want {o} stacked", "get {o} stacked up", "see that {o} are stacked", "let me see {o} stacked", "turn {o} into a high rise",
          "collect {o} in a stack", "keep stacking {o} until all are in one tower", "balance {o} on top of each other", "make one heap out of {o}, one on the other"]
_BARE = ["a tower of {m}", "a stack of {m}", "I need a tower of {m}", "build me a tower of {m}", "can I have a stack of {m}", "make me a stack of {m}", "set up a tower of {m}", "a pile of {m} one on the other", "a high tower out of {m}", "give me a tower made of {m}", "a tower that is made of {m}", "build a stack that consists of {m}"]
_SORTS: dict[str, list[str]] = {
    "large_first": ["big ones below, small ones above", "getting smaller towards the top", "each one smaller than the one below", "wide at the bottom, narrow at the top", "sorted by size with the biggest lowest", "by size", "sorted by size", "in size order", "with the sizes decreasing upwards", "large below small", "the smaller the higher", "ending with the smallest on top", "starting with the biggest at the base", "never a bigger one on a smaller one"],
    "small_first": ["small ones below, big ones above", "getting bigger towards the top", "each one bigger than the one below", "narrow at the bottom, wide at the top", "with the sizes increasing upwards", "the bigger the higher", "ending with the biggest on top", "starting with the smallest at the base", "sorted by size with the smallest lowest"],
    "alternate": ["with the colors taking turns", "changing color with every level", "alternating in color", "so that no two of the same color touch", "never two of one color on each other", "each in another color than the one below", "with colors in alternation", "switching between the colors on the way up", "in stripes of alternating color"],
    "by_color": ["with each color together", "sorted by color", "one color after the other", "keeping the same colors together", "in color groups", "grouped by color from bottom to top", "same color on same color"],
    "dark_first": ["dark ones below, light ones above", "getting lighter towards the top", "from dark at the bottom to light at the top", "the lightest uppermost", "with the darkest as the base"],
    "light_first": ["light ones below, dark ones above", "getting darker towards the top", "from light at the bottom to dark at the top", "the darkest uppermost", "with the palest as the base"],
    "tall_first": ["tall ones below, short ones above", "by height, the tallest at the bottom", "the tallest lowest, the shortest on top", "with the heights decreasing upwards", "by height", "sorted by height", "starting with the tallest at the base", "each one shorter than the one below", "in order of height"],
    "short_first": ["short ones below, tall ones above", "by height, the shortest at the bottom", "the shortest lowest, the tallest on top", "with the heights increasing upwards", "starting with the shortest at the base", "each one taller than the one below", "sorted by height with the lowest first"],
    "reverse": ["in reversed order", "the other way up", "upside down in order", "with the order turned round"],
}


def group(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A group becomes one stack, in an order or on a base or neither: "pile up all the cubes"."""
    bare = ctx.chance(0.3)
    if bare:
        o = bare_things(ctx)
    else:
        for _ in range(6):
            o = noun_phrase(ctx, True, STACKED, 0, 0.4, refs=refs)
            if not any(r.rel in ("at", "in", "on") for r in o.obj.where) and o.text.split()[0] not in ("every", "each"):
                break
    text = ctx.say(_BARE, m=o.text) if bare else ctx.say(_GROUP, o=o.text)
    sort: Any = None
    tails = []
    if ctx.chance(0.42):
        sort = ctx.weighted({"large_first": 5, "small_first": 4, "alternate": 5, "by_color": 3, "dark_first": 2, "light_first": 2, "reverse": 0.7, "tall_first": 1, "short_first": 1})
        tails.append(ctx.say(_SORTS[sort]))
    place = None
    if ctx.chance(0.3):
        pp = region_place(ctx) if ctx.chance(0.6) else landmark_place(ctx, ctx.one(["on", "on", "next_to", "left_of", "right_of", "behind", "in_front_of"]), rich=0.3)
        if pp.text != "aside" and pp.place.distance is None and pp.place.part is None:
            place = pp.place
            tails.insert(ctx.one([0, len(tails)]), pp.text)
    comma = ", " if tails and ctx.chance(0.2) else " "
    return f"{text}{comma}{' '.join(tails)}".strip(), [p.Stack(objs=(o.obj,), sort=sort, place=place)]


def listed(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two to five things in an order that the sentence gives from below or from above."""
    n = ctx.weighted({2: 2, 3: 8, 4: 2, 5: 0.6})
    items = several(ctx, n, {"block": 25.0, "cup": 2, "can": 2, "bowl": 2, "object": 1, "plate": 1})
    if n == 3 and ctx.chance(0.55):
        return _three(ctx, items)
    words = [i.text for i in items]
    listed_words = join(ctx, words)
    objs = tuple(i.obj for i in items)
    roll = ctx.rng.random()
    if roll < 0.5:
        text = ctx.say(["stack {l} in this order", "starting from the bottom, stack {l}", "from the ground up: {l}", "build upwards: {l}", "tower from the bottom: {l}", "make a tower that reads {l} from the bottom up", "stack up {l}, beginning at the bottom", "reading upwards the stack should be {l}",
                        "in this order, from the bottom: {l}", "pile them up like this: {l}", "one on top of the other: {l}", "lowest to highest: {l}, as a tower", "with {f} as the base, stack {r} on it", "put {r} on {f}, one on top of the other", "on {f} build a tower of {r}", "stack {l}, the first one at the bottom",
                        "first {c}", "stack {l}, {z} ends up on top", "start the tower with {f} and go on with {r}"],
                       l=listed_words, f=words[0], r=join(ctx, words[1:]), c=", then ".join(words) + ctx.one([", stacked", ", all in one tower"]), z="the last" if n > 2 else "the second")
    elif roll < 0.87:
        objs = objs[::-1]
        text = ctx.say(["starting from the top the tower is {l}", "from the top down: {l}, stacked", "the stack, read from above, should be {l}", "reading downwards the tower should be {l}", "highest to lowest: {l}, as a tower", "a tower, counted from the top: {l}", "{u}, in one stack", "stack {l}, the last one at the bottom",
                        "I want a tower which is, from its top to its base, {l}", "top first: {l}, in a stack", "make a stack, {f} uppermost and under it {r}", "stack {l} so that the first one is uppermost", "{u}"],
                       l=listed_words, f=words[0], r=", then ".join(words[1:]), u=" on ".join([words[0], *words[1:]]) if n > 2 else f"{words[0]} on top and {words[1]} below, as a stack")
    else:
        text = ctx.say(["stack {l} in reverse order", "stack {l} the other way round", "build a tower of {l} but in reverse order", "pile up {l} backwards, the last one first"], l=listed_words)
        return text, [p.Stack(objs=objs, sort="reverse")]
    return text, [p.Stack(objs=objs)]


def _three(ctx: Ctx, items: list[NP]) -> Clause:
    """Bottom a, middle b, top c, named in any order."""
    a, b, c = (i.text for i in items)
    if ctx.chance(0.15):
        text = ctx.say(["put {b} on top of {a}, then {c} on top of {b}", "put {b} on {a} and {c} on {b}", "put {b} on {a}, and on top of that put {c}", "{b} goes on {a} and {c} goes on {b}"], a=a, b=b, c=c)
        return text, [p.Put(obj=x.obj, place=p.Place(rel="on", obj=y.obj)) for x, y in ((items[1], items[0]), (items[2], items[1]))]
    text = ctx.say(["{c} sits on {b}, which sits on {a}", "{a} goes at the bottom, {b} on top of it and {c} on top of that", "first {a}, then {b} on it and {c} on top of that", "start with {a}, put {b} on it and finish with {c}", "below {c} there should be {b}, and below that {a}",
                    "{c} on top of {b} on top of {a}", "{b} between {a} below and {c} above, as a tower", "use {a} as the base, {b} in the middle and {c} as the roof", "make a tower in which {b} is between {a} at the bottom and {c} at the top", "the top is {c}, the middle {b}, the bottom {a}",
                    "the tower has {a} at its foot, then {b}, then {c}", "middle {b}, top {c}, bottom {a}: stack them like that", "{c} uppermost, {a} lowest, {b} in the middle, in a stack", "{a} carries {b} and {b} carries {c}", "stack {b} on {a} and {c} on that", "on {a} comes {b} and on that comes {c}",
                    "a tower with {c} on top, {b} under it and {a} under that", "stack three things: {a} below, {b} halfway up, {c} above", "{a} is the ground floor, {b} the first floor and {c} the roof",
                    "beneath {c} comes {b} and beneath that {a}, in one tower", "a tower, please: {a}, on that {b}, on that {c}", "{a} first, on which {b} goes, on which {c} goes", "let {a} be the foundation, {b} the middle and {c} the top of a tower", "build it like this: top {c}, bottom {a}, and {b} in between"],
                   a=a, b=b, c=c)
    return text, [p.Stack(objs=tuple(i.obj for i in items))]


def colors(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Colours alone give the order: "red first, then blue, then green"."""
    cs: Any = ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 1, 3: 6, 4: 3}))
    words = [ctx.word(lx.COLOR_WORDS[c]) for c in cs]
    noun = ctx.word(lx.KIND_WORDS["block"])
    many = lx.plural(noun)
    listing = ctx.one([join(ctx, words), ", ".join(words), ", then ".join(words)])
    down = ctx.chance(0.4)
    if down:
        text = ctx.say(["stack the {m} so that from the top you see {l}", "a tower of {m}, from the top: {l}", "seen from above the tower of {m} goes {l}", "the stack of {m} from top to base: {l}", "build a tower of {m} whose colors from the top are {l}", "stack the {m}, {f} uppermost, below it {r}", "{f} on top, then {r}: stack the {m} like that"],
                       m=many, l=listing, f=words[0], r=", then ".join(words[1:]))
    else:
        text = ctx.say(["stack the {m} {f} first, then {r}", "stack the {m} in the order {l}", "build a tower of {m} that goes {l} from the bottom", "{f} at the bottom, then {r}: stack the {m} like that", "a tower of {m}, from the base: {l}", "make a {m1} tower in the sequence {l}", "order the {m} in a stack: {l}", "pile up the {m}, {l}", "the tower of {m} starts with {f}, then {r}",
                        "stack the {m}, beginning with {f} and going on with {r}", "build a tower with the color order {l} from {m}", "stack {m} like this, bottom first: {l}"],
                       m=many, m1=noun, l=listing, f=words[0], r=", then ".join(words[1:]))
    return text, [p.Stack(objs=tuple(p.Obj(colors=(c,), kind="block") for c in (cs[::-1] if down else cs)))]


def two_towers(ctx: Ctx, refs: float = 0.0) -> Clause:
    """One tower of each of two or three colours or kinds."""
    cs: Any = ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 5, 3: 1}))
    words = [ctx.word(lx.COLOR_WORDS[c]) for c in cs]
    many = lx.plural(ctx.word(lx.KIND_WORDS["block"]))
    a, b = words[0], words[1]
    if len(cs) == 3:
        text = ctx.say(["three towers of {m}: one {l}", "make a separate tower of the {l} {m}", "build one tower for each of these colors of {m}: {l}", "stack the {m} by color into three towers, {l}"], m=many, l=join(ctx, words))
    else:
        text = ctx.say(["make one tower of the {a} {m} and another one of the {b} {m}", "stack the {a} {m} in one pile and the {b} {m} in another", "two towers, one of {a} and one of {b} {m}", "build a {a} tower and a {b} tower from the {m}", "the {a} {m} in one stack, the {b} {m} in another", "put the {a} {m} on top of each other and the {b} ones too, in two towers",
                        "a stack of all {a} {m} and a stack of all {b} {m}", "separate towers for the {a} and the {b} {m}", "stack {a} {m} with {a} {m} and {b} {m} with {b} {m}"], a=a, b=b, m=many)
    return text, [p.Stack(objs=(p.Obj(quant="all", colors=(c,), kind="block"),)) for c in cs]


def apart(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A tower taken to pieces."""
    tower = ctx.word(lx.KIND_WORDS["stack"])
    many = ctx.chance(0.25)
    words = f"{ctx.one(['all the', 'the', 'all'])} {lx.plural(tower)}" if many else f"the {tower}"
    text = ctx.say(["take {t} apart", "dismantle {t}", "unstack {t}", "take {t} to pieces", "spread {t} out over the table", "disassemble {t}", "unpile {t}", "put everything in {t} separately on the table", "unbuild {t}", "take {t} down block by block", "undo the stacking of {t} and lay everything out", "un-stack {t}"], t=words)
    return text, [p.Arrange(objs=(p.Obj(quant="all" if many else "the", kind="stack"),), shape="spread")]


def onto_tower(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Something more on a tower: "add the red block to the stack"."""
    o = noun_phrase(ctx, False, {"block": 10.0, "cup": 1, "can": 1, "object": 1}, 1, 0.4, refs=refs)
    tower = ctx.word(lx.KIND_WORDS["stack"])
    text = ctx.say(["add {o} to the {t}", "put {o} on top of the {t}", "{o} goes on top of the {t}", "crown the {t} with {o}", "top the {t} off with {o}", "continue the {t} with {o}", "make the {t} higher with {o}", "{o} is the next one on the {t}", "finish the {t} with {o}", "let the {t} grow by {o}", "extend the {t} with {o}"], o=o.text, t=tower)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="on", obj=p.Obj(kind="stack")))]


MAKERS: dict[Any, float] = {group: 8, listed: 9, colors: 3, two_towers: 1.5, apart: 1, onto_tower: 1}


def tower_sentence(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A whole sentence for a stack, by one of MAKERS."""
    return ctx.weighted(MAKERS)(ctx, refs)
