"""Stacks, patterns and loops over groups: stack, arrange, reshape.

Knows: how shapes, orders and sizes of arrangements are said. Does not know: single moves.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.patterns import arrangements as shapes
from training.corpus.patterns import puzzles, towers
from training.corpus.patterns.reshapes import reshape
from training.corpus.phrases.clauses import Clause, join, several
from training.corpus.phrases.descriptions import MOVABLE, NP, noun_phrase
from training.corpus.phrases.places import PP, landmark_place, length, matching_place, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

STACKABLE = {"block": 30.0, "cup": 4, "can": 3, "object": 3, "bowl": 4, "box": 2, "plate": 3, "jenga": 1,
             "lego": 1, "mug": 1, "domino": 1}

_SORTS: dict[str, list[str]] = {
    "small_first": ["from smallest to (largest|biggest)", "smallest first", "in order of increasing size",
                    "sorted from small to (large|big)", "by size, smallest first", "in ascending order of size",
                    "from small to large", "starting with the smallest", "from the smallest to the (largest|biggest)"],
    "large_first": ["from (largest|biggest) to smallest", "(largest|biggest) first", "in order of decreasing size",
                    "sorted from (large|big) to small", "by size, (biggest|largest) first",
                    "in descending order of size", "from big to small", "starting with the (largest|biggest)",
                    "from the (largest|biggest) to the smallest"],
    "alternate": ["in alternating colors", "alternating the (colors|colours)", "with alternating (colors|colours)",
                  "in alternate (colors|colours)", "so that the colors alternate", "switching colors each time",
                  "so no two neighbours have the same (color|colour)", "with alternate colours",
                  "so that the (colors|colours) take turns", "one (color|colour) after the other in turn", "alternating between the (colors|colours)", "in alternate color order"],
    "by_color": ["sorted by (color|colour)", "grouped by (color|colour)", "ordered by (color|colour)",
                 "color by color", "with the same colors together", "by (color|colour)"],
    "light_first": ["from light to dark", "from the lightest to the darkest", "lightest first",
                    "sorted from light to dark", "from brightest to darkest"],
    "dark_first": ["from dark to light", "from the darkest to the lightest", "darkest first",
                   "sorted from dark to light", "from darkest to brightest"],
    "a_first": ["in alphabetical order", "alphabetically", "sorted alphabetically", "from a to z", "in alphabetic order", "a to z", "in the order of the alphabet", "ordered by name", "sorted by name", "in order of their names", "with the names in alphabetical order", "by first letter"],
    "z_first": ["in reverse alphabetical order", "alphabetically backwards", "from z to a", "z to a", "sorted by name from z to a", "in backwards alphabetical order", "reverse alphabetically", "by name, last letter of the alphabet first"],
    "by_kind": ["sorted by kind", "by kind", "grouped by type", "sorted by type", "with things of one kind next to each other", "kind by kind", "ordered by what they are", "keeping each kind together", "same kinds side by side"],
    "reverse": ["in reverse order", "in the opposite order", "the other way round", "backwards"],
    "short_first": ["from (shortest|lowest) to (tallest|highest)", "(shortest|lowest) first", "in order of increasing height", "sorted by height, (shortest|lowest) first", "by height, from low to high",
                    "in ascending order of height", "from short to tall", "starting with the shortest", "from the lowest to the tallest"],
    "tall_first": ["from (tallest|highest) to (shortest|lowest)", "(tallest|highest) first", "in order of decreasing height", "sorted by height, (tallest|highest) first", "by height, the tallest first",
                   "in descending order of height", "from tall to short", "starting with the tallest", "from the highest to the lowest"],
}


def sort_words(ctx: Ctx, stack: bool = False) -> tuple[str, Any]:
    """An order in words and as a sort: ("from small to big", "small_first"); for stacks, upwards."""
    key: Any = ctx.weighted({"small_first": 3, "large_first": 4, "alternate": 4, "by_color": 3,
                             "light_first": 1, "dark_first": 1, "reverse": 0.6, "short_first": 1.2, "tall_first": 1.2,
                             "a_first": 0.6, "z_first": 0.3, "by_kind": 0.4})
    if stack and key == "large_first" and ctx.chance(0.4):
        return ctx.say(["with the (biggest|largest) at the bottom", "largest at the bottom", "from big at the bottom to small on top",
                        "with the smallest on top", "bottom to top from largest to smallest", "biggest on the bottom"]), key
    if stack and key in ("dark_first", "light_first") and ctx.chance(0.5):
        a, b = ("darkest", "lightest") if key == "dark_first" else ("lightest", "darkest")
        return ctx.say([f"with the {a} at the bottom", f"{a} at the bottom", f"by brightness, the {a} at the bottom", f"with the {b} on top", f"the {b} on top", f"from the {a} at the bottom to the {b} on top"]), key
    if not stack and key in ("small_first", "large_first", "dark_first", "light_first") and ctx.chance(0.3):
        a, b = {"small_first": ("small", "big"), "large_first": ("big", "small"), "dark_first": ("dark", "light"), "light_first": ("light", "dark")}[key]
        return ctx.say([f"from {a} on the left to {b} on the right", f"going from {a} to {b}", f"{a} on the left, {b} on the right", f"with {a} ones on the left and {b} ones on the right", f"from left to right from {a} to {b}"]), key
    if key in ("short_first", "tall_first") and ctx.chance(0.5):
        a, b = ("shortest", "tallest") if key == "short_first" else ("tallest", "shortest")
        low, high = ("at the bottom", "on top") if stack else ("on the left", "on the right")
        return ctx.say([f"by height, {a} {low}", f"with the {a} {low} and the {b} {high}", f"{a} {low}", f"the {b} {high}, sorted by height", f"by height, from the {a} {low} to the {b} {high}", f"ordered by height with the {a} one {low}", f"according to height, the {a} {low}"]), key
    if stack and key == "small_first" and ctx.chance(0.4):
        return ctx.say(["with the smallest at the bottom", "smallest at the bottom", "with the (biggest|largest) on top",
                        "bottom to top from smallest to largest"]), key
    return ctx.say(_SORTS[key]), key


def group(ctx: Ctx, refs: float = 0.0, kinds: dict[str, float] | None = None) -> NP:
    """Several things to stack or arrange, as one phrase."""
    return noun_phrase(ctx, True, kinds or STACKABLE, 0, 0.7, refs=refs)


def _stack_place(ctx: Ctx) -> PP | None:
    if ctx.chance(0.55):
        return None
    if ctx.chance(0.5):
        return region_place(ctx)
    return landmark_place(ctx, ctx.one(["on", "on", "next_to", "left_of", "right_of", "in"]))


def stack(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A stack of two, of a list, of a group, or a puzzle: "stack the red blocks"."""
    if ctx.chance(0.09):
        return puzzles.puzzle(ctx, refs)
    if ctx.chance(0.5):
        return towers.tower_sentence(ctx, refs)
    roll = ctx.rng.random()
    if roll < 0.12:
        return _stack_two(ctx)
    if roll < 0.42:
        return _stack_listed(ctx)
    if roll < 0.52:
        return _stack_same_color(ctx)
    if roll < 0.60:
        return _stack_with_top(ctx)
    if roll < 0.645:
        return _stack_colors(ctx)
    if roll < 0.67:
        return _alternate(ctx)
    o = group(ctx, refs)
    for _ in range(6):
        # "stack the blocks in the corner" says where the stack shall be, not which blocks
        if not any(r.rel in ("at", "in", "on", "next_to", "behind", "left_of", "right_of") for r in o.obj.where):
            break
        o = group(ctx, refs)
    sort: Any = None
    tail = ""
    if ctx.chance(0.3):
        tail, sort = sort_words(ctx, True)
    pp = _stack_place(ctx)
    where = pp.text if pp else ""
    if where.startswith(("aside",)):
        pp, where = None, ""
    tower = ctx.word(["tower", "stack", "pile", "single stack", "column", "skyscraper", "single tower"])
    text = ctx.say([
        "stack {o} {s} {w}", "stack [up] {o} {w} {s}", "build a {t} (of|from|out of|with|using) {o} {w} {s}",
        "make a {t} (of|from|out of|with|using) {o} {w} {s}", "pile [up] {o} {w} {s}", "put {o} on top of each other {w} {s}",
        "stack {o} on top of (each other|one another) {w} {s}", "put {o} in a {t} {w} {s}", "arrange {o} into a {t} {w} {s}",
        "pile {o} on top of one another {s} {w}", "heap up {o} {w} {s}", "turn {o} into a {t} {w} {s}",
        "I want a {t} (of|made of) {o} {w} {s}", "create a {t} {w} with {o} {s}", "assemble {o} into a {t} {s} {w}",
        "construct a {t} {w} out of {o} {s}", "place {o} one on top of the other {w} {s}", "form a {t} from {o} {w} {s}",
    ], o=o.text, s=tail, w=where, t=tower)
    return text, [p.Stack(objs=(o.obj,), sort=sort, place=pp.place if pp else None)]


