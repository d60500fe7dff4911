"""Whole sentences for arrangements: rows, rings, grids, corners, gathered and scattered things.

Knows: how each shape, its size, spacing, order and place are said. Does not know: stacks
(towers.py), changes to a pattern (patterns.reshape).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause, join, several
from training.corpus.phrases.descriptions import LANDMARKS, MOVABLE, NP, noun_phrase
from training.corpus.phrases.places import PP, landmark_place, length, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_WHOLE: dict[str, list[str]] = {
    "line": ["get {o} to stand in a line", "have {o} stand in line", "queue up {o}", "let {o} form a queue", "string {o} out in a line", "straighten {o} into one line",
             "let's have {o} in a straight line", "set {o} up so that one straight line runs through all of them", "{o} in a line", "I'd like to see {o} lined up",
             "bring {o} into line", "make {o} line up", "{o} ought to stand in one straight line", "see that {o} end up on a straight line", "get {o} lined up neatly"],
    "row": ["{o} in a row", "lay {o} out left to right", "line {o} up horizontally", "set {o} next to one another in a row", "put {o} beside one another in a row", "put {o} in a row that runs from left to right",
            "let {o} stand abreast", "string {o} out sideways", "{o} should stand in a row next to each other", "place {o} on a horizontal line", "range {o} from the left to the right",
            "make {o} into a row", "form a horizontal row with {o}", "a left to right row with {o}", "get {o} into a sideways row"],
    "column": ["line {o} up vertically", "put {o} one behind the other", "line {o} up from front to back", "let {o} stand one behind another", "arrange {o} in a line that goes away from the robot", "set {o} in a line from near to far",
               "make {o} into a column", "{o} in a column", "put {o} in a file running from the front to the back", "place {o} behind one another", "I want {o} one after the other from front to back", "string {o} out towards the back"],
    "diagonal": ["line {o} up diagonally", "put {o} on a diagonal", "lay {o} out at a slant", "make a sloping line with {o}", "{o} should go diagonally across the table", "set {o} on the slant", "put {o} on a slanting line",
                 "run {o} diagonally from the front left to the back right", "{o} in a diagonal", "place {o} along a diagonal", "get {o} into a diagonal line, please", "from the lower left to the upper right lay {o} in a line"],
    "circle": ["put {o} in a ring", "make {o} into a circle", "let {o} sit in a circle", "{o} in a circle", "place {o} as if around a round table", "{o} should make a round shape", "bend {o} into a ring", "set {o} out like the numbers on a clock",
               "close {o} into a circle", "make a wreath of {o}", "make a hoop out of {o}", "form a closed ring out of {o}", "arrange {o} like a necklace", "get {o} to form a circle", "put {o} on a circle at equal distances", "lay {o} out in the round"],
    "square": ["put {o} at the corners of a square", "make {o} the corners of a square", "let {o} mark out a square", "lay out a square frame with {o}", "{o} in a square", "form the outline of a square with {o}", "make {o} into a square",
               "place {o} like the corners of a picture frame", "use {o} as the corner points of a square", "{o} should outline a square", "set {o} out on the sides of a square"],
    "triangle": ["make {o} the corners of a triangle", "put {o} at the points of a triangle", "{o} in a triangle", "let {o} mark out a triangle", "make {o} into a triangle", "form a three cornered shape with {o}", "lay out a triangle using {o}",
                 "{o} should outline a triangle", "set {o} out on the sides of a triangle", "use {o} as the three corners of a triangle"],
    "grid": ["lay {o} out in rows and columns", "lay {o} out like a chess board", "put {o} in a neat grid", "make {o} into a grid", "{o} in a grid", "form a lattice with {o}", "arrange {o} in a rectangle of rows and columns",
             "set {o} up in a regular grid", "tile {o} into a grid", "place {o} like the squares of a chessboard", "organise {o} as a table of rows and columns"],
    "pyramid": ["pile {o} into a pyramid", "make {o} into a pyramid", "stack {o} up as a pyramid", "{o} in a pyramid", "build something like a pyramid with {o}", "put {o} together as a pyramid", "use {o} for a pyramid", "raise a pyramid out of {o}",
                "stack {o} so that each upper one rests on two below", "build a pyramid wall from {o}"],
    "cluster": ["crowd {o} together", "bring {o} closer together", "move {o} nearer to each other", "pull {o} together into one group", "get {o} all in one place", "assemble {o} in one spot", "put {o} into one clump", "collect {o} so they are close together",
                "make one bunch out of {o}", "gather {o} up", "herd {o} together", "{o} should be close to one another", "let {o} huddle together", "concentrate {o} in one spot", "have {o} all near each other", "lump {o} together", "close the gaps between {o}"],
    "spread": ["scatter {o} all over the table", "spread {o} far and wide", "get {o} well apart from each other", "leave plenty of room between {o}", "{o} shouldn't be so close together", "thin {o} out", "put {o} all over the place", "make {o} stand far apart",
               "give {o} some room", "give each of {o} more space", "{o} are too close together, spread them out", "cover the table evenly with {o}", "strew {o} over the table", "pull {o} away from each other", "break up the clump of {o}" , "fan {o} out over the whole table",
               "none of {o} should touch another", "loosen up {o} so nothing touches"],
}
_BARE: dict[str, list[str]] = {
    "line": ["a line of {m}", "make me a line of {m}", "I need a line of {m}", "can I have {m} in a line", "show me a straight line made of {m}"],
    "row": ["a row of {m}", "build me a row of {m}", "I'd like a row of {m}", "a horizontal line of {m}", "let me see a row of {m}"],
    "column": ["a column of {m} from front to back", "give me a vertical line of {m}", "a vertical line of {m}", "a file of {m} going back"],
    "diagonal": ["a diagonal of {m}", "draw a diagonal of {m}", "a diagonal line of {m}", "a slanted row of {m}"],
    "circle": ["a circle of {m}", "a ring of {m}", "make a ring of {m}", "I want a ring of {m}", "a round of {m}", "let me see a circle made of {m}", "set up a circle of {m}"],
    "square": ["a square of {m}", "a square made of {m}", "give me a square made out of {m}", "I need a square out of {m}"],
    "triangle": ["a triangle of {m}", "a triangle made of {m}", "make me a triangle of {m}", "I need a triangle out of {m}"],
    "grid": ["a grid of {m}", "a grid made of {m}", "I want a grid of {m}", "make a lattice of {m}"],
    "pyramid": ["a pyramid of {m}", "a pyramid made of {m}", "build me a pyramid of {m}", "I want a pyramid out of {m}"],
    "cluster": ["a cluster of {m}", "one bunch of {m}", "make a little group of {m}", "a close group of {m}"],
}
_SIZE: dict[str, list[str]] = {
    "line": ["{d} in length", "that measures {d} from end to end", "{d} from end to end", "stretching over {d}", "with {d} from the first to the last", "exactly {d} long", "over a length of {d}"],
    "circle": ["{d} in diameter", "that measures {d} across", "with {d} across", "whose diameter is {d}", "with diameter {d}", "measuring {d} in diameter"],
    "square": ["with sides of {d}", "{d} on each side", "with an edge length of {d}", "with a side length of {d}", "whose sides are {d} long", "with {d} sides"],
}
_SPACING = ["with {d} from one to the next", "keeping {d} between neighbours", "each {d} from the next", "with {d} gaps", "at intervals of {d}", "one every {d}", "{d} away from each other", "with {d} of space in between",
            "and leave {d} between them", "spaced by {d}", "with {d} of room between any two", "{d} apart from each other", "and keep them {d} apart", "with a gap of {d} in between", "with neighbours {d} apart", "separated by {d}", "with a distance of {d} between them"]
_EVEN = ["evenly spaced", "with equal gaps", "with the same distance between them", "at equal distances", "spaced evenly", "with even spacing", "equally far apart", "at regular intervals", "neatly", "with equal spaces in between"]
_TIGHT = ["touching each other", "with no gaps", "packed closely together", "without gaps in between", "shoulder to shoulder", "as close together as possible", "right up against each other", "almost touching", "tightly packed", "with hardly any space between them"]
_SORTED: dict[str, list[str]] = {
    "small_first": ["smallest on the left, biggest on the right", "growing from left to right", "with the sizes increasing to the right", "sorted left to right by size", "each one bigger than the one before", "the smallest leftmost and the largest rightmost", "getting bigger towards the right", "by size", "sorted by size", "ordered by size", "like organ pipes, small ones on the left"],
    "large_first": ["biggest on the left, smallest on the right", "shrinking from left to right", "with the sizes decreasing to the right", "from right to left by increasing size", "each one smaller than the one before", "the largest leftmost and the smallest rightmost", "getting smaller towards the right", "big ones left and small ones right"],
    "alternate": ["with colors taking turns", "so that neighbours differ in color", "never two of the same color next to each other", "mixing the colors in turn", "with the (colors|colours) alternating", "so that the color changes every time", "in an alternating color pattern", "like a zebra, colors alternating"],
    "by_color": ["with equal (colors|colours) next to each other", "arranged by (color|colour)", "one color after another", "the same colors side by side", "in groups of the same (color|colour)", "keeping the colors together", "so that each color stays together"],
    "light_first": ["lightest on the left, darkest on the right", "getting darker towards the right", "from bright to dark", "the darkest at the right end", "starting with the brightest"],
    "dark_first": ["darkest on the left, lightest on the right", "getting lighter towards the right", "from dark to bright", "the lightest at the right end", "starting with the darkest"],
    "a_first": ["in alphabetical order", "alphabetically", "sorted alphabetically", "from a to z", "in alphabetic order", "a to z", "in the order of the alphabet", "ordered by name", "sorted by name", "in order of their names", "with the names in alphabetical order", "by first letter", "alphabetically from left to right", "from a on the left to z on the right"],
    "z_first": ["in reverse alphabetical order", "alphabetically backwards", "from z to a", "z to a", "sorted by name from z to a", "in backwards alphabetical order", "reverse alphabetically", "by name, last letter of the alphabet first", "from z on the left to a on the right"],
    "by_kind": ["sorted by kind", "by kind", "grouped by type", "sorted by type", "with things of one kind next to each other", "kind by kind", "ordered by what they are", "keeping each kind together", "same kinds side by side"],
    "short_first": ["shortest on the left, tallest on the right", "getting taller towards the right", "by height", "sorted by height", "ordered by height", "by height, the shortest leftmost", "rising from left to right", "with the heights increasing to the right", "each one taller than the one before", "the tallest at the right end, by height", "like organ pipes, short ones on the left", "the taller the further right"],
    "tall_first": ["tallest at the left", "by height, tallest at the left", "getting shorter towards the right", "by height, the tallest leftmost", "falling from left to right", "with the heights decreasing to the right", "each one shorter than the one before", "the tallest at the left end and the shortest at the right end", "like a staircase that goes down to the right", "tall ones left, short ones right"],
}
#: "left" and "right" order rows; other shapes get the words without a side.
_SIDELESS = {"small_first": ["sorted by size", "by size, from small to big", "in order of size"], "large_first": ["biggest first", "by size, from big to small", "in order of falling size"],
             "alternate": _SORTED["alternate"], "by_color": _SORTED["by_color"], "a_first": _SORTED["a_first"][:12], "z_first": _SORTED["z_first"][:8], "by_kind": _SORTED["by_kind"], "light_first": ["from bright to dark", "from pale to dark"], "dark_first": ["from dark to bright", "from dark to pale"],
             "short_first": ["sorted by height", "by height, from low to high", "in order of height", "from short to tall"], "tall_first": ["tallest first", "by height, from high to low", "from tall to short", "in order of falling height"]}


def things(ctx: Ctx, refs: float = 0.0) -> NP:
    """Several things to lay out; where they are now is left out, it would read as the goal."""
    for _ in range(6):
        o = noun_phrase(ctx, True, MOVABLE | {"block": 60.0}, 0, 0.5, refs=refs)
        if not any(r.rel in ("at", "in", "on") for r in o.obj.where) and o.text.split()[0] not in ("every", "each"):
            break
    return o


def bare_things(ctx: Ctx) -> NP:
    """ "blocks", "four red blocks": without an article."""
    kind: Any = ctx.weighted({"block": 10, "cup": 1, "can": 1, "bowl": 1, "ball": 1, "object": 1})
    colors: Any = (ctx.one(list(lx.COLOR_WORDS)),) if ctx.chance(0.3) else ()
    noun = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
    words = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} {noun}" if colors else noun
    if ctx.chance(0.4):
        n = ctx.rng.randint(3, 6)
        return NP(f"{ctx.one([str(n), lx.number_words(n)])} {words}", p.Obj(quant="count", count=n, colors=colors, kind=kind), True, noun)
    return NP(words, p.Obj(quant="all", colors=colors, kind=kind), True, noun)


def exact_length(ctx: Ctx) -> tuple[str, p.Length]:
    """A length that can be measured, no "half as far": ("5 cm", 5 cm)."""
    while True:
        words, size = length(ctx)
        if size.is_measured:
            return words, size


def _details(ctx: Ctx, shape: str) -> tuple[str, dict[str, Any]]:
    """Size, spacing, order and place, at most two of them, said after the shape."""
    fields: dict[str, Any] = {}
    tails: list[str] = []
    straight = shape in ("line", "row", "column", "diagonal")
    roll = ctx.rng.random()
    if roll < 0.16 and (straight or shape in ("circle", "square", "triangle")):
        words, fields["size"] = exact_length(ctx)
        family = "line" if straight else "circle" if shape == "circle" else "square"
        tails.append(ctx.say(_SIZE[family], d=words))
        if shape == "circle" and ctx.chance(0.4):
            tails[-1], fields["size"] = _radius(ctx)
    elif roll < 0.30 and (straight or shape in ("circle", "square", "grid")):
        words, fields["spacing"] = exact_length(ctx)
        tails.append(ctx.say(_SPACING, d=words))
    elif roll < 0.38 and (straight or shape in ("circle", "square", "grid")):
        tails.append(ctx.say(_EVEN))
    elif roll < 0.43 and straight:
        tails.append(ctx.say(_TIGHT))
        fields["spacing"] = p.Length(value=1, unit="cm")
    if ctx.chance(0.2) and shape not in ("cluster", "spread", "pyramid", "corners", "sides"):
        key: Any = ctx.weighted({"small_first": 4, "large_first": 4, "alternate": 4, "by_color": 3, "light_first": 1.5, "dark_first": 1.5, "short_first": 1.6, "tall_first": 1.6,
                                 "a_first": 0.8, "z_first": 0.4, "by_kind": 0.5})
        fields["sort"] = key
        tails.append(ctx.say((_SORTED if shape in ("line", "row") else _SIDELESS)[key]))
    if ctx.chance(0.25) and shape != "spread":
        pp = region_place(ctx) if ctx.chance(0.65) else landmark_place(ctx, ctx.one(["in_front_of", "behind", "left_of", "right_of", "next_to"]), rich=0.3)
        if pp.text != "aside" and pp.place.distance is None:
            fields["place"] = pp.place
            tails.insert(ctx.one([0, len(tails)]), pp.text)
    return " ".join(tails), fields


def _radius(ctx: Ctx) -> tuple[str, p.Length]:
    r = ctx.one([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20])
    words = ctx.one([f"{r} cm", f"{r}cm", f"{r} centimeters", f"{lx.number_words(r)} centimeters", f"{lx.number_words(r)} cm"])
    text = ctx.say(["with a radius of {r}", "of radius {r}", "with radius {r}", "{r} in radius", "whose radius is {r}", "at a radius of {r}", "with all of them {r} from the centre"], r=words)
    return text, p.Length(value=2 * r, unit="cm")


def whole(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A sentence that names things and shape."""
    shape: Any = ctx.weighted({"line": 5, "row": 6, "column": 4, "diagonal": 3, "circle": 6, "square": 4, "triangle": 3, "grid": 3, "pyramid": 2.5, "cluster": 5, "spread": 5})
    bare = shape in _BARE and ctx.chance(0.3)
    o = bare_things(ctx) if bare else things(ctx, refs)
    text = ctx.say(_BARE[shape], m=o.text) if bare else ctx.say(_WHOLE[shape], o=o.text)
    tail, fields = _details(ctx, shape)
    comma = ", " if tail and ctx.chance(0.2) else " "
    return f"{text}{comma}{tail}".strip(), [p.Arrange(objs=(o.obj,), shape=shape, **fields)]


