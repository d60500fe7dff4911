"""Longer tasks in one sentence: matching, smaller over bigger, odd and even, packing, either bowl.

Knows: puzzles of the kind that long-horizon benchmarks ask, in our own words. Does not know: single
moves.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits
from training.corpus.phrases.clauses import Clause, join, say_with
from training.corpus.phrases.descriptions import noun_phrase, unknown_noun
from training.corpus.phrases.places import PP, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_THIS = p.Obj(ref="this")
_SAME = (p.Relation(rel="same_color", obj=_THIS),)


def _blocks(ctx: Ctx) -> tuple[str, str]:
    noun = ctx.word(lx.KIND_WORDS["block"])
    return noun, lx.plural(noun)


def _zone(ctx: Ctx, color: bool = True) -> tuple[str, p.Obj]:
    colors: Any = (ctx.one(list(lx.COLOR_WORDS)),) if color else ()
    words = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} " if color else ""
    return f"{words}{ctx.word(lx.KIND_WORDS['zone'])}", p.Obj(colors=colors, kind="zone")


def _goal(ctx: Ctx) -> PP:
    """A zone, a corner or a side."""
    if ctx.chance(0.5):
        words, zone = _zone(ctx)
        return PP(f"{ctx.one(['on', 'onto', 'in', 'into'])} the {words}", p.Place(rel="on", obj=zone))
    while True:
        pp = region_place(ctx)
        if pp.text != "aside":
            return pp


def small_over_big(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Small ones on the large ones of the same colour, at times the large ones placed first."""
    n, m = _blocks(ctx)
    small, big = ctx.one([("smaller", "bigger"), ("small", "big"), ("small", "large"), ("little", "large"), ("smaller", "larger")])
    one = p.Obj(quant="a", size="large", kind="block", where=_SAME)
    step = p.Put(obj=p.Obj(quant="all", size="small", kind="block"), place=p.Place(rel="on", obj=one))
    over = ctx.one(["over", "on top of", "on", "onto"])
    if ctx.chance(0.35):
        zone = ctx.word(lx.KIND_WORDS["zone"])
        zones = lx.plural(zone)
        text = ctx.say(["put the {b} {m} on the {z} of their color and the {s} {m} {o} them", "first the {b} {m} onto the {z} with the same color, then each {s} {n} {o} the {b} one of its color", "stack the {s} {m} {o} the {b} ones of the same color on the {z} of that color", "on every colored {z1} put the {b} {n} of that color with the {s} one on it", "the {b} {m} go to the matching {z}, the {s} ones {o} them"],
                       b=big, s=small, m=m, n=n, z=zones, z1=zone, o=over)
        first = p.Put(obj=p.Obj(quant="all", size="large", kind="block"), place=p.Place(rel="on", obj=p.Obj(quant="a", kind="zone", where=_SAME)))
        return text, [first, step]
    text = ctx.say(["stack the {s} {m} {o} the {b} ones that have their color", "each {s} {n} belongs {o} the {b} {n} of its color", "match colors and stack {s} {m} {o} {b} {m}", "for each {b} {n} find the {s} {n} of its color and put it on top", "every {s} {n} goes {o} the {b} one with the same color", "pair {m} by color, with the {s} one {o} the {b} one", "build small towers of two: a {b} {n} and {o} it the {s} one of the same color", "put {s} {m} {o} {b} {m} wherever the colors agree", "{s} {m} should sit {o} {b} {m} that share their color", "the {s} {n} of each color goes {o} the {b} {n} of that color", "let the {b} {m} carry the {s} ones of their own color"],
                   s=small, b=big, m=m, n=n, o=over)
    return text, [step]


