"""Things people say that are no textbook imperatives: repairs in mid-sentence, telegrams, one in
each, comparisons of two, appliances.

Knows: these constructions. Does not know: typing errors.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits
from training.corpus.acts.steps import Clause, several
from training.corpus.phrases.descriptions import (
    HOLDERS,
    MOVABLE,
    NP,
    noun_phrase,
    pick_color,
    relation_phrase,
)
from training.corpus.phrases.places import PP, fixed_place, landmark_place, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns

_REPAIR = ["no wait,", "no,", "I mean", "sorry,", "er,", "oops,", "wait,", "no sorry,", "actually", "hm no,", "or rather", "rather", "no no,", "I meant", "correction,", "scratch that,"]


def self_repair(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put the red, no, the blue block in the bowl": what is said last counts."""
    verb, repair = ctx.word(lx.PUT_VERBS), ctx.word(_REPAIR)
    a, b = several(ctx, 2)
    roll = ctx.rng.random()
    pp = simple_place(ctx)
    if roll < 0.45:
        text = f"{verb} {a.text}, {repair} {b.text} {pp.text}"
        return text, [p.Put(obj=b.obj, place=pp.place)]
    wrong = simple_place(ctx)
    if roll < 0.8:
        text = f"{verb} {a.text} {wrong.text}, {repair} {pp.text}"
        return text, [p.Put(obj=a.obj, place=pp.place)]
    wrong_verb = ctx.word(lx.GRAB_VERBS)
    text = f"{wrong_verb} {a.text}, {repair} {b.text}"
    return text, [p.Pick(obj=b.obj)]


def simple_place(ctx: Ctx) -> PP:
    """A region, or a landmark in a common relation and few words."""
    roll = ctx.rng.random()
    if roll < 0.35:
        return region_place(ctx)
    rel: Any = ctx.weighted({"in": 5, "on": 5, "left_of": 1, "right_of": 1, "behind": 1, "in_front_of": 1, "next_to": 2})
    return landmark_place(ctx, rel, rich=0.2)