def grid(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "two rows of three", "a 3 by 2 grid", "three columns of two"."""
    rows, columns = ctx.rng.randint(1, 4), ctx.rng.randint(2, 4)
    number: Any = ctx.one([str, lx.number_words])
    r, c = number(rows), number(columns)
    row, column = ("row" if rows == 1 else "rows"), ctx.one(["columns", "columns", "cols"])
    o = things(ctx, refs)
    if rows == 1:
        rows, r, row = 2, number(2), "rows"
    roll = ctx.rng.random()
    if roll < 0.25:
        text = ctx.say(["arrange {o} in {c} columns of {r}", "make {c} columns of {r} with {o}", "{o} in {c} columns with {r} each", "put {o} into {c} columns, {r} in each", "lay {o} out as {c} columns of {r}"], o=o.text, r=r, c=c)
    else:
        text = ctx.say(["arrange {o} in {r} {w} of {c}", "make {r} {w} of {c} with {o}", "put {o} into {r} {w} with {c} in each", "form a {r} by {c} grid out of {o}", "lay {o} out {r} by {c}", "{o} in {r} {w}", "put {o} in {r} {w}", "split {o} into {r} {w}",
                        "a grid with {r} {w} and {c} {k} out of {o}", "set {o} up in {r} {w}, {c} {k}", "I want {r} {w} of {c} from {o}", "line {o} up in {r} {w}", "arrange {o} as a {r}x{c} grid" if r.isdigit() else "arrange {o} as a {r} by {c} grid",
                        "turn {o} into a {r} by {c} matrix", "{r} {w} and {c} {k}, made from {o}", "distribute {o} over {r} {w}", "use {o} to fill a {r} by {c} grid"], o=o.text, r=r, c=c, w=row, k=column)
    fields: dict[str, Any] = {}
    if ctx.chance(0.15):
        words, fields["spacing"] = exact_length(ctx)
        text += " " + ctx.say(_SPACING, d=words)
    return text, [p.Arrange(objs=(o.obj,), shape="grid", rows=rows, **fields)]


def ordered(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A row, column or ring in a given order: "from left to right: the red block, ..."."""
    items = several(ctx, ctx.weighted({2: 1, 3: 6, 4: 3}), {"block": 20.0, "cup": 2, "can": 2, "bowl": 2, "ball": 1, "object": 1})
    if ctx.chance(0.35):
        return _ordered_colors(ctx)
    shape, way, back = _way(ctx)
    words = [i.text for i in items]
    objs = tuple(i.obj for i in (items[::-1] if back else items))
    name = {"row": ctx.one(["row", "line"]), "column": ctx.one(["column", "line"]), "circle": ctx.one(["circle", "ring"])}[shape]
    if shape == "row" and len(items) == 3 and not back and ctx.chance(0.3):
        a, b, c = words
        text, objs = ctx.say([f"in a {name}, {{a}} on the left, {{b}} in the middle and {{c}} on the right", f"make a {name} with {{a}} on the left, {{b}} in the middle and {{c}} on the right", f"{{c}} on the right, {{a}} on the left and {{b}} between them, in a {name}",
                              f"put {{a}}, {{b}} and {{c}} in a {name} with {{b}} in the middle", f"a {name}: {{a}}, next {{b}}, next {{c}}"], a=a, b=b, c=c), tuple(i.obj for i in items)
        return text, [p.Arrange(objs=objs, shape="row")]
    text = ctx.say(["put {l} in a {s} {w}", "{w} put {l} in a {s}", "line up {l} {w}" if shape != "circle" else "arrange {l} in a {s} {w}", "arrange {l} {w} in a {s}", "{w}: {l}, in a {s}", "make a {s} {w} with {l}", "I want a {s} with {l} {w}", "the {s} should be, {w}, {l}",
                    "a {s} of {l}, {w}", "lay out {l} as a {s} {w}", "set {l} in a {s}, in that order {w}", "order them {w} in a {s}: {l}"], l=join(ctx, words), s=name, w=way)
    return text, [p.Arrange(objs=objs, shape=shape)]


def _way(ctx: Ctx) -> tuple[Any, str, bool]:
    """(shape, words for the direction, whether the words run against the slots)."""
    return ctx.one([("row", ctx.word(["from left to right", "left to right", "starting on the left", "going to the right", "beginning at the left", "from the left"]), False),
                    ("row", ctx.word(["from right to left", "right to left", "starting on the right", "going to the left", "beginning at the right", "from the right"]), True),
                    ("column", ctx.word(["from front to back", "front to back", "starting at the front", "from near to far", "from bottom to top on the table"]), False),
                    ("column", ctx.word(["from back to front", "back to front", "starting at the back", "from far to near", "from top to bottom on the table"]), True),
                    ("circle", ctx.word(["clockwise", "going clockwise", "in clockwise order", "clockwise from the top", "clockwise, starting at the back"]), False)])


def _ordered_colors(ctx: Ctx) -> Clause:
    colors: Any = ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 1, 3: 6, 4: 3}))
    words = [ctx.word(lx.COLOR_WORDS[c]) for c in colors]
    shape, way, back = _way(ctx)
    name = {"row": ctx.one(["row", "line"]), "column": ctx.one(["column", "line"]), "circle": ctx.one(["circle", "ring"])}[shape]
    noun = lx.plural(ctx.word(lx.KIND_WORDS["block"]))
    listed = f"{words[0]} first, then {', then '.join(words[1:])}" if ctx.chance(0.25) else ctx.one([join(ctx, words), ", ".join(words)])
    text = ctx.say(["line up the {n} {w}: {l}" if shape != "circle" else "set the {n} in a {s} {w}: {l}", "put the {n} in a {s} {w}: {l}", "a {s} of {n}, {w}, {l}", "arrange the {n} in a {s} in the order {l} {w}", "{w} the {n} should be {l}, in a {s}", "order the {n} {w} in a {s} like this: {l}",
                    "make a {s} of {n} that goes {l} {w}", "the {s} of {n} should read {l} {w}"], n=noun, s=name, w=way, l=listed)
    return text, [p.Arrange(objs=tuple(p.Obj(colors=(c,), kind="block") for c in (colors[::-1] if back else colors)), shape=shape)]