def _stack_two(ctx: Ctx) -> Clause:
    a, b = several(ctx, 2, STACKABLE)
    text = ctx.say(["stack {a} on {b}", "stack {a} on top of {b}", "stack {a} onto {b}", "pile {a} on {b}", "put {a} on top of {b}",
                    "build {a} on {b}", "stack {a} atop {b}"], a=a.text, b=b.text)
    return text, [p.Put(obj=a.obj, place=p.Place(rel="on", obj=b.obj))]


def _stack_listed(ctx: Ctx) -> Clause:
    items = several(ctx, ctx.weighted({2: 2, 3: 5, 4: 2, 5: 1}), {"block": 20.0, "cup": 2, "can": 2, "bowl": 2, "object": 1})
    pp = _stack_place(ctx)
    where = pp.text if pp and pp.text != "aside" else ""
    words = [i.text for i in items]
    down = ctx.chance(0.3)
    if not down:
        text = ctx.say([
            "stack {l} {w}", "stack {l} {w} in that order", "stack {l} {w} (from bottom to top|bottom to top)",
            "build a (tower|stack) of {l} {w} [bottom to top|from the bottom up|in this order]",
            "make a (tower|stack) {w} with {c}", "(stack|pile) {c} {w}", "from bottom to top stack {l} {w}",
            "build a tower from bottom to top of {l} {w}", "put {l} on top of each other {w}",
        ], l=join(ctx, words), c=_chain(ctx, words), w=where)
        order = items
    else:
        text = ctx.say([
            "stack {l} {w} from top to bottom", "stack {l} {w}, top to bottom",
            "build a (tower|stack) {w} from top to bottom of {l}", "from top to bottom stack {l} {w}",
        ], l=join(ctx, words), w=where)
        order = items[::-1]
    return text, [p.Stack(objs=tuple(i.obj for i in order), place=pp.place if where and pp else None)]