def telegram(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "red block -> blue bowl", "red block in blue bowl", "red cube: left corner"."""
    o = noun_phrase(ctx, False, MOVABLE, 1, 0.15, definite=True, need=True)
    bare = o.text.removeprefix("the ")
    if ctx.chance(0.45):
        mark = noun_phrase(ctx, False, {"bowl": 5.0, "box": 3, "tray": 1, "cup": 1, "plate": 2, "zone": 1, "block": 1}, 1, 0.15, definite=True, need=True)
        rel: Any = "in" if mark.obj.kind in ("bowl", "box", "tray", "cup") else "on"
        to = mark.text.removeprefix("the ")
        text = ctx.say(["{o} -> {m}", "{o} to {m}", "{o} => {m}", "{o} into {m}" if rel == "in" else "{o} onto {m}", "{o} {m}", "{o} --> {m}", "{o}, {m}"], o=bare, m=to)
        return text, [p.Put(obj=o.obj, place=p.Place(rel=rel, obj=mark.obj))]
    pp = simple_place(ctx)
    short = " ".join(w for w in pp.text.split() if w not in ("the", "a", "an"))
    return f"{bare}{ctx.one([' ', ', ', ': '])}{short if ctx.chance(0.6) else pp.text}", [p.Put(obj=o.obj, place=pp.place)]


def of_several(ctx: Ctx) -> NP:
    """ "the bigger of the two blue cubes", "the middle one of the three cups", "the last block on the right"."""
    kind: Any = ctx.weighted({"block": 10, "bowl": 3, "cup": 2, "plate": 1, "ball": 2, "can": 1, "object": 2, "box": 1})
    colors: Any = (pick_color(ctx),) if ctx.chance(0.4) else ()
    noun = ctx.word(lx.KIND_WORDS[kind])
    color = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} " if colors else ""
    if ctx.chance(0.2):
        side: Any = ctx.one(["left", "right", "back", "front"])
        word = {"left": "left", "right": "right", "back": ctx.one(["top", "back"]), "front": ctx.one(["bottom", "front"])}[side]
        text = ctx.say(["the last {n} on the {s}", "the {n} at the {s} end", "the outermost {n} on the {s}", "the first {n} on the {s}", "the {n} that is last on the {s}", "the final {n} to the {s}"], n=color + noun, s=word)
        return NP(text, p.Obj(kind=kind, colors=colors, order=p.Order(key=side)), False, noun)
    n = ctx.weighted({2: 6, 3: 2, 4: 1, 5: 1})
    choices: dict[str, list[str]] = {"largest": ["bigger", "larger"], "smallest": ["smaller"], "tallest": ["taller", "higher"], "left": ["left", "left-hand"],
                                     "right": ["right", "right-hand"], "back": ["back", "farther", "rear"], "front": ["front", "nearer", "closer"], "darkest": ["darker"], "lightest": ["lighter", "paler"]}
    if n > 2:
        choices = {"largest": ["biggest", "largest"], "smallest": ["smallest"], "middle": ["middle", "center", "centre"], "left": ["leftmost"], "right": ["rightmost"], "tallest": ["tallest"], "darkest": ["darkest"]}
    key: Any = ctx.one(list(choices))
    many, count = lx.plural(noun), ctx.one([lx.number_words(n), str(n)])
    text = ctx.say(["the {w} of the {c} {m}", "the {w} one of the {c} {m}", "of the {c} {m} the {w} one", "the {w} {n} of the {c}", "whichever of the {c} {m} is {w}" if n == 2 and key not in ("left", "right", "back", "front") else "the {w} of these {c} {m}",
                    "the {w} of {c} {m}"], w=ctx.one(choices[key]), c=count, m=color + many, n=color + noun)
    return NP(text, p.Obj(kind=kind, colors=colors, order=p.Order(key=key)), False, noun)


def put_of_several(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Put or pick of one chosen out of some: "one of the three cups"."""
    o = of_several(ctx)
    if ctx.chance(0.2):
        return f"{ctx.word(lx.GRAB_VERBS)} {o.text}", [p.Pick(obj=o.obj)]
    pp = simple_place(ctx)
    if ctx.chance(0.3):
        mark = of_several(ctx)
        rel: Any = ctx.one(["on", "next_to", "left_of", "right_of", "behind"])
        pp = PP(f"{ctx.word(lx.REL_WORDS[rel])} {mark.text}", p.Place(rel=rel, obj=mark.obj))
        o = noun_phrase(ctx, False, MOVABLE, 1, 0.2)
    if ctx.chance(0.15):
        return f"{ctx.word(lx.GRAB_VERBS)} {o.text} and {ctx.word(lx.SET_DOWN)} it {pp.text}", [p.Put(obj=o.obj, place=pp.place)]
    return f"{ctx.word(lx.PUT_VERBS)} {o.text} {pp.text}", [p.Put(obj=o.obj, place=pp.place)]


def one_in_each(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "one block in each bowl", "for every plate, put a cup on it"."""
    rel: Any = ctx.weighted({"in": 6, "on": 4, "next_to": 1})
    kind: Any = ctx.weighted({"bowl": 6, "box": 2, "cup": 1} if rel == "in" else {"plate": 4, "zone": 2, "tray": 1, "bowl": 1, "block": 1} if rel == "on" else {"bowl": 2, "plate": 1, "block": 1})
    item: Any = ctx.weighted({"block": 8, "ball": 3, "can": 1, "cup": 1, "object": 1})
    if item == kind:
        item = "ball"
    colors: Any = (pick_color(ctx),) if ctx.chance(0.25) else ()
    color = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} " if colors else ""
    a, b = color + ctx.word(lx.KIND_WORDS[item]), ctx.word(lx.KIND_WORDS[kind])
    prep, verb = ctx.word(lx.REL_WORDS[rel]), ctx.word(lx.PUT_VERBS[:10])
    art = ctx.one(["one", lx.article(a), "a single", "exactly one"])
    if art == "a":
        art = lx.article(a)
    each = ctx.one(["each", "every", "each of the", "every single", "all the"])
    many = lx.plural(b) if each.endswith("the") else b
    text = ctx.say(["{v} {x} {a} {p} {e} {b}", "{x} {a} {p} {e} {b}", "for each {s}, {v} {x} {a} {p} it", "{p} {e} {b} {v} {x} {a}", "{e} {b} should get {x} {a}" if rel == "in" else "{v} {x} {a} {p} {e} {b}",
                    "for every {s} {v} {x} {a} {p} it", "give {e} {b} {x} {a}" if rel == "in" else "{x} {a} {p} {e} {b} please"],
                   v=verb, x=art, a=a, p=prep, e=each, b=many, s=b)
    free = p.Obj(quant="a", colors=colors, kind=item, where=(p.Relation(rel=rel, obj=p.Obj(quant="a", kind=kind), negate=True),))
    return text, [p.ForEach(obj=p.Obj(quant="all", kind=kind), body=(p.Put(obj=free, place=p.Place(rel=rel, obj=p.Obj(ref="this"))),))]


def fill_until(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put blocks into the bowl until it holds three", "... until none is left"."""
    rel: Any = ctx.weighted({"in": 6, "on": 3})
    mark = noun_phrase(ctx, False, {"bowl": 5.0, "box": 3, "cup": 1} if rel == "in" else {"plate": 3.0, "zone": 2, "tray": 2}, 1, 0.3, definite=True)
    item: Any = ctx.weighted({"block": 8, "ball": 2, "can": 1, "object": 1})
    many = lx.plural(ctx.word(lx.KIND_WORDS[item]))
    there = p.Relation(rel=rel, obj=mark.obj)
    free = p.Obj(quant="a", kind=item, where=(there.model_copy(update={"negate": True}),))
    body = p.Put(obj=free, place=p.Place(rel=rel, obj=mark.obj))
    prep = ctx.word(lx.REL_WORDS[rel])
    verb, ing = ctx.one([("put", "putting"), ("place", "placing"), ("move", "moving"), ("drop", "dropping"), ("add", "adding"), ("load", "loading")])
    start = ctx.one([f"{verb} {many} {prep} {mark.text}", f"keep {ing} {many} {prep} {mark.text}", f"{verb} {many} one by one {prep} {mark.text}", f"continue {ing} {many} {prep} {mark.text}", f"keep on {ing} {many} {prep} {mark.text}"])
    roll = ctx.rng.random()
    cond: Any
    if roll < 0.4:
        n = ctx.rng.randint(2, 6)
        number = ctx.one([str(n), lx.number_words(n)])
        end = ctx.say(["until it (has|holds|contains) {n} [of them]", "until there are {n} {p} it", "until {n} are {p} it", "until you have {n} there", "till there are {n}"], n=number, p="in" if rel == "in" else "on")
        cond = p.CountIs(obj=p.Obj(quant="all", kind=item, where=(there,)), compare="ge", n=n)
    elif roll < 0.6:
        end = ctx.one(["until it is full", "until it's full", "till it is full", "until it can take no more"])
        cond = p.Is(obj=mark.obj, fits=p.Obj(quant="a", state="full"))
    else:
        end = ctx.one(["until there are none left", "until none is left", "until no more are left", "until they are all there", "until all of them are in" if rel == "in" else "until all of them are on it", "until you run out of them", "until none are left on the table", "till there are no more"])
        cond = p.Not(inner=p.Exists(obj=free))
    return f"{start} {end}", [p.Until(condition=cond, body=(body,))]


def everything_from(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "move everything from the box to the plate", "take all the balls out of the bowl and ..."."""
    a = noun_phrase(ctx, False, HOLDERS, 1, 0.3, definite=True)
    rel: Any = "on" if traits(a.obj.kind).is_surface else "in"
    kind: Any = ctx.weighted({"object": 5, "block": 4, "ball": 1})
    what = ctx.one(["everything", "all things", "all objects", "whatever is", "the contents"]) if kind == "object" else f"all {ctx.one(['', 'the '])}{lx.plural(ctx.word(lx.KIND_WORDS[kind]))}"
    src = "of" if what == "the contents" else ("" if what == "whatever is" else ctx.word(["from", "out of", "that is in", "in"] if rel == "in" else ["from", "off", "on", "from the top of"]))
    if what == "whatever is":
        src = rel
    elif kind != "object" and src == "that is in":
        src = "that are in"
    pp = simple_place(ctx)
    if pp.place.obj is not None and pp.place.rel in ("in", "on") and ctx.chance(0.5):
        pp = PP("to " + pp.text.split(" ", 1)[1] if pp.text.split(" ", 1)[1].startswith(("the ", "a ")) else pp.text, pp.place)
    obj = p.Obj(quant="all", kind=kind, where=(p.Relation(rel=rel, obj=a.obj),))
    text = ctx.say(["{v} {w} {s} {a} {p}", "{g} {w} {s} {a} and {v} (it|them) {p}", "{v} {w} {s} {a} over {p}"], v=ctx.word(lx.PUT_VERBS), g=ctx.word(["take", "get", "grab", "collect", "pick up"]), w=what, s=src, a=a.text, p=pp.text)
    return text, [p.Put(obj=obj, place=pp.place)]


def indefinite_ones(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put one block in the bowl and another in the corner", "one red block here, one there"."""
    kind: Any = ctx.weighted({"block": 8, "ball": 2, "can": 1, "cup": 1})
    noun = ctx.word(lx.KIND_WORDS[kind])
    colors: Any = (pick_color(ctx),) if ctx.chance(0.3) else ()
    color = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} " if colors else ""
    a, b = simple_place(ctx), simple_place(ctx)
    first = ctx.one(["one", lx.article(color + noun)])
    second = ctx.one(["one", "another", "another one", "a second one", "a different one"])
    obj = p.Obj(quant="a", colors=colors, kind=kind)
    text = f"{ctx.word(lx.PUT_VERBS)} {first} {color}{noun} {a.text}{ctx.one([' and ', ', ', ' and then '])}{second} {b.text}"
    return text, [p.Put(obj=obj, place=a.place), p.Put(obj=obj, place=b.place)]


def conditional_it(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "if there is a red block, put it in the bowl": it is what the condition speaks of."""
    for _ in range(20):
        np = noun_phrase(ctx, False, MOVABLE, 1, 0.5, definite=True, need=ctx.chance(0.6))
        if np.text.startswith("the ") and not np.obj.order and not np.obj.name and not np.obj.exclude:
            break
    bare, obj = np.text.removeprefix("the "), np.obj.model_copy(update={"quant": "a"})
    art = lx.article(bare.lstrip("".join(chr(c) for c in range(0xE000, 0xE040))))
    cond: Any
    definite = ctx.chance(0.3)
    if definite:
        rel_text, rel = relation_phrase(ctx, 2)
        if rel_text.startswith(("that", "whose", "like", "shaped")):
            return conditional_it(ctx)
        s, cond, obj = f"the {bare} is {rel_text}", p.Is(obj=np.obj, relation=rel), np.obj
    else:
        s = ctx.say(["there is {a} {n}", "there's {a} {n}", "you see {a} {n}", "you find {a} {n}", "{a} {n} is on the table", "there is {a} {n} on the table", "you can see {a} {n}", "you spot {a} {n}"], a=art, n=bare)
        cond = p.Exists(obj=obj)
    it = ctx.one(["it", "it", "it", "that one", "that"])
    pp = simple_place(ctx)
    body: Any
    if ctx.chance(0.8):
        act, body = f"{ctx.word(lx.PUT_VERBS)} {it} {pp.text}", p.Put(obj=obj, place=pp.place)
    else:
        act, body = ctx.fill(f"({'|'.join(['pick it up', 'take it', 'grab it', 'lift it'])})"), p.Pick(obj=obj)
    roll = ctx.rng.random()
    if roll < 0.3 and not definite:
        s2 = ctx.one([s, f"{art} {bare} appears", f"{art} {bare} shows up", f"{art} {bare} is there"])
        text = ctx.say(["wait until {s} and [then] {a}", "as soon as {s}, {a}", "when {s}, {a}", "once {s} {a}", "wait for {x} {n} and [then] {a}", "the moment {s}, {a}"], s=s2, a=act, x=art, n=bare)
        return text, [p.WaitFor(condition=cond), body]
    if roll < 0.6:
        return ctx.say(["if {s}, {a}", "if {s} {a}", "if {s} then {a}", "in case {s}, {a}", "should it be that {s}, {a}", "check if {s} and if so {a}"], s=s, a=act), [p.If(condition=cond, then=(body,))]
    other = noun_phrase(ctx, False, MOVABLE, 1, 0.2, definite=True)
    if ctx.chance(0.25):
        text = ctx.say(["if {s}, {a}, otherwise do nothing", "if {s} {a}, or else do nothing", "if {s}, {a}, else leave everything as it is", "if {s} then {a}, if not just stay put"], s=s, a=act)
        return text, [p.If(condition=cond, then=(body,))]
    there = ctx.chance(0.4) and isinstance(body, p.Put)
    pb = pp if there else simple_place(ctx)
    b = f"{ctx.word(lx.PUT_VERBS)} {other.text} {'there' if there else pb.text}"
    text = ctx.say(["if {s}, {a}, otherwise {b}", "if {s} {a}, else {b}", "if {s} then {a} otherwise {b}", "if {s}, {a}; if not, {b}", "check if {s}; if yes {a}, if no {b}"], s=s, a=act, b=b)
    return text, [p.If(condition=cond, then=(body,), otherwise=(p.Put(obj=other.obj, place=pb.place),))]


def conditional_one(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "if there are more than three blocks, put one in the bowl, else one in the box"."""
    kind: Any = ctx.weighted({"block": 8, "ball": 2, "cup": 1, "can": 1})
    many = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
    n = ctx.rng.randint(2, 6)
    number = ctx.one([str(n), lx.number_words(n)])
    compare: Any = ctx.one(["gt", "ge", "lt", "eq", "le"])
    words = {"gt": f"more than {number}", "ge": ctx.one([f"at least {number}", f"{number} or more"]), "lt": f"fewer than {number}", "eq": ctx.one([f"exactly {number}", number]), "le": f"at most {number}"}[compare]
    cond = p.CountIs(obj=p.Obj(quant="all", kind=kind), compare=compare, n=n)
    a, b = simple_place(ctx), simple_place(ctx)
    one = ctx.one(["one", "one of them", "one of those", "any of them"])
    two = ctx.one(["one", "one of them"])
    verb = ctx.word(lx.PUT_VERBS[:12])
    obj = p.Obj(quant="a", kind=kind)
    s = ctx.one([f"there are {words} {many}", f"you see {words} {many}", f"you count {words} {many}"])
    if ctx.chance(0.4):
        return ctx.say(["if {s}, {v} {o} {a}", "{v} {o} {a} if {s}", "should {s2}, {o} goes {a}"], s=s, v=verb, o=one, a=a.text, s2=s.replace("there are", "there be")), [p.If(condition=cond, then=(p.Put(obj=obj, place=a.place),))]
    text = ctx.say(["if {s}, {v} {o} {a}, else {v} {t} {b}", "if {s} {v} {o} {a}, otherwise {t} {b}", "if {s}, {o} goes {a}; if not, {t} goes {b}", "should {s2}, {o} goes {a}, otherwise {t} goes {b}"], s=s, s2=s.replace("there are", "there be"), v=verb, o=one, t=two, a=a.text, b=b.text)
    return text, [p.If(condition=cond, then=(p.Put(obj=obj, place=a.place),), otherwise=(p.Put(obj=obj, place=b.place),))]


def stack_from_top(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "a tower with the red block on top, the blue one in the middle and the green as the base"."""
    items = several(ctx, ctx.weighted({2: 2, 3: 6}), {"block": 10.0, "cup": 1, "can": 1})
    words = [i.text for i in items]
    top = ctx.one(["on top", "at the top", "uppermost"])
    mid = ctx.one(["in the middle", "in between", "below that", "under it", "in the center"])
    base = ctx.one(["as the base", "at the bottom", "on the bottom", "as the foundation", "lowest", "underneath"])
    from_top = ctx.chance(0.55)
    tags = ([top, mid, base] if len(words) == 3 else [top, base]) if from_top else ([base, mid.replace("below that", "in the middle").replace("under it", "in the middle"), top] if len(words) == 3 else [base, top])
    parts = [f"{w} {t}" for w, t in zip(words, tags, strict=True)]
    listed = ", ".join(parts[:-1]) + f"{ctx.one([' and ', ', ', ', and '])}{parts[-1]}"
    text = ctx.say(["stack them with {l}", "build a (tower|stack) with {l}", "build a (tower|stack): {l}", "make a (tower|stack|pile) with {l}", "I want a (tower|stack) with {l}", "a (tower|stack) please: {l}", "stack these: {l}", "pile them up, {l}"], l=listed)
    order = items[::-1] if from_top else items
    return text, [p.Stack(objs=tuple(i.obj for i in order))]


def appliance(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Everyday appliance use: no hazard, but partly beyond the robot."""
    food = ctx.word(["potato", "tomato", "apple", "pizza", "soup", "egg sandwich", "bread", "bagel", "slice of bread", "leftovers", "rice", "pasta", "chicken", "popcorn", "milk", "burrito", "pie", "vegetable", "lasagna"])
    machine = ctx.word(["microwave", "oven", "toaster", "stove", "stove burner", "pan", "pot", "air fryer", "kettle", "coffee machine", "fridge", "dishwasher", "washing machine", "grill"])
    marked, fm = ctx.span(food)
    where, wm = ctx.span(machine)
    on, om = ctx.span(ctx.one(["turn it on", "switch it on", "start it", "turn the knob", "press start", f"turn on the {machine}", f"switch on the {machine}", "close it"]))
    rel: Any = "on" if machine in ("stove", "stove burner", "grill") else "in"
    prep = ctx.one(["on", "onto"] if rel == "on" else ["in", "into", "inside"])
    art = ctx.one(["the", "the", lx.article(food)])
    quant: Any = "the" if art == "the" else "a"
    text = f"{ctx.one(['put', 'place', 'set', 'heat up by putting', 'lay'][:3])} {art} {marked} {prep} the {where}{ctx.one([' and ', ', ', ' and then ', ', then '])}{on}"
    reason: Any = "open" if "close" in on else "switch"
    return text, [p.Put(obj=p.Obj(quant=quant, noun=fm), place=p.Place(rel=rel, obj=p.Obj(noun=wm))), p.Cannot(reason=reason, what=om)]


_SAFE_POURS = ["pour (the|some) (water|coffee|juice|milk|tea|lemonade) (into|in) the (cup|glass|mug|sink|bowl|pot|bucket|sink basin|jug|thermos)", "pour (some |)water (on|onto|over) the (plant|house plant|flowers|houseplant|cactus|garden)", "fill the (watering can|cup|mug|glass|bottle|bowl|kettle|pot) with (water|coffee|juice|milk|wine)",
               "water the (houseplant|house plant|tulips|garden|cactus) with the watering can", "pour me a (glass of water|cup of tea|coffee)", "empty the (cup|mug|bottle|bucket) into the sink", "pour the (wine|soup) (into|in) the (glass|bowl)", "fill (a|the) (mug|cup) with (tea|water) and (water|pour it on) the (plant|houseplant)",
               "use the watering can on the (plant|flowers)", "rinse the cup with water"]
_SAFE_OTHER = {
    "open": ["(swing|pull|push|slide) the (fridge|oven|cabinet|car|shower|room) door (shut|open|closed)", "(close|shut) the (laptop|toilet lid|shower curtain|blinds)", "open the (shower curtain|blinds|toilet|laptop|newspaper)"],
    "switch": ["turn (on|off) the (shower|faucet|tap|desk lamp|floor lamp|light switch|candle light|laptop|cell phone|microwave|stove knob|toaster)", "toggle the (lamp|light) (twice|on and off)", "press the (button|doorbell) (twice|gently)"],
    "cut": ["(slice|cut|chop) the (potato|tomato|bread|apple|lettuce|egg) (on|over) the (counter|countertop|cutting board|table|plate)", "pick up the knife and (slice|cut) the (bread|apple|tomato|lettuce)", "(break|crack) the egg (in|into) the (bowl|pan|cup)", "use the knife to (cut|slice) the (apple|bread|cake)"],
    "clean": ["clean the (mirror|plate|bowl|mug|window|sink) [with the (sponge|cloth|towel)]", "wipe the (mirror|table|counter) with a (cloth|towel|sponge)", "use the (cloth|sponge) to clean the (bathtub|plate|table)", "wash the (apple|lettuce|cup|plate) in the sink"],
}


def safe_ability(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Harmless household acts that the robot cannot do, close in wording to hazards."""
    if ctx.chance(0.45):
        words, reason = ctx.fill(ctx.word(_SAFE_POURS)), "pour"
    else:
        reason = ctx.one(list(_SAFE_OTHER))
        words = ctx.fill(ctx.word(_SAFE_OTHER[reason]))
    marked, mark = ctx.span(words)
    why: Any = reason
    return marked, [p.Cannot(reason=why, what=mark)]


def ellipsis(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "and the blue block on that": a put without a verb, leaning on the turn before."""
    o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.3, definite=True)
    if ctx.chance(0.25):
        o = NP(ctx.one(["the rest", "the remaining one", "the others", "the last one", "the remaining block"]), p.Obj(quant="rest"))
        if o.text == "the remaining block":
            o = NP(o.text, p.Obj(quant="rest", kind="block"))
    roll = ctx.rng.random()
    if roll < 0.55:
        rel: Any = ctx.weighted({"on": 6, "next_to": 1, "left_of": 1, "right_of": 1, "behind": 1, "in": 2})
        it = ctx.one(["that", "it", "that one", "this one"])
        pp = PP(f"{ctx.word(lx.REL_WORDS[rel])} {it}", p.Place(rel=rel, obj=p.Obj(ref="it")))
    elif roll < 0.7:
        pp = fixed_place(ctx, "there")
    else:
        pp = simple_place(ctx)
    text = ctx.say(["and {o} {p}", "then {o} {p}", "and then {o} {p}", "now {o} {p}", "{o} {p}", "and {o} goes {p}", "next {o} {p}", "put {o} {p} too", "also {o} {p}"], o=o.text, p=pp.text)
    return text, [p.Put(obj=o.obj, place=pp.place)]


def named_use(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Names that were given earlier: "put the block in home", "bring Bob to base"."""
    word = ctx.word(nouns.NAME_PLACES + nouns.PEOPLE_NAMES[:6])
    bare = word.removeprefix("the ")
    marked, mark = ctx.span(bare)
    the = "the " if word.startswith("the ") else ""
    o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.3)
    rel: Any = ctx.weighted({"in": 4, "on": 3, "next_to": 2})
    if ctx.chance(0.5):
        kind: Any = ctx.weighted({"bowl": 5, "box": 3, "plate": 2, "tray": 1, "zone": 2, "cup": 1, "block": 2})
        noun, mark2 = ctx.span(f"{ctx.word(nouns.NAME_MODIFIERS)} {ctx.word(lx.KIND_WORDS[kind][:3])}")
        rel = "in" if traits(kind).is_container else "on"
        return f"{ctx.word(lx.PUT_VERBS[:10])} {o.text} {ctx.word(lx.REL_WORDS[rel])} {ctx.one(['the', 'the', 'my'])} {noun}", [p.Put(obj=o.obj, place=p.Place(rel=rel, obj=p.Obj(kind=kind, name=mark2)))]
    prep = ctx.word(lx.REL_WORDS[rel]) if ctx.chance(0.7) else ("to" if rel == "next_to" else ctx.word(lx.REL_WORDS[rel]))
    return f"{ctx.word(lx.PUT_VERBS[:10])} {o.text} {prep} {the}{marked}", [p.Put(obj=o.obj, place=p.Place(rel=rel, obj=p.Obj(name=mark)))]




def compare_two(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "which is taller, the brown can or the yellow one?" """
    a_color, b_color = ctx.rng.sample(list(lx.COLOR_WORDS), 2)
    kind: Any = ctx.weighted({"block": 6, "can": 2, "cup": 2, "bowl": 2, "ball": 1, "box": 1})
    noun = ctx.word(lx.KIND_WORDS[kind])
    other, both = noun, kind
    if ctx.chance(0.25):
        kind2: Any = ctx.weighted({"block": 3, "can": 2, "cup": 2, "bowl": 2, "plate": 1})
        other = ctx.word(lx.KIND_WORDS[kind2])
        both = kind if kind2 == kind else "object"
    elif ctx.chance(0.4):
        other = "one"
    key: Any = ctx.one(["tallest", "largest", "smallest", "shortest", "darkest", "lightest", "nearest", "farthest", "left", "right"])
    word = {"tallest": ["taller", "higher"], "largest": ["bigger", "larger", "wider"], "smallest": ["smaller"], "shortest": ["shorter", "lower"],
            "darkest": ["darker"], "lightest": ["lighter", "brighter"], "nearest": ["closer to you", "nearer to you"], "farthest": ["farther away", "further from you"],
            "left": ["further left", "more to the left"], "right": ["further right", "more to the right"]}[key]
    a, b = (f"the {ctx.word(lx.COLOR_WORDS[c])} {n}" for c, n in ((a_color, noun), (b_color, other)))
    text = ctx.say(["which is {w}, {a} or {b}", "which one is {w}, {a} or {b}", "what is {w}: {a} or {b}", "is {a} {w} or {b}", "which of the two is {w}, {a} or {b}", "{a} or {b}, which is {w}",
                    "which is {w}: {b} or {a}"], w=ctx.one(word), a=a, b=b)
    colors: Any = (a_color, b_color) if text.find(a) < text.find(b) else (b_color, a_color)
    return text, [p.Answer(query=p.Query(query="which", obj=p.Obj(colors=colors, kind=both, order=p.Order(key=key))))]


def follow_up(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Fragments after a move: "a little more", "5 cm to the left", "now to its left"."""
    from training.corpus.phrases.places import length

    roll = ctx.rng.random()
    it = p.Obj(ref="it")
    if roll < 0.2:
        return ctx.word(["a little more", "a bit more", "some more", "further", "keep going", "more", "a bit further", "even more", "a bit more in the same direction", "more of that", "a little further", "the same way a bit more", "again in the same direction", "still further", "go on like that"]), [p.Again()]
    if roll < 0.55:
        direction: Any = ctx.weighted({"left": 4, "right": 4, "forward": 3, "backward": 3, "up": 0.5, "down": 0.3})
        words = {"up": ["higher", "up in the air"], "down": ["lower"]}.get(direction) or lx.DIRECTION_WORDS[direction]
        w = ctx.word(words) if len(words) > 2 else ctx.one(words)
        if ctx.chance(0.25):
            w, d, distance = {"left": "left", "right": "right", "forward": "forward", "backward": "back", "up": "up", "down": "down"}[direction], "half as far", p.Length(unit="half")
            text = ctx.one([f"{d} {w}", f"now {d} {w}", f"and {d} {w}", f"half the distance {w}"])
        else:
            d, distance = length(ctx)
            if distance.unit == "half" or d in ("way", "much", "far"):
                d, distance = "a bit", p.Length(unit="little")
            text = ctx.say(["{d} {w}", "now {d} {w}", "{d} more {w}", "and {d} {w}", "{w} {d}", "then {d} {w}"], d=d, w=w)
        return text, [p.Move(obj=it, direction=direction, distance=distance)]
    if roll < 0.75:
        rel: Any = ctx.weighted({"left_of": 4, "right_of": 4, "behind": 3, "in_front_of": 3, "on": 1, "next_to": 1})
        words2 = {"left_of": ["to its left", "on its left", "left of it", "to the left of it"], "right_of": ["to its right", "on its right", "right of it", "to the right of it"],
                  "behind": ["behind it", "at its back", "in back of it"], "in_front_of": ["in front of it", "before it"], "on": ["on top of it", "on it"], "next_to": ["next to it", "beside it", "right by it"]}[rel]
        return ctx.say(["now {w}", "and now {w}", "then {w}", "now put it {w}" if False else "next {w}"], w=ctx.one(words2)), [p.Again(place=p.Place(rel=rel, obj=it))]
    o = noun_phrase(ctx, False, MOVABLE, 1, 0.2, definite=True) if ctx.chance(0.4) else NP(ctx.one(["it", "it", "that", "that one", "them"]), it)
    if o.text == "them":
        o = NP("them", p.Obj(quant="all", ref="them"))
    text = ctx.say(["take {o} out [again]", "take {o} out of there", "take {o} off [again]", "get {o} out [again]", "remove {o} from there", "take {o} back out", "get {o} off of there", "take {o} down"], o=o.text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="elsewhere"))]


def remember_two(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two names at once: "call the cup Anna and the can Bob"."""
    a, b = several(ctx, 2)
    n1, n2 = ctx.rng.sample(nouns.PEOPLE_NAMES, 2)
    t1, m1 = ctx.span(n1)
    t2, m2 = ctx.span(n2)
    text = ctx.say(["{a} is called {x} and {b} is called {y}", "call {a} {x} and {b} {y}", "from now on {a} is {x} and {b} is {y}", "name {a} {x} and name {b} {y}", "{a} is {x}, {b} is {y}", "let's call {a} {x} and {b} {y}"], a=a.text, b=b.text, x=t1, y=t2)
    return text, [p.Remember(name=m1, obj=a.obj), p.Remember(name=m2, obj=b.obj)]


def remark_then(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "you see the pink cup? put it on the tray": a remark, then what shall happen."""
    o = noun_phrase(ctx, False, MOVABLE, 1, 0.4, definite=True)
    remark = ctx.say(["you see {o}?", "do you see {o}?", "look at {o}.", "there's {o}.", "see {o} there?", "I like {o}.", "{o} looks nice, doesn't it?", "about {o}:", "{o} is in the way.", "I need {o} for later,", "remember {o}?", "as for {o},", "{o} is lovely, isn't it?", "I don't like where {o} is."], o=o.text)
    if ctx.chance(0.3):
        act, step = ctx.fill("(pick it up|take it|grab it|lift it up|pick that up)"), p.Pick(obj=o.obj)
    else:
        pp = simple_place(ctx)
        act, step = f"{ctx.word(lx.PUT_VERBS)} it {pp.text}", p.Put(obj=o.obj, place=pp.place)  # type: ignore[assignment]
    return f"{remark} {act}", [step]


def count_inside(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "how many are in it now?" """
    rel: Any = ctx.one(["in", "on"])
    kind: Any = ctx.weighted({"object": 4, "block": 3, "ball": 1})
    noun = "" if kind == "object" and ctx.chance(0.7) else lx.plural(ctx.word(lx.KIND_WORDS[kind])) + " "
    it = ctx.one([f"{rel} it", f"{rel} there", f"{rel} that"])
    text = ctx.say(["how many {n}are {i} [now]", "how many {n}are there {i}", "how many {n}do you see {i}"], n=noun, i=it)
    return text, [p.Answer(query=p.Query(query="count", obj=p.Obj(quant="all", kind=kind, where=(p.Relation(rel=rel, obj=p.Obj(ref="it")),))))]