def around(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Things on a ring or square around something, at times with a radius."""
    o = things(ctx, refs)
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.3)
    shape: Any = ctx.weighted({"circle": 6, "square": 1, "triangle": 0.7})
    fields: dict[str, Any] = {}
    if shape != "circle":
        text = ctx.say(["make a {s} of {o} around {m}", "put {o} in a {s} around {m}", "enclose {m} in a {s} of {o}", "frame {m} with {o} in a {s}", "with {m} in the middle, arrange {o} in a {s}"], o=o.text, m=mark.text, s=shape)
    else:
        text = ctx.say(["put {o} all around {m}", "lay {o} in a ring around {m}", "fence {m} in with {o}", "let {o} circle {m}", "{m} should be in the middle of a ring of {o}", "make a ring around {m} out of {o}", "form a circle around {m} with {o}", "surround {m} by {o}",
                        "enclose {m} with {o}", "{o} around {m}", "with {m} at the centre, make a circle of {o}", "have {o} stand around {m}", "build a fence around {m} from {o}", "put {o} on every side of {m}", "ring {m} with {o}", "guard {m} by putting {o} around it", "place {o} so that they surround {m}"],
                       o=o.text, m=mark.text)
        if ctx.chance(0.25):
            tail, fields["size"] = _radius(ctx) if ctx.chance(0.5) else _diameter(ctx)
            text += " " + tail
    return text, [p.Arrange(objs=(o.obj,), shape=shape, place=p.Place(rel="around", obj=mark.obj), **fields)]


def _diameter(ctx: Ctx) -> tuple[str, p.Length]:
    words, size = exact_length(ctx)
    return ctx.say(_SIZE["circle"], d=words), size


def table_ends(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Corners and sides of the table, one thing each."""
    corners = ctx.chance(0.6)
    if ctx.chance(0.4):
        np = noun_phrase(ctx, False, {"block": 10.0, "can": 1, "cup": 1, "ball": 1, "bowl": 1}, 2, 0.0, definite=True)
        bare = np.text.removeprefix("the ")
        if np.obj.noun or np.obj.name or np.obj.order:
            return table_ends(ctx, refs)
        text = ctx.say(["one {n} in each corner", "put {a} {n} in every corner", "one {n} for every corner of the table", "each corner should get {a} {n}", "every corner needs {a} {n}", "a {n} at each of the four corners" if lx.article(bare) == "a" else "one {n} at each of the four corners", "place one {n} in all four corners"] if corners else
                       ["one {n} at each side of the table", "put {a} {n} at every edge of the table", "each side of the table should get one {n}", "every edge gets {a} {n}", "place one {n} at all four sides"], n=bare, a=lx.article(bare))
        return text, [p.Arrange(objs=(np.obj.model_copy(update={"quant": "count", "count": 4}),), shape="corners" if corners else "sides")]
    o = things(ctx, refs)
    text = ctx.say(["send {o} to different corners", "{o} into the corners, one in each", "put {o} into the corners, one per corner", "give each of {o} a corner of its own", "{o} should each go in another corner", "share {o} out over the corners of the table", "no two of {o} in the same corner, please",
                    "every one of {o} gets its own corner", "use all the corners for {o}"] if corners else
                   ["send {o} to different sides of the table", "{o} to the edges, one at each", "{o} should each go to another side", "share {o} out over the four sides", "give each of {o} a side of its own", "put {o} each at another edge of the table", "one side for each of {o}"], o=o.text)
    return text, [p.Arrange(objs=(o.obj,), shape="corners" if corners else "sides")]


_CLOCK: list[Any] = ["back_left", "back_right", "front_right", "front_left"]


def clockwise_corners(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Corners in turn from a first one: one put each."""
    items = several(ctx, ctx.weighted({2: 1, 3: 3, 4: 4}))
    start, step = ctx.rng.randrange(4), ctx.one([1, 1, -1])
    way = ctx.word(["clockwise", "going clockwise", "in clockwise direction"]) if step == 1 else ctx.word(["counterclockwise", "anticlockwise", "going anticlockwise"])
    corner = f"{ctx.word(lx.CORNER_WORDS[_CLOCK[start]])} corner"
    text = ctx.say(["{w} from the {c} put {l} in the corners", "put {l} into the corners {w}, starting at the {c}", "starting in the {c} and {w}: {l} in the corners, one each", "{l} go in the corners {w}, beginning with the {c}", "fill the corners {w} from the {c} on with {l}",
                    "begin at the {c} and go {w}: {l}, a corner each", "put {l} in the corners, first the {c}, then {w}"], w=way, c=corner, l=join(ctx, [i.text for i in items]))
    text = text.replace("go going", "go").replace("go in clockwise direction", "go clockwise")
    return text, [p.Put(obj=i.obj, place=p.Place(rel="at", region=_CLOCK[(start + k * step) % 4])) for k, i in enumerate(items)]


def gather_at(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Together at a place: "bring the blocks together in the middle"."""
    o = things(ctx, refs)
    pp: PP = region_place(ctx) if ctx.chance(0.6) else landmark_place(ctx, ctx.one(["next_to", "next_to", "left_of", "right_of", "in_front_of", "behind"]), rich=0.3)
    if pp.text == "aside" or pp.place.distance is not None:
        return whole(ctx, refs)
    text = ctx.say(["gather {o} {p}", "bring {o} together {p}", "collect {o} {p}", "group {o} {p}", "round up {o} {p}", "cluster {o} {p}", "assemble {o} {p}", "get {o} together {p}", "make a heap of {o} {p}", "put {o} close together {p}", "bunch {o} up {p}", "huddle {o} together {p}",
                    "{o} should come together {p}", "make a small group of {o} {p}", "pull {o} into a bunch {p}"], o=o.text, p=pp.text)
    return text, [p.Arrange(objs=(o.obj,), shape="cluster", place=pp.place)]


def edge_row(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A row along the front or back edge, a column along the left or right one."""
    o = things(ctx, refs)
    side: Any = ctx.one(["front", "back", "left", "right"])
    shape: Any = "row" if side in ("front", "back") else "column"
    edge = f"{ctx.word(lx.REGION_WORDS[side]) if side in ('front', 'back') else side} {ctx.one(['edge', 'side'])}"
    edge = edge.replace("edge edge", "edge").replace("side side", "side").replace("edge side", "edge").replace("side edge", "side")
    text = ctx.say(["line {o} up along the {e}", "put {o} in a {s} along the {e}", "lay {o} out along the {e}", "make a {s} of {o} at the {e}", "string {o} out along the {e}", "{o} in a {s} at the {e} of the table", "range {o} along the {e}", "set {o} up in a {s} near the {e}", "let {o} line the {e}", "border the {e} with {o}"],
                   o=o.text, e=edge, s=ctx.one([shape, "line"]))
    return text, [p.Arrange(objs=(o.obj,), shape=shape, place=p.Place(rel="at", region=side))]


MAKERS: dict[Any, float] = {whole: 10, grid: 2.5, ordered: 4, around: 3, table_ends: 2.5, clockwise_corners: 1.2, gather_at: 2, edge_row: 2}


def shape_sentence(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A whole sentence for an arrangement, by one of MAKERS."""
    return ctx.weighted(MAKERS)(ctx, refs)