def _stack_colors(ctx: Ctx) -> Clause:
    """ "from top to bottom: red, white, blue": colours alone."""
    colors: Any = ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 1, 3: 5, 4: 2}))
    words = join(ctx, [ctx.word(lx.COLOR_WORDS[c]) for c in colors])
    down = ctx.chance(0.45)
    order = ctx.one(["from top to bottom", "top to bottom", "from the top down"]) if down else ctx.one(["from bottom to top", "bottom to top", "from the bottom up", "in that order"])
    blocks = ctx.chance(0.5)
    if blocks:
        text = ctx.say(["stack the blocks {o}: {w}", "stack the {w} blocks {o}" if not down else "stack the blocks {w} {o}", "build a tower of blocks {o}: {w}", "the blocks should be stacked {o} {w}"], o=order, w=words)
    else:
        text = ctx.say(["stack {w} {o}", "build a tower {o}: {w}", "{o} the tower should be {w}", "a tower, {o} {w}", "make a stack of {w}, {o}", "the stack must be {w} {o}"], o=order, w=words)
    objs = tuple(p.Obj(colors=(c,), kind="block" if blocks else "object") for c in (colors[::-1] if down else colors))
    return text, [p.Stack(objs=objs)]


def _alternate(ctx: Ctx) -> Clause:
    """ "line the blocks up so that red and blue alternate"."""
    colors: Any = tuple(ctx.rng.sample(list(lx.COLOR_WORDS), 2))
    a, b = (ctx.word(lx.COLOR_WORDS[c]) for c in colors)
    noun = lx.plural(ctx.word(lx.KIND_WORDS["block"]))
    obj = p.Obj(quant="all", colors=colors, kind="block")
    if ctx.chance(0.4):
        return ctx.say(["stack the {a} and {b} {n} alternating", "build a tower alternating {a} and {b} {n}", "stack {a} and {b} {n} in turns", "make a stack of {n} that alternates between {a} and {b}", "pile up {n}, {a} and {b} in turn"], a=a, b=b, n=noun), [p.Stack(objs=(obj,), sort="alternate")]
    shape: Any = ctx.one(["line", "row", "circle"])
    word = ctx.one(["line", "straight line"]) if shape == "line" else shape
    return ctx.say(["put the {a} and {b} {n} in a {s}, alternating", "make a {s} of {n} alternating {a} and {b}", "arrange {n} in a {s} so that {a} and {b} alternate", "a {s} of {n}: {a}, {b}, {a}, {b}", "form a {s} where {a} and {b} {n} take turns"], a=a, b=b, n=noun, s=word), [p.Arrange(objs=(obj,), shape=shape, sort="alternate")]