def odd_even(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Groups by how often their colour, size or kind occurs."""
    _, m = _blocks(ctx)
    by: Any = ctx.weighted({"color": 8, "size": 1})
    word = ctx.one(["color", "colour"]) if by == "color" else "size"
    test: Any = ctx.one(["odd", "even", "most", "fewest", "unique", "repeated"])
    which = ctx.say({
        "odd": ["whose {w} there is an odd number of", "that occur an odd number of times in their {w}", "of each {w} with an odd count", "of every {w} of which there is an odd number", "that come in an odd number per {w}", "of those {w}s that appear an odd number of times"],
        "even": ["whose {w} there is an even number of", "that occur an even number of times in their {w}", "of each {w} with an even count", "of every {w} of which there is an even number", "that come in an even number per {w}", "of those {w}s that appear an even number of times"],
        "most": ["of the {w} that occurs most often", "in the commonest {w}", "of whichever {w} there are most", "of the majority {w}", "of the {w} you see most"],
        "fewest": ["of the {w} that occurs least often", "in the rarest {w}", "of whichever {w} there are fewest", "of the minority {w}", "of the {w} you see least"],
        "unique": ["whose {w} nothing else has", "that are the only ones of their {w}", "of a {w} that is there just once", "with a {w} of their own"],
        "repeated": ["that have a partner of the same {w}", "whose {w} is there at least twice", "that are not alone in their {w}", "of {w}s that occur several times", "with the same {w} as some other one"]}[test], w=word)
    obj = p.Obj(quant="all", kind="block", group=p.Group(by=by, test=test))
    if ctx.chance(0.25):
        text = ctx.say(["stack the {m} {x}", "make a tower of the {m} {x}", "build one stack from all {m} {x}", "pile up all the {m} {x}"], m=m, x=which)
        return text, [p.Stack(objs=(obj,))]
    pp = _goal(ctx)
    text = ctx.say(["put the {m} {x} {p}", "move all {m} {x} {p}", "all {m} {x} go {p}", "bring those {m} {x} {p}", "count the {m} by {w} and put those {x} {p}", "every one of the {m} {x} should be {p}", "pick out the {m} {x} and set them {p}"], m=m, x=which, p=pp.text, w=word)
    return text, [p.Put(obj=obj, place=pp.place)]


def zone_to_zone(ctx: Ctx, refs: float = 0.0) -> Clause:
    """From one coloured area, or its left, to another."""
    _, m = _blocks(ctx)
    rel: Any = ctx.weighted({"on": 6, "left_of": 2, "right_of": 2, "behind": 1, "in_front_of": 1, "next_to": 1})
    (a, za), (b, zb) = _zone(ctx), _zone(ctx)
    while za.colors == zb.colors:
        b, zb = _zone(ctx)
    where = {"on": ["in", "on", "from", "lying in", "inside"], "left_of": ["to the left of", "left of"], "right_of": ["to the right of", "right of"], "behind": ["behind", "above"], "in_front_of": ["in front of", "below"], "next_to": ["next to", "beside"]}[rel]
    colors: Any = (ctx.one(list(lx.COLOR_WORDS)),) if ctx.chance(0.35) else ()
    words = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} {m}" if colors else m
    text = ctx.say(["move all {m} {w} the {a} {i} the {b}", "take all {m} {w} the {a} and put them {i} the {b}", "all {m} {w} the {a} go {i} the {b}", "whatever {m} you find {w} the {a}, put them {i} the {b}", "the {m} {w} the {a} shall all end up {i} the {b}", "empty the {a} of {m} and put them {i} the {b}" if rel == "on" else "move the {m} {w} the {a} over {i} the {b}"],
                   m=words, w=ctx.one(where), a=a, b=b, i=ctx.one(["on", "onto", "into", "to"]))
    if words == m and text.startswith("empty"):
        colors = ()
    return text, [p.Put(obj=p.Obj(quant="all", colors=colors, kind="block", where=(p.Relation(rel=rel, obj=za),)), place=p.Place(rel="on", obj=zb))]


def stack_on_zone(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A tower of chosen colours on an area, alternating or sorted, or in a corner."""
    _, m = _blocks(ctx)
    cs: Any = tuple(ctx.rng.sample(list(lx.COLOR_WORDS), 2))
    a, b = (ctx.word(lx.COLOR_WORDS[c]) for c in cs)
    pp = _goal(ctx)
    roll = ctx.rng.random()
    if roll < 0.5:
        text = ctx.say(["stack the {a} and {b} {m} {p} with alternating colors", "alternate {a} and {b} {m} in a tower {p}", "build a tower {p} in which {a} and {b} {m} take turns", "pile {a} and {b} {m} up in turns {p}", "a striped tower of {a} and {b} {m} {p}", "stack {a} on {b} on {a} and so on {p}, using all {a} and {b} {m}", "{a}, {b}, {a}, {b} and so on: stack the {m} like that {p}"], a=a, b=b, m=m, p=pp.text)
        return text, [p.Stack(objs=(p.Obj(quant="all", colors=cs, kind="block"),), sort="alternate", place=pp.place)]
    if roll < 0.75:
        text = ctx.say(["stack all {m} of {a} color {p}", "only the {a} {m} go into a tower {p}", "stack every {a} one of the {m} {p}", "make a tower of just the {a} {m} {p}", "collect the {a} {m} in a stack {p}"], a=a, m=m, p=pp.text)
        return text, [p.Stack(objs=(p.Obj(quant="all", colors=(cs[0],), kind="block"),), place=pp.place)]
    sort: Any = ctx.one(["large_first", "small_first"])
    tail = ctx.one(["the biggest at the bottom", "smaller on bigger", "from big to small"] if sort == "large_first" else ["the smallest at the bottom", "bigger on smaller", "from small to big"])
    text = ctx.say(["stack the {m} {p}, {t}", "a tower of all {m} {p}, {t}", "make a stack of the {m} {p} with {t}" if tail.startswith("the") else "make a stack of the {m} {p}, {t}", "pile all {m} up {p}, {t}"], m=m, p=pp.text, t=tail)
    return text, [p.Stack(objs=(p.Obj(quant="all", kind="block"),), sort=sort, place=pp.place)]


def color_corner(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two or three colours, each to its own place."""
    _, m = _blocks(ctx)
    n = ctx.weighted({2: 4, 3: 2})
    cs: Any = ctx.rng.sample(list(lx.COLOR_WORDS), n)
    places = [_goal(ctx) for _ in cs]
    words = [ctx.word(lx.COLOR_WORDS[c]) for c in cs]
    parts = [f"{w} ones {pp.text}" for w, pp in zip(words, places, strict=True)]
    parts_m = [f"the {w} {m if i == 0 else 'ones'} {pp.text}" for i, (w, pp) in enumerate(zip(words, places, strict=True))]
    text = ctx.say(["sort the {m}: {l}", "sort the {m} by color, {l}", "put {k}", "separate the {m} by color: {l}", "divide the {m}, {l}", "{k}", "tidy the {m} up by color: {l}", "split the {m} up: {l}", "the {m} have to be sorted, {l}"], m=m, l=join(ctx, parts), k=join(ctx, parts_m))
    return text, [p.Put(obj=p.Obj(quant="all", colors=(c,), kind="block"), place=pp.place) for c, pp in zip(cs, places, strict=True)]


def pack(ctx: Ctx, refs: float = 0.0) -> Clause:
    """All of a kind, of a colour, or several named things into one container."""
    box = noun_phrase(ctx, False, {"box": 10.0, "container": 1, "tray": 1, "bowl": 1}, 1, 0.2, definite=True)
    into = ctx.one(["into", "in", "inside"])
    if ctx.chance(0.45):
        plural = ctx.chance(0.6)
        word = unknown_noun(ctx, plural)
        marked, mark = ctx.span(word)
        obj = p.Obj(quant="all" if plural else "the", noun=mark)
        the = ctx.one(["all the", "all", "the", "every one of the"]) if plural else "the"
        words = f"{the} {marked}"
    else:
        np = noun_phrase(ctx, True, {"object": 4.0, "block": 5, "ball": 2, "can": 2, "cup": 1, "toy": 1}, 1, 0.2)
        words, obj, plural = np.text, np.obj, np.text.split()[0] not in ("every", "each")
    text = say_with(ctx, ["pack {o} {i} {b}", "pack {o} up {i} {b}", "{o} should be packed {i} {b}", "fill {b} with {o}", "load {b} with {o}", "get {o} packed {i} {b}", "stow {o} away {i} {b}", "put {o} away {i} {b}", "{o} belongs {i} {b}", "box up {o} in {b}", "clean up {o}: it goes {i} {b}", "stuff {o} {i} {b}", "I'm packing, {o} goes {i} {b}", "collect {o} {i} {b}", "take {o} and pack it {i} {b}", "pack {b} with {o}", "use {b} to pack {o}"],
                    plural, o=words, i=into, b=box.text)
    rel: Any = "on" if traits(box.obj.kind).is_surface else "in"
    return text, [p.Put(obj=obj, place=p.Place(rel=rel, obj=box.obj))]


def any_bowl(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put the blue blocks in a green bowl": any of several holders of that colour."""
    n, m = _blocks(ctx)
    a: Any = ctx.one(list(lx.COLOR_WORDS))
    b: Any = ctx.one(list(lx.COLOR_WORDS))
    kind: Any = ctx.weighted({"bowl": 8, "box": 2, "plate": 2, "zone": 1, "cup": 1})
    rel: Any = "on" if traits(kind).is_surface else "in"
    holder = ctx.word(lx.KIND_WORDS[kind])
    wa, wb = ctx.word(lx.COLOR_WORDS[a]), ctx.word(lx.COLOR_WORDS[b])
    art = lx.article(wb)
    some = ctx.one([art, art, "any", "some", "one of the", "any of the"])
    hold = lx.plural(holder) if some.endswith("the") else holder
    quant: Any = ctx.one(["all", "all", "a"])
    if quant == "a":
        what = f"{ctx.one([lx.article(wa), 'any', 'one'])} {wa} {n}"
    else:
        what = f"{ctx.one(['the', 'all the', 'all', 'all of the'])} {wa} {m}"
    text = ctx.say(["put {o} {i} {s} {c} {h}", "{o} {g} {i} {s} {c} {h}", "{v} {o} {i} {s} {c} {h}", "get {o} {i} {s} {c} {h}", "{i} {s} {c} {h} put {o}", "{o} {d} to be {i} {s} {c} {h}", "{s} {c} {h} should get {o}", "find {s} {c} {h} and put {o} {i} it", "take {o} and put {y} {i} {s} {c} {h}"],
                   o=what, i=rel, s=some, c=wb, h=hold, g="goes" if quant == "a" else "go", v=ctx.word(lx.PUT_VERBS[:8]), d="has" if quant == "a" else "have", y="it" if quant == "a" else "them")
    return text, [p.Put(obj=p.Obj(quant=quant, colors=(a,), kind="block"), place=p.Place(rel=rel, obj=p.Obj(quant="a", colors=(b,), kind=kind)))]


def own_color(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Each thing into the bowl, onto the plate or the area of its own colour, or of another."""
    n, m = _blocks(ctx)
    kind: Any = ctx.weighted({"bowl": 6, "zone": 4, "plate": 2, "box": 2, "cup": 1})
    rel: Any = "on" if traits(kind).is_surface else "in"
    h = ctx.word(lx.KIND_WORDS[kind])
    if ctx.chance(0.75):
        compare: Any = "same_color"
        text = ctx.say(["each {n} goes {i} the {h} of its color", "every {n} has a {h} of its color, put it there", "match {m} and {k} by color", "put the {m} where the {h} has their color", "color by color put the {m} {i} the {k}", "the {m} belong {i} the {k} that match them", "each {n} to its own color's {h}", "whatever color the {n} has, put it {i} the {h} of that color", "sort all {m} {i} the {k} that have their color", "for each {n} find the {h} of its color and put it {i}", "red to red, blue to blue and so on: {m} {i} {k}", "bring the {m} home to the {k} of their color", "{m} and {k} of the same color belong together", "let every {h} have the {m} of its color"],
                       n=n, m=m, h=h, k=lx.plural(h), i=rel)
    else:
        compare = "different_color"
        text = ctx.say(["each {n} goes {i} a {h} of another color", "put every {n} {i} a {h} that has not its color", "mix it up: {m} {i} {k} of other colors", "no {n} may be {i} the {h} of its own color, put them {i} others", "put the {m} {i} {k} whose color differs from theirs", "{m} {i} the wrong {k} by color, please", "place each {n} {i} any {h} but the one with its color", "let the colors of {m} and {k} not match when you put them {i}"], n=n, m=m, h=h, k=lx.plural(h), i=rel)
    mark = p.Obj(quant="a", kind=kind, where=(p.Relation(rel=compare, obj=_THIS),))
    return text, [p.Put(obj=p.Obj(quant="all", kind="block"), place=p.Place(rel=rel, obj=mark))]


MAKERS: dict[Any, float] = {small_over_big: 3, odd_even: 3, zone_to_zone: 2, stack_on_zone: 3, color_corner: 2, pack: 3, any_bowl: 3, own_color: 4}


def puzzle(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A longer task in one sentence, by one of MAKERS."""
    return ctx.weighted(MAKERS)(ctx, refs)
