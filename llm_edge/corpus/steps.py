"""Single commands that move one thing or a few: put, pick, place, push, move, rotate, swap, ...

Knows: verbs and sentence patterns for one step. Does not know: sequences, politeness.
Every function returns (imperative clause, steps).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llm_edge.corpus import lexicon as lx
from llm_edge.corpus.objects import HOLDERS, LANDMARKS, MOVABLE, NP, noun_phrase
from llm_edge.corpus.places import (
    PP,
    away_place,
    landmark_place,
    length,
    place,
    region_place,
    toward_place,
)
from llm_edge.corpus.sampler import Ctx
from llmagentos.planning import plan as p

Clause = tuple[str, list[Any]]

#: Verbs that can be split: "pick the block up", "put the block down".
_PUT_TEMPLATES = [
    "{v} {o} {p}",
    "{g} {o} and {s} it {p}",
    "{g} {o} and then {s} it {p}",
    "{g} {o}, then {s} it {p}",
    "{g} {o}, {s} it {p}",
    "{g} {o} then {s} it {p}",
    "{g} {o} [up] and {s} {it} {p}",
    "{v} {o} so that it (is|ends up|sits|stands|lies) {p}",
    "make (sure|certain) [that] {o} (is|ends up|winds up) {p}",
    "I (want|need|would like|'d like) {o} [to be] {p}",
    "I (want|would like) you to {v} {o} {p}",
    "have {o} (sit|be|lie|stand|end up) {p}",
    "{o} (should|must|has to|needs to|ought to) (be|go|end up|sit) {p}",
    "{o} (goes|belongs) {p}",
    "get {o} and {v} it {p}",
    "use your (arm|gripper|hand) to {v} {o} {p}",
    "{p} (I want|I'd like|please put|goes|put|place) {o}",
    "(find|locate|look for|spot) {o} and {v} it {p}",
    "(find|locate|look for) {o} then {v} it {p}",
    "let's (have|put|get|see) {o} {p}",
    "{g} {o} from (the table|where it is) and {s} it {p}",
    "I'd (love|like) to see {o} {p}",
    "your (job|task|goal) is to {v} {o} {p}",
    "{o} to be {v2} {p}",
    "go ahead and {v} {o} {p}",
    "{v} {o} {p} so it (stays|rests|sits) there",
    "try (to {v}|and {v}) {o} {p}",
    "would be (nice|great|good) to have {o} {p}",
    "what I want is {o} {p}",
    "(why don't you|you could|you should|you can|you may) {v} {o} {p}",
    "the (task|goal) [now] is to {v} {o} {p}",
    "{o}, {v} it {p}",
    "see that {o} (gets|is) {v2} {p}",
]
_PARTICIPLES = ["put", "placed", "moved", "set", "positioned", "laid", "dropped"]


def fix_it(text: str, plural: bool) -> str:
    """Number agreement of the pronouns in a template."""
    if not plural:
        return text
    swaps = {"it": "them", "is": "are", "has": "have", "goes": "go", "belongs": "belong",
             "sits": "sit", "stands": "stand", "lies": "lie", "ends": "end", "winds": "wind",
             "needs": "need", "gets": "get", "stays": "stay", "rests": "rest"}
    return " ".join(swaps.get(w, w) for w in text.split())


_DOUBLED = {"put", "set", "get", "drop", "grab", "pop", "plop", "grip", "snag", "slip", "spin", "swap", "prod", "hit"}


def gerund(clause: str) -> str:
    """ "put the block down" → "putting the block down"."""
    verb, _, rest = clause.partition(" ")
    if verb in _DOUBLED:
        verb = f"{verb}{verb[-1]}ing"
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = f"{verb[:-1]}ing"
    else:
        verb = f"{verb}ing"
    return f"{verb} {rest}"


def say_with(ctx: Ctx, templates: list[str], plural: bool, **slots: str) -> str:
    """Expands a template and makes the pronouns agree before the slots are filled."""
    names = {k: "{" + k + "}" for k in slots}
    frame = ctx.say(templates, **names)
    if not frame.startswith(("your", "the", "what", "would")):
        frame = " ".join(w if "{" in w else fix_it(w, plural) for w in frame.split())
    return ctx.fill_slots(frame, slots)


def put(ctx: Ctx, refs: float = 0.0) -> Clause:
    many = ctx.chance(0.28)
    o = noun_phrase(ctx, many, MOVABLE, 0, 1.0, refs=refs)
    if not many and ctx.chance(0.06):
        return put_several(ctx)
    if not refs and ctx.chance(0.09):
        return from_to(ctx)
    antecedent = (o.obj.kind, o.kind_word) if o.kind_word and not o.obj.noun else None
    pp = place(ctx, antecedent, many or o.plural)
    return put_text(ctx, o, pp), [p.Put(obj=o.obj, place=pp.place)]


SURFACES = ["table", "shelf", "counter", "desk", "countertop", "chair", "floor", "stove", "cart", "sofa", "bed", "rack"]
INSIDES = ["drawer", "cabinet", "fridge", "cupboard", "slider", "bag", "basket", "sink", "oven", "microwave", "safe", "trunk",
           "pocket", "toolbox", "garbage can", "sliding cabinet", "closet", "dishwasher"]


def source(ctx: Ctx, o: NP) -> NP:
    """Adds where a thing is now: "the block from the drawer", "the cup out of the box"."""
    roll = ctx.rng.random()
    rel: Any
    if roll < 0.2:
        words = ctx.word(["from the table", "off the table", "from the tabletop", "from the desk", "lying on the table",
                          "on the table", "that is on the table", "sitting on the table"])
        return NP(f"{o.text} {words}", o.obj, o.plural, o.kind_word)
    if roll < 0.5:
        inside = ctx.chance(0.6)
        noun, mark = ctx.span(ctx.word(INSIDES if inside else SURFACES[1:]))
        rel, landmark, text = ("in" if inside else "on"), p.Obj(noun=mark), f"the {noun}"
    else:
        np = noun_phrase(ctx, False, HOLDERS, 1, 0.4)
        rel = "on" if np.obj.kind in ("plate", "zone") else "in"
        landmark, text = np.obj, np.text
    words = ctx.word(["from", "out of", "from inside", "in", "lying in", "that is in", "from within", "inside"] if rel == "in"
                     else ["from", "off", "from the top of", "on", "lying on", "that is on", "off of"])
    where = (*o.obj.where, p.Relation(rel=rel, obj=landmark))
    return NP(f"{o.text} {words} {text}", o.obj.model_copy(update={"where": where}), o.plural, o.kind_word)


def from_to(ctx: Ctx) -> Clause:
    """ "move the block from the plate to the bowl", "take the cup out of the box and put it ..."."""
    o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.2)
    if o.obj.where or o.obj.order:
        return put(ctx)
    o = source(ctx, o)
    pp = place(ctx, rich=0.4)
    if pp.place.rel in ("in", "on") and pp.place.obj and ctx.chance(0.4) and pp.place.obj.ref != "this":
        rel: Any = "on" if pp.place.obj.kind in ("block", "plate", "zone", "can", "ball", "stack") else "in"
        mark = noun_phrase(ctx, False, HOLDERS, 1, 0.3)
        rel = "on" if mark.obj.kind in ("plate", "zone") else "in"
        pp = PP(f"{ctx.one(['to', 'over to', 'into' if rel == 'in' else 'onto'])} {mark.text}", p.Place(rel=rel, obj=mark.obj))
    verb, grab = ctx.word(lx.PUT_VERBS), ctx.word(lx.GRAB_VERBS)
    text = say_with(ctx, ["{v} {o} {p}", "{g} {o} and {s} it {p}", "{g} {o}, {s} it {p}", "remove {o} and {s} it {p}", "{g} {o} then {s} it {p}"],
                    o.plural, v=verb, g=grab, s=ctx.word(lx.SET_DOWN), o=o.text, p=pp.text)
    return text, [p.Put(obj=o.obj, place=pp.place)]


def put_text(ctx: Ctx, o: NP, pp: PP) -> str:
    verbs = lx.PUT_VERBS if pp.place.rel in ("in", "on") else [v for v in lx.PUT_VERBS if v not in lx.IN_VERBS]
    verb = ctx.word(verbs)
    if ctx.chance(0.42):
        return f"{verb} {o.text} {pp.text}"
    if o.text.split()[0] in ("it", "them", "that", "this"):
        return f"{verb} {o.text} {pp.text}"
    return say_with(ctx, _PUT_TEMPLATES, o.plural, v=verb, o=o.text, p=pp.text, g=ctx.word(lx.GRAB_VERBS),
                    s=ctx.word(lx.SET_DOWN), it=ctx.one(["it", "that", "this one"]) if not o.plural else "them",
                    v2=ctx.one(_PARTICIPLES))


def put_several(ctx: Ctx) -> Clause:
    """ "the red block and the blue bowl" somewhere: one put each."""
    items = several(ctx, ctx.weighted({2: 4, 3: 4, 4: 1}))
    pp = place(ctx, None, True)
    verb = ctx.word(lx.PUT_VERBS)
    listed = join(ctx, [i.text for i in items])
    text = f"{verb} {listed} {pp.text}"
    if ctx.chance(0.3):
        both = "both" if len(items) == 2 else "all"
        text = ctx.say(["{l} {b} go {p}", "{v} {b} {l} {p}", "{l} belong {p}", "{l} should {b} be {p}", "{l} go {p}", "{v} {l} {b} {p}", "{l}: {v} them {p}", "I want {l} {p}"], l=listed, b=both, v=verb, p=pp.text)
    return text, [p.Put(obj=i.obj, place=pp.place) for i in items]


def several(ctx: Ctx, n: int, kinds: dict[str, float] | None = None) -> list[NP]:
    """n different simple singular descriptions, "the blue one" for later ones at times."""
    out: list[NP] = []
    for i in range(n):
        one = None
        if i and out[0].kind_word and not out[0].obj.noun and ctx.chance(0.35):
            one = (out[0].obj.kind, out[0].kind_word)
        for _ in range(8):
            np = noun_phrase(ctx, False, kinds or MOVABLE, 1, 0.35, one=one, need=True, definite=True)
            if all(np.obj != o.obj for o in out):
                break
        out.append(np)
    return out


def join(ctx: Ctx, words: list[str], conjunction: str = "and") -> str:
    if len(words) == 1:
        return words[0]
    if ctx.chance(0.15):
        return f" {conjunction} ".join(words)
    comma = "," if ctx.chance(0.3) and len(words) > 2 else ""
    return ", ".join(words[:-1]) + f"{comma} {conjunction} {words[-1]}"


def each_to_its_own(ctx: Ctx) -> Clause:
    """ "the red block in the blue bowl and the green one on the plate": two puts, one verb."""
    a, b = several(ctx, 2)
    pa = place(ctx, None, rich=0.4)
    pb = place(ctx, (pa.place.obj.kind, "") if pa.place.obj and pa.place.obj.kind != "object" and not pa.place.obj.noun else None, rich=0.4)
    if (pa.place.obj and pa.place.obj.ref == "this") or (pb.place.obj and pb.place.obj.ref == "this"):
        return put(ctx)
    verb = ctx.word(lx.PUT_VERBS)
    sep = ctx.one([" and ", ", ", ", and "])
    return f"{verb} {a.text} {pa.text}{sep}{b.text} {pb.text}", [
        p.Put(obj=a.obj, place=pa.place), p.Put(obj=b.obj, place=pb.place)]


def pick(ctx: Ctx, refs: float = 0.0) -> Clause:
    many = ctx.chance(0.04)
    o = noun_phrase(ctx, many, MOVABLE, 0, 1.1, refs=refs)
    verb = ctx.word(lx.GRAB_VERBS)
    if not o.obj.where and not o.obj.ref and ctx.chance(0.2):
        o = source(ctx, o)
        frame = ctx.word(["{v} {o}", "{g} {o}", "remove {o}", "{v} {o} and lift it up", "get {o}", "{v} {o} up"])
        return ctx.fill(frame, v=verb, g=ctx.word(lx.GRAB_VERBS), o=o.text), [p.Pick(obj=o.obj)]
    text = say_with(ctx, [
        "{v} {o}", "{v} {o}", "pick {o} up", "lift {o} [up] [off the table|from the table|into the air]",
        "{v} {o} [with your gripper|with the gripper|from the table|off the table]",
        "take {o} in[to] your hand", "I (want|need) you to {v} {o}", "go (and|ahead and) {v} {o}",
        "get your (hand|gripper) on {o}", "raise {o} [up] [a bit]", "close your gripper (on|around) {o}",
        "bring {o} up", "(find|locate|reach for) {o} and (pick it up|grab it|lift it)",
        "hold {o} [up] [for me]", "take {o}", "have your gripper {v} {o}", "take {o} off the table",
        "hold on to {o}", "let me see you {v} {o}",
    ], o.plural, v=verb, o=o.text)
    return text, [p.Pick(obj=o.obj)]


def place_held(ctx: Ctx, refs: float = 0.0) -> Clause:
    pp = place(ctx)
    if ctx.chance(0.25) or (pp.place.obj and pp.place.obj.ref == "this"):
        text = ctx.word(["let go", "release it", "open the gripper", "drop it", "open your hand",
                         "let go of it", "release the gripper", "drop what you're holding", "release",
                         "let it go", "open your gripper", "put it down", "set it down", "put down what you hold",
                         "lay it down", "ungrasp", "unhand it", "let go of what you have", "release the object",
                         "drop the thing you're holding", "loosen your grip"])
        return text, [p.Release()]
    verb = ctx.word(lx.SET_DOWN)
    held = ctx.word(["what you are holding", "what you're holding", "the thing in your hand",
                     "the held object", "whatever you hold", "the object you hold", "what's in your gripper",
                     "what you have in your hand", "the grasped object", "the object in your gripper",
                     "what you've got"])
    return f"{verb} {held} {pp.text}", [p.PlaceHeld(place=pp.place)]


def push(ctx: Ctx, refs: float = 0.0) -> Clause:
    many = ctx.chance(0.25)
    o = noun_phrase(ctx, many, MOVABLE, 0, 0.8, refs=refs)
    if many and o.obj.quant == "all" and ctx.chance(0.5) and o.text.startswith("the "):
        o = NP(f"the {ctx.one(['pile', 'heap', 'bunch', 'group', 'cluster', 'mess'])} of {o.text[4:]}", o.obj, True)
    verb = ctx.word(lx.PUSH_VERBS)
    roll = ctx.rng.random()
    if roll < 0.30:
        pp = region_place(ctx)
        if pp.text.startswith(("in ", "into ", "over in")):
            pp = PP(ctx.one(["to ", "towards ", "into "]) + pp.text.split(" ", 2 if pp.text.startswith("over") else 1)[-1], pp.place)
    elif roll < 0.5:
        words = ctx.word(["to", "up to", "over to", "against", "right up to"])
        mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.5)
        kind: Any = "in" if mark.obj.kind == "zone" else "next_to"
        pp = PP(f"{words} {mark.text}", p.Place(rel=kind, obj=mark.obj))
    elif roll < 0.62:
        mark = noun_phrase(ctx, False, {"zone": 1.0}, 1, 0.4)
        rel: Any = ctx.weighted({"in": 2, "on": 1})
        pp = PP(f"{ctx.one(['into', 'inside', 'in'] if rel == 'in' else ['onto', 'on'])} {mark.text}", p.Place(rel=rel, obj=mark.obj))
    elif roll < 0.7:
        pp = toward_place(ctx)
    elif roll < 0.78:
        pp = away_place(ctx, "away_from")
    else:
        rel = ctx.weighted({"left_of": 3, "right_of": 3, "in_front_of": 3, "behind": 3, "next_to": 4,
                            "front_left_of": 1, "front_right_of": 1, "back_left_of": 1, "back_right_of": 1})
        pp = landmark_place(ctx, rel)
    text = say_with(ctx, ["{v} {o} {p}", "{v} {o} {p}", "{v} {o} [over] {p}", "[use your hand to ]{v} {o} {p}",
                          "{v} {o} across the table {p}", "{v} {o} along the table {p}",
                          "give {o} a push {p}", "I want {o} pushed {p}", "without lifting it {v} {o} {p}",
                          "{v} {o} {p} without (picking it up|lifting it|grasping it)",
                          "keep {o} on the table and {v} it {p}"],
                    o.plural, v=verb, o=o.text, p=pp.text)
    return text, [p.Push(obj=o.obj, place=pp.place)]


def separate(ctx: Ctx, refs: float = 0.0) -> Clause:
    o = noun_phrase(ctx, False, MOVABLE, 0, 0.3, refs=refs)
    if ctx.chance(0.35):
        mark_text, mark = ctx.word(["the others", "the rest", "the group", "the clump", "the other blocks",
                                    "the pile", "the group of blocks", "the cluster", "the bunch", "everything else",
                                    "the remaining blocks", "the crowd"]), p.Obj(quant="rest")
        if "blocks" in mark_text:
            mark = p.Obj(quant="rest", kind="block")
        marks = [mark]
    else:
        items = several(ctx, ctx.weighted({1: 4, 2: 2, 3: 1}), LANDMARKS)
        mark_text, marks = join(ctx, [i.text for i in items]), [i.obj for i in items]
    text = ctx.say(["separate {o} from {m}", "pull {o} apart from {m}", "isolate {o} from {m}",
                    "move {o} away from {m}", "get {o} away from {m}", "take {o} away from {m}",
                    "detach {o} from {m}", "keep {o} apart from {m}", "drag {o} away from {m}"],
                   o=o.text, m=mark_text)
    return text, [p.Put(obj=o.obj, place=p.Place(rel="away_from", obj=m)) for m in marks[:1]] if len(marks) == 1 else [
        p.Put(obj=o.obj, place=p.Place(rel="away_from", obj=m)) for m in marks]


def move(ctx: Ctx, refs: float = 0.0) -> Clause:
    o = noun_phrase(ctx, ctx.chance(0.1), MOVABLE, 0, 0.8, refs=refs)
    direction: Any = ctx.weighted({"left": 6, "right": 6, "forward": 4, "backward": 4, "up": 1.2, "down": 0.6,
                                   "forward_left": 1, "forward_right": 1, "backward_left": 1, "backward_right": 1})
    by: Any = "carry"
    if direction in ("up", "down"):
        verb = ctx.word(["raise", "lift", "hoist", "elevate", "lift up"] if direction == "up" else ["lower", "bring down", "let down", "sink"])
        text, distance = length(ctx)
        frame = ctx.say(["{v} {o} [by] {d}", "{v} {o} {d}", "{v} {o} {d} [into the air|higher|above the table]"]
                        if direction == "up" else ["{v} {o} [by] {d}", "{v} {o} {d}"], v=verb, o=o.text, d=text)
        return frame, [p.Move(obj=o.obj, direction=direction, distance=distance)]
    words = ctx.word(lx.DIRECTION_WORDS[direction])
    if ctx.chance(0.45):
        verb, by = ctx.word(lx.PUSH_VERBS), "push"
    else:
        verb = ctx.word(["move", "shift", "bring", "carry", "put", "displace", "relocate", "take", "transfer",
                         "budge", "adjust", "reposition", "translate", "set", "place"])
    if ctx.chance(0.62):
        d, distance = length(ctx)
        if d in ("much", "way", "far"):
            d = "a lot"
        if distance.unit == "half" or ctx.chance(0.04):
            d, distance = ctx.word(["half as far", "half that distance", "half that far"]), p.Length(unit="half")
        text = say_with(ctx, ["{v} {o} {d} {w}", "{v} {o} {w} {d}", "{v} {o} {w} by {d}", "{v} {o} by {d} {w}",
                              "{d} {w}, {v} {o}", "{v} {w} {o} {d}", "I want {o} {d} [further|more] {w}",
                              "{v} {o} {d} more {w}", "{v} {o} {d} further {w}", "{o} should go {d} {w}",
                              "make {o} go {w} [by] {d}", "{g} {o} and {v} it {d} {w}", "{g} {o} and {v} it {w} {d}"],
                        o.plural, v=verb, o=o.text, d=d, w=words, g=ctx.word(lx.GRAB_VERBS))
        return text, [p.Move(obj=o.obj, direction=direction, distance=distance, by=by)]
    text = say_with(ctx, ["{v} {o} {w}", "{v} {o} {w}", "{v} {w} {o}", "{v} {o} over {w}", "{o} {w}, please",
                          "{g} {o} and {v} it {w}", "{g} {o}, then {v} it {w}", "make {o} go {w}", "{v} {o} further {w}"],
                    o.plural, v=verb, o=o.text, w=words, g=ctx.word(lx.GRAB_VERBS))
    return text, [p.Move(obj=o.obj, direction=direction, by=by)]


def rotate(ctx: Ctx, refs: float = 0.0) -> Clause:
    o = noun_phrase(ctx, ctx.chance(0.08), MOVABLE, 0, 0.5, refs=refs)
    ccw = ctx.chance(0.5)
    words, angle = angle_words(ctx)
    way = ctx.word(["counterclockwise", "counter-clockwise", "anticlockwise", "to the left", "left",
                    "anti-clockwise", "leftwards", "ccw", "counter clockwise", "widdershins"] if ccw else
                   ["clockwise", "to the right", "right", "rightwards", "cw", "clock-wise"])
    verb = ctx.word(["rotate", "turn", "spin", "twist", "twirl", "pivot", "revolve", "swivel"])
    roll = ctx.rng.random()
    sign = 1 if ccw else -1
    if roll < 0.55:
        text = say_with(ctx, ["{v} {o} {a} {w}", "{v} {o} {w} by {a}", "{v} {o} by {a} {w}", "{v} {o} {w} {a}",
                              "give {o} a {w} turn of {a}", "{w} {v} {o} by {a}", "{g} {o} and {v} it {a} {w}"],
                        o.plural, v=verb, o=o.text, a=words, w=way, g=ctx.word(lx.GRAB_VERBS))
    elif roll < 0.8:
        text, sign = say_with(ctx, ["{v} {o} {a}", "{v} {o} by {a}", "{v} {o} through {a}", "{v} {o} by an angle of {a}"],
                              o.plural, v=verb, o=o.text, a=words), 1
    elif roll < 0.93:
        text, angle = say_with(ctx, ["{v} {o} {w}", "{v} {o} {w}", "{v} {w} {o}", "give {o} a {w} turn", "{g} {o} and {v} it {w}",
                                     "{g} {o}, then {v} it {w}"],
                               o.plural, v=verb, o=o.text, w=way, g=ctx.word(lx.GRAB_VERBS)), 90
    else:
        text, angle, sign = ctx.say(["{v} {o}", "{v} {o} [a bit|around]"], v=verb, o=o.text), 90, 1
        if text.endswith("a bit"):
            angle = 30
        if text.endswith("around"):
            angle = 180
    return text, [p.Rotate(obj=o.obj, angle_deg=sign * angle)]


def angle_words(ctx: Ctx) -> tuple[str, float]:
    angle: float = ctx.one([30, 45, 90, 90, 180, 60, 15, 120, 10, 20, 135, 270, 360, 75, 5, 25, 35, 40, 50, 70, 80, 100, 150])
    if angle == 90 and ctx.chance(0.25):
        return ctx.one(["a quarter turn", "a quarter of a turn", "a right angle"]), 90
    if ctx.chance(0.06):
        return ctx.one([("an eighth of a turn", 45), ("an eighth turn", 45), ("three quarters of a turn", 270), ("three quarter turns", 270), ("half of a right angle", 45), ("two quarter turns", 180)])
    if angle == 180 and ctx.chance(0.3):
        return ctx.one(["half a turn", "a half turn", "half way round"]), 180
    if angle == 360 and ctx.chance(0.5):
        return ctx.one(["a full turn", "all the way round", "one full rotation", "once around"]), 360
    number = lx.number_words(int(angle)) if ctx.chance(0.25) else f"{angle:g}"
    return number + ctx.one([" degrees", " degrees", " deg", "°" if number[0].isdigit() else " degrees"]), angle


def swap(ctx: Ctx, refs: float = 0.0) -> Clause:
    a, b = several(ctx, 2)
    if ctx.chance(0.1):
        kind: Any = ctx.weighted(MOVABLE)
        noun = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
        text = ctx.say(["swap the two {n}", "switch the two {n}", "exchange the two {n}", "swap the {n} around",
                        "make the two {n} trade places", "swap both {n}"], n=noun)
        return text, [p.Swap(obj=p.Obj(kind=kind, order=p.Order(key="left")), obj2=p.Obj(kind=kind, order=p.Order(key="right")))]
    text = ctx.say(["swap {a} and {b}", "swap {a} with {b}", "switch {a} with {b}", "exchange {a} and {b}",
                    "switch the (positions|places) of {a} and {b}", "swap the (positions|places|locations) of {a} and {b}",
                    "make {a} and {b} (trade|swap|change|switch) places", "interchange {a} and {b}",
                    "put {a} where {b} is and vice versa", "put {a} where {b} is and {b} where {a} is",
                    "let {a} and {b} change places", "{a} and {b} should (swap|trade) places",
                    "replace {a} with {b} and the other way round", "have {a} switch spots with {b}"],
                   a=a.text, b=b.text)
    return text, [p.Swap(obj=a.obj, obj2=b.obj)]


def clear(ctx: Ctx, refs: float = 0.0) -> Clause:
    if ctx.chance(0.55):
        pp = region_place(ctx)
        words = pp.text.split(" the ", 1)[-1]
        if " the " not in pp.text:
            return empty_holder(ctx)
        text = ctx.say(["clear the {w}", "clear off the {w}", "free [up] the {w}", "empty the {w}",
                        "get everything out of the {w}", "make (room|space) (in|at|on) the {w}",
                        "take everything away from the {w}", "remove everything from the {w}",
                        "clear everything (off|from) the {w}", "clean off the {w}", "clear the {w} area",
                        "I need the {w} (free|empty|clear)", "move everything away from the {w}"], w=words)
        return text, [p.Clear(place=pp.place)]
    return empty_holder(ctx)


def empty_holder(ctx: Ctx) -> Clause:
    rel: Any = ctx.weighted({"in": 3, "on": 2, "next_to": 0.5})
    mark = noun_phrase(ctx, False, HOLDERS if rel != "next_to" else LANDMARKS, 1, 0.4, definite=True)
    text = ctx.say({
        "in": ["empty {m}", "empty {m} out", "take everything out of {m}", "clear out {m}", "remove everything from {m}",
               "get everything out of {m}", "unload {m}", "take all the things out of {m}", "make {m} empty"],
        "on": ["clear {m}", "take everything off {m}", "remove everything from the top of {m}", "clear off {m}",
               "get everything off {m}", "unload the top of {m}"],
        "next_to": ["clear the (area|space) around {m}", "make (room|space) around {m}", "move everything away from {m}"],
    }[rel], m=mark.text)
    return text, [p.Clear(place=p.Place(rel=rel, obj=mark.obj))]


def point(ctx: Ctx, refs: float = 0.0) -> Clause:
    if ctx.chance(0.75):
        o = noun_phrase(ctx, False, LANDMARKS, 0, 0.9, refs=refs)
        text = ctx.say(["point at {o}", "point to {o}", "point next to {o}", "move close to {o}", "bring your arm near {o}", "point out {o}", "show me {o}", "move your (arm|hand|gripper) to {o}",
                        "move [your arm|the arm|your hand] (close to|over|above|next to) {o}", "hover (over|above) {o}",
                        "go to {o}", "touch {o}", "move the arm to {o}", "indicate {o}", "hold your (hand|gripper) over {o}",
                        "place your arm next to {o}", "reach (for|towards|out to) {o}", "guide the gripper to {o}",
                        "bring your (hand|arm) (over to|to) {o}", "put your (hand|arm) over {o}", "position yourself over {o}",
                        "move towards {o}", "point your (finger|gripper) at {o}"], o=o.text)
        return text, [p.Point(place=p.Place(rel="above", obj=o.obj))]
    pp = region_place(ctx)
    if " the " not in pp.text:
        return point(ctx, refs)
    words = pp.text.split(" the ", 1)[-1]
    text = ctx.say(["point at the {w}", "point to the {w}", "move your (arm|hand|gripper) to the {w}", "hover over the {w}",
                    "go to the {w}", "move the arm over the {w}", "show me the {w}", "hold your hand over the {w}"], w=words)
    return text, [p.Point(place=pp.place)]


SIMPLE: list[tuple[list[str], list[Any]]] = [
    (["go home", "home", "return to your home position", "go back to your home position", "move to your home pose",
      "go to your start position", "retract your arm", "return to the rest position", "go back to start",
      "take your arm back", "move out of the way", "get out of the way", "go to your resting pose", "park your arm",
      "return home", "homing", "back off", "pull your arm back", "reset your arm", "go back home"], [p.Home()]),
    (["look", "look again", "have a look", "look around", "take another look", "have another look at the table",
      "scan the table", "update what you see", "check the table again", "take a look at the table", "refresh the view",
      "look at the table", "inspect the table", "rescan", "observe the scene", "survey the table"], [p.Look()]),
    (["let go", "release", "open the gripper", "open your hand", "release the gripper", "open your gripper", "unclench",
      "open up your hand", "let go of it", "release what you hold", "release your grip"], [p.Release()]),
]


def simple(ctx: Ctx, refs: float = 0.0) -> Clause:
    words, steps = ctx.one(SIMPLE)
    return ctx.word(words), list(steps)


def wait(ctx: Ctx, refs: float = 0.0) -> Clause:
    if ctx.chance(0.15):
        return ctx.word(["wait", "wait a moment", "hold on", "wait a second", "wait a sec", "hang on", "one moment",
                         "hold on a second", "pause for a moment", "give me a second"]), [p.Wait(seconds=1)]
    n = ctx.one([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30, 45, 60, 90, 0.5, 1.5, 2.5])
    value = float(n)
    unit = "second" if n == 1 else ctx.one(["seconds", "seconds", "sec", "secs", "s"])
    number = lx.number_words(int(n)) if n == int(n) and ctx.chance(0.3) else f"{n:g}"
    text = f"{number} {unit}"
    if n == 0.5:
        text = ctx.one(["half a second", "0.5 seconds"])
    if n == 60 and ctx.chance(0.5):
        text = ctx.one(["a minute", "one minute", "1 minute"])
    if n == 30 and ctx.chance(0.3):
        text = "half a minute"
    return ctx.say(["wait {t}", "wait for {t}", "pause [for] {t}", "hold still for {t}", "do nothing for {t}",
                    "stay (still|there|put) for {t}", "rest for {t}", "take a break of {t}", "idle for {t}",
                    "give it {t}"], t=text), [p.Wait(seconds=value)]


def say(ctx: Ctx, refs: float = 0.0) -> Clause:
    words = ctx.word(["hello", "done", "I am finished", "good morning everyone", "hello world", "the table is set",
                      "I love robots", "all done boss", "it works", "task complete", "nice to meet you", "welcome",
                      "happy birthday", "ready when you are", "dinner is served", "thank you for waiting", "yes sir",
                      "good job", "the blocks are sorted", "have a nice day", "hooray", "see you later", "abracadabra"])
    marked, mark = ctx.span(words)
    quote = ctx.one(["", "", '"', "'"])
    if quote:
        marked = f"{marked[0]}{quote}{marked[1:]}{quote}"
    return ctx.say(["say {t}", "tell me {t}", "say the words {t}", "say out loud {t}", "print {t}", "announce {t}"], t=marked), [p.Say(text=mark)]