def _chain(ctx: Ctx, words: list[str]) -> str:
    """ "the red block at the bottom, then the blue one, and the green one on top"."""
    out = f"{words[0]} {ctx.one(['at the bottom', 'first', 'on the bottom', 'as the base', 'lowest'])}"
    for w in words[1:-1]:
        out += f", {ctx.one(['then', 'next', 'followed by', 'then'])} {w}"
    end = ctx.one(["on top", "at the top", "last", "on the very top"])
    return out + f"{ctx.one([', ', ' '])}and {ctx.one(['', 'finally ', 'then '])}{words[-1]} {end}"


def _stack_same_color(ctx: Ctx) -> Clause:
    """Smaller things over bigger things of the same colour."""
    noun = ctx.word(lx.KIND_WORDS["block"])
    blocks = lx.plural(noun)
    compare: Any = ctx.weighted({"same_color": 4, "different_color": 1})
    what = ctx.one(["color", "colour"])
    small, big = ctx.one([("smaller", "bigger"), ("small", "big"), ("smaller", "larger"), ("little", "large"), ("small", "large")])
    colour = {"same_color": ctx.say(["of the same {c}", "with the same {c}", "of matching {c}", "that match in {c}", "in the same {c}"], c=what),
              "different_color": ctx.say(["of a different {c}", "with a different {c}", "of another {c}"], c=what)}[compare]
    text = ctx.say(["{v} [the|all|all the] {s} {n} {on} [the] {b} {n2} {m}", "{v} [each|every] {s} {n1} {on} (a|the) {b} {n1} {m}",
                    "(the|all) {s} {n} should (be|go) {on} (the|a) {b} (ones|one) {m}"],
                   v=ctx.word(["stack", "put", "place", "pile", "set"]), s=small, b=big, n=blocks, n1=noun,
                   n2=ctx.one([blocks, "ones"]), m=colour, on=ctx.word(["on", "over", "on top of", "onto", "atop"]))
    where = (p.Relation(rel=compare, obj=p.Obj(ref="this")),)
    return text, [p.Put(obj=p.Obj(quant="all", size="small", kind="block"),
                        place=p.Place(rel="on", obj=p.Obj(quant="a", size="large", kind="block", where=where)))]


def _stack_with_top(ctx: Ctx) -> Clause:
    g = noun_phrase(ctx, True, {"block": 9.0, "cup": 1}, 1, 0.1)
    if g.obj.quant != "all" or g.obj.where or g.obj.exclude or not g.kind_word:
        return _stack_listed(ctx)
    x = noun_phrase(ctx, False, None, 1, 0.2, one=(g.obj.kind, g.kind_word), need=True, definite=True)
    if x.obj.where or (x.obj.order and x.obj.order.of):
        return _stack_listed(ctx)
    rest = g.obj.model_copy(update={"exclude": x.obj})
    top = ctx.chance(0.6)
    end = ctx.one(["on top", "at the top", "on the very top"]) if top else ctx.one(["at the bottom", "on the bottom", "as the base", "at the base"])
    text = ctx.say(["stack {g} with {x} {e}", "stack {g} and make sure {x} is {e}", "build a tower of {g} with {x} {e}",
                    "stack {g} so that {x} is {e}", "pile up {g}, {x} {e}", "stack {g}, with {x} {e}"], g=g.text, x=x.text, e=end)
    return text, [p.Stack(objs=(rest, x.obj) if top else (x.obj, rest))]


_SHAPES: dict[str, list[str]] = {
    "line": ["line", "straight line", "single line", "horizontal line", "queue", "neat line"],
    "row": ["row", "horizontal row", "single row", "row from left to right", "neat row"],
    "column": ["column", "vertical line", "vertical column", "vertical row", "file from front to back"],
    "diagonal": ["diagonal", "diagonal line", "diagonal row", "slanted line", "line from corner to corner"],
    "circle": ["circle", "ring", "round", "circular shape", "circular pattern"],
    "square": ["square", "square shape", "square pattern", "2 by 2 square"],
    "triangle": ["triangle", "triangular shape", "triangle shape"],
    "grid": ["grid", "matrix", "checkerboard", "regular grid", "array"],
    "pyramid": ["pyramid", "pyramid shape", "small pyramid"],
    "cluster": ["cluster", "group", "bunch", "clump", "pile on the table", "huddle"],
}


def arrange(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A pattern of things, or a change of the last one: "make a row of the cans"."""
    roll = ctx.rng.random()
    if roll < 0.05:
        return reshape(ctx, refs)
    if roll < 0.52:
        return shapes.shape_sentence(ctx, refs)
    if roll < 0.61:
        return _special_shape(ctx, refs)
    listed = ctx.chance(0.15)
    objs: tuple[Any, ...]
    if listed:
        items = several(ctx, ctx.weighted({2: 1, 3: 4, 4: 2}))
        words, objs = join(ctx, [i.text for i in items]), tuple(i.obj for i in items)
    else:
        o = group(ctx, refs, MOVABLE | {"block": 60.0})
        for _ in range(6):
            if not any(r.rel in ("at", "in", "on") for r in o.obj.where):
                break
            o = group(ctx, refs, MOVABLE | {"block": 60.0})
        words, objs = o.text, (o.obj,)
    shape: Any = ctx.weighted({"line": 6, "row": 5, "column": 3, "diagonal": 2, "circle": 5, "square": 3,
                               "triangle": 3, "grid": 2, "pyramid": 2, "cluster": 1})
    noun = ctx.word(_SHAPES[shape])
    fields: dict[str, Any] = {}
    tails: list[str] = []
    if ctx.chance(0.2) and shape != "cluster":
        tail, fields["sort"] = sort_words(ctx)
        tails.append(tail)
    if ctx.chance(0.16) and shape not in ("pyramid", "grid", "cluster"):
        d, size = length(ctx)
        if size.is_measured:
            fields["size"] = size
            if shape == "circle" and ctx.chance(0.5):
                tails.append(ctx.say(["with a diameter of {d}", "{d} across", "{d} wide", "of {d} diameter"], d=d))
            elif ctx.chance(0.5):
                tails.append(ctx.say(["of {d}", "{d} long", "with a length of {d}", "that is {d} long", "of length {d}"], d=d))
            else:
                noun = f"{d} {noun}"
    if ctx.chance(0.13) and "size" not in fields and shape not in ("pyramid", "cluster"):
        d, spacing = length(ctx)
        if spacing.is_measured:
            fields["spacing"] = spacing
            tails.append(ctx.say(["with {d} between them", "{d} apart", "with gaps of {d}", "spaced {d} apart",
                                  "with a spacing of {d}", "leaving {d} between them", "with {d} in between"], d=d))
    if shape == "grid" and ctx.chance(0.5):
        rows = ctx.one([2, 2, 3, 4])
        fields["rows"] = rows
        tails.append(ctx.say(["with {r} rows", "of {r} rows", "in {r} rows"], r=ctx.one([str(rows), lx.number_words(rows)])))
    if ctx.chance(0.28):
        pp = _around(ctx) if shape in ("circle", "square", "triangle") and ctx.chance(0.5) else (
            region_place(ctx) if ctx.chance(0.6) else landmark_place(ctx, ctx.one(["in_front_of", "behind", "left_of", "right_of", "next_to", "on"]), rich=0.3))
        if pp.text != "aside":
            fields["place"] = pp.place
            tails.append(pp.text)
    ctx.rng.shuffle(tails)
    if shape in ("line", "row") and not tails and ctx.chance(0.12):
        tails.append(ctx.one(["from left to right", "left to right", "going from left to right", "from right to left"]))
    if shape == "column" and not tails and ctx.chance(0.12):
        tails.append(ctx.one(["from front to back", "front to back", "from back to front"]))
    art = "" if noun[0].isdigit() else lx.article(noun)
    text = ctx.say([
        "{v} {o} in {a} {n} {t}", "{v} {o} into {a} {n} {t}", "make {a} {n} (of|with|out of|from|using) {o} {t}",
        "form {a} {n} (with|from|out of|of) {o} {t}", "line up {o} in {a} {n} {t}", "{v} {o} as {a} {n} {t}",
        "build {a} {n} (out of|from|with|using) {o} {t}", "{v} {o} so (that they|they) form {a} {n} {t}",
        "create {a} {n} {t} (with|out of) {o}", "I want {o} in {a} {n} {t}", "{o} should form {a} {n} {t}",
        "get {o} into {a} {n} {t}", "use {o} to make {a} {n} {t}", "draw {a} {n} with {o} {t}",
    ], v=ctx.word(["arrange", "put", "place", "lay out", "set up", "organize", "lay", "position", "order", "organise",
                   "line up", "align", "distribute", "rearrange"]),
        o=words, a=art, n=noun, t=" ".join(tails))
    return text, [p.Arrange(objs=objs, shape=shape, **fields)]


def _around(ctx: Ctx) -> PP:
    mark = noun_phrase(ctx, False, None, 1, 0.3)
    return PP(f"{ctx.one(['around', 'round', 'surrounding', 'all around'])} {mark.text}", p.Place(rel="around", obj=mark.obj))


def _special_shape(ctx: Ctx, refs: float) -> Clause:
    o = group(ctx, refs, MOVABLE | {"block": 60.0})
    shape: Any = ctx.weighted({"corners": 3, "sides": 1.2, "spread": 4, "cluster": 3, "line": 3, "around": 2})
    if shape == "around":
        mark = noun_phrase(ctx, False, None, 1, 0.3)
        text = ctx.say(["put {o} around {m}", "arrange {o} around {m}", "surround {m} with {o}", "place {o} in a circle around {m}",
                        "encircle {m} with {o}", "make {o} surround {m}", "gather {o} round {m}"], o=o.text, m=mark.text)
        return text, [p.Arrange(objs=(o.obj,), shape="circle", place=p.Place(rel="around", obj=mark.obj))]
    if shape == "line":
        tail, sort, by = "", None, ctx.chance(0.4)
        if by:
            tail, sort = sort_words(ctx)
        text = ctx.say(["line up {o} {t}", "line {o} up {t}", "align {o} {t}", "put {o} in line {t}", "sort {o} {t}" if by else "straighten out {o}"],
                       o=o.text, t=tail)
        return text, [p.Arrange(objs=(o.obj,), shape="line", sort=sort)]
    text = ctx.say({
        "corners": ["put {o} in different corners", "put {o} in the (four|) corners", "place {o} in separate corners", "one corner for each of {o}",
                    "distribute {o} over the corners", "put {o} each in its own corner", "put {o} on different corners",
                    "place {o} at the corners of the table", "spread {o} over the corners", "move {o} to different corners"],
        "sides": ["put {o} on different sides", "distribute {o} over the sides [of the table]", "place {o} along the edges of the table",
                  "put {o} at different edges"],
        "spread": ["spread {o} out", "spread out {o}", "scatter {o} [around]", "distribute {o} (evenly|over the table)", "separate {o}",
                   "space out {o}", "keep {o} apart", "pull {o} apart", "place {o} far apart from each other", "disperse {o}",
                   "spread {o} over the [whole] table", "make sure {o} don't touch [each other]", "split up {o}"],
        "cluster": ["gather {o}", "collect {o} in one place", "bring {o} together", "group {o} [together]", "put {o} (close together|together)",
                    "push {o} together", "cluster {o}", "round up {o}", "move {o} close to each other", "put {o} side by side",
                    "put {o} next to each other", "heap {o} together", "bunch {o} up"],
    }[shape], o=o.text)
    if shape == "cluster" and ctx.chance(0.25):
        pp = region_place(ctx)
        if pp.text != "aside":
            return f"{text} {pp.text}", [p.Arrange(objs=(o.obj,), shape="cluster", place=pp.place)]
    return text, [p.Arrange(objs=(o.obj,), shape=shape)]


def sort_into(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "sort the blocks into the bowls by colour": each into a matching place."""
    if ctx.chance(0.65):
        return puzzles.puzzle(ctx, refs)
    o = noun_phrase(ctx, True, {"block": 8.0, "ball": 2, "object": 2, "can": 1}, 1, 0.2)
    pp = matching_place(ctx, True)
    rel: Any = pp.place.obj.where[0].rel if pp.place.obj else ""
    if rel == "same_color" and pp.place.rel in ("in", "on") and pp.place.obj and ctx.chance(0.6):
        kind = pp.place.obj.kind
        noun = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
        prep = ctx.word(lx.REL_WORDS[pp.place.rel])
        text = ctx.say(["sort {o} {p} the {n} by (color|colour)", "sort {o} by (color|colour) {p} the {n}",
                        "match {o} (with|to) the {n} by (color|colour)" if pp.place.rel == "in" else "sort {o} {p} the {n} by colour",
                        "put {o} {p} the {n} according to [their] (color|colour)", "distribute {o} {p} the {n} by (color|colour)",
                        "color-sort {o} {p} the {n}", "put each of {o} {p} the {n} that matches"], o=o.text, p=prep, n=noun)
        return text, [p.Put(obj=o.obj, place=pp.place)]
    verb = ctx.word(lx.PUT_VERBS)
    return f"{verb} {o.text} {pp.text}", [p.Put(obj=o.obj, place=pp.place)]
