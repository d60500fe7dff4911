"""Further sentences for pushes, moves, turns, swaps, clearing, pointing, parting and joining.

Knows: sentences that motions.py's plain verb frames do not make: until the edge, until it touches,
too far left, a quarter turn, each other's places. Does not know: sequences.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.clauses import Clause, say_with, several
from training.corpus.phrases.descriptions import LANDMARKS, MOVABLE, NP, noun_phrase
from training.corpus.phrases.places import length, region_place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_SLIDE = ["push", "slide", "shove", "nudge", "scoot", "drag", "sweep", "glide"]
_EDGES: dict[str, list[str]] = {"left": ["left", "to the left", "leftwards"], "right": ["right", "to the right", "rightwards"], "back": ["back", "away from you", "forward", "up", "towards the far end"], "front": ["towards you", "down", "to the front", "nearer to you"]}
_OPPOSITE: dict[str, Any] = {"left": "right", "right": "left", "forward": "backward", "backward": "forward"}
_TOO_FAR = {"left": ["left", "to the left"], "right": ["right", "to the right"], "forward": ["up", "back", "away from you", "forward"], "backward": ["down", "towards you", "to the front"]}


def push(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Until the edge, until it touches something, so far toward or away from something."""
    o = noun_phrase(ctx, ctx.chance(0.2), MOVABLE, 0, 0.5, refs=refs)
    verb = ctx.word(_SLIDE)
    roll = ctx.rng.random()
    if roll < 0.3:
        side: Any = ctx.one(list(_EDGES))
        w = ctx.one(_EDGES[side])
        text = say_with(ctx, ["{v} {o} {w} until it (reaches|meets|gets to) the edge", "{v} {o} all the way {w}", "{v} {o} as far {w} as possible", "{v} {o} as far {w} as it goes", "{v} {o} {w} up to the edge [of the table]", "{v} {o} {w} right to the edge of the table", "keep {v2} {o} {w} until the edge", "{v} {o} {w} to the very end", "{v} {o} completely {w}", "{o} all the way {w} please", "{v} {o} {w} till it can go no further", "{v} {o} {w} until the table ends", "{v} {o} over to the {s} edge"],
                        o.plural, v=verb, v2=_ing(verb), o=o.text, w=w, s={"back": "far", "front": "near"}.get(side, side))
        return text, [p.Push(obj=o.obj, place=p.Place(rel="at", region=side))]
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.4)
    if roll < 0.6:
        text = say_with(ctx, ["{v} {o} until it touches {m}", "{v} {o} till it (meets|hits|bumps into|reaches) {m}", "{v} {o} up against {m}", "{v} {o} right up to {m}", "{v} {o} so that it touches {m}", "{v} {o} over the table to {m}", "let {o} slide up to {m}", "{v} {o} close to {m}", "make {o} touch {m} by pushing it", "{v} {o} towards {m} until they touch", "keep {v2} {o} until it is at {m}", "{v} {o} and stop at {m}", "{o} should be pushed against {m}", "with your fingers closed {v} {o} to {m}"],
                        o.plural, v=verb, v2=_ing(verb), o=o.text, m=mark.text)
        return text, [p.Push(obj=o.obj, place=p.Place(rel="next_to", obj=mark.obj))]
    rel: Any = ctx.one(["toward", "away_from"])
    d, distance = length(ctx)
    if distance.unit == "half" or d in ("way", "much", "far"):
        d, distance = "a bit", p.Length(unit="little")
    words = ctx.word(["towards", "toward", "closer to", "nearer to", "in the direction of"] if rel == "toward" else ["away from", "further away from", "farther from", "off from"])
    if ctx.chance(0.35):
        return say_with(ctx, ["{v} {o} {w} {m}", "give {o} a push {w} {m}", "give {o} a nudge {w} {m}", "{o} should slide {w} {m}", "let {o} slide {w} {m}", "with a push bring {o} {w} {m}", "{w} {m} {v} {o}"], o.plural, v=verb, o=o.text, w=words, m=mark.text), [p.Push(obj=o.obj, place=p.Place(rel=rel, obj=mark.obj))]
    text = say_with(ctx, ["{v} {o} {d} {w} {m}", "{v} {o} {w} {m} by {d}", "{v} {o} by {d} {w} {m}", "give {o} a push of {d} {w} {m}" if d[0].isdigit() else "{v} {o} {d} {w} {m}", "{d} {w} {m}, that's where {o} should slide", "{o} needs a push {w} {m}, {d}"], o.plural, v=verb, o=o.text, d=d, w=words, m=mark.text)
    return text, [p.Push(obj=o.obj, place=p.Place(rel=rel, obj=mark.obj, distance=distance))]


def _ing(verb: str) -> str:
    return {"shove": "shoving", "slide": "sliding", "nudge": "nudging", "drag": "dragging", "glide": "gliding"}.get(verb, verb + "ing")


def move(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "the cup is 5 cm too far left", "give it a little shove forward", "offset it by 3 cm"."""
    o = noun_phrase(ctx, ctx.chance(0.1), MOVABLE, 0, 0.5, refs=refs)
    direction: Any = ctx.weighted({"left": 5, "right": 5, "forward": 4, "backward": 4, "forward_left": 1, "forward_right": 1, "backward_left": 1, "backward_right": 1})
    d, distance = length(ctx)
    if distance.unit == "half" or d in ("way", "much", "far"):
        d, distance = "a bit", p.Length(unit="little")
    if direction in _OPPOSITE and ctx.chance(0.2) and o.text.split()[0] == "the" and not o.plural:
        wrong = ctx.one(_TOO_FAR[_OPPOSITE[direction]])
        text = ctx.say(["{o} is {d} too far {w}", "{o} stands {d} too far {w}, correct that", "{o} sits {d} too far {w}", "{o} is off by {d}, too far {w}", "move {o} back, it is {d} too far {w}", "{o} is {d} too much {w}"], o=o.text, d=d, w=wrong)
        return text, [p.Move(obj=o.obj, direction=direction, distance=distance)]
    w = ctx.word(lx.DIRECTION_WORDS[direction])
    if ctx.chance(0.45):
        text = say_with(ctx, ["give {o} a (nudge|shove|push|poke) {w}", "give {o} a (nudge|shove|push) {w} of {d}" if d[0].isdigit() else "give {o} a (little|small) (nudge|shove|push) {w}", "let {o} slide {d} {w}", "make {o} slide {w} [by] {d}", "{v} {o} over the table {d} {w}", "{v} {o} so that it ends up {d} further {w}", "without lifting, {v} {o} {d} {w}", "{o} has to be pushed {d} {w}", "{v} {o} {w}, {d} to be exact" if d[0].isdigit() else "{v} {o} {w}, {d}", "with your hand {v} {o} {d} {w}", "{v} {o} for {d} {w}", "{d} {w} is where I want {o} pushed"],
                        o.plural, o=o.text, d=d, w=w, v=ctx.word(_SLIDE))
        if text.find(d) < 0:
            return text, [p.Move(obj=o.obj, direction=direction, distance=p.Length(unit="little") if "little" in text.split(o.text)[-1] or "small" in text.split(o.text)[-1] else None, by="push")]
        return text, [p.Move(obj=o.obj, direction=direction, distance=distance, by="push")]
    text = say_with(ctx, ["offset {o} by {d} {w}", "shift the position of {o} {w} by {d}", "{o} needs to go {d} {w}", "{o}: {d} {w}", "move {o} so that it is {d} further {w}", "{o} {d} {w}, please", "change the place of {o} by {d} {w}", "by {d} move {o} {w}", "let {o} go {d} {w}", "correct the position of {o}: {d} {w}", "I need {o} {d} {w} of where it is", "{w} with {o}, {d}", "{o} has to be {d} more {w}", "bring {o} {d} {w} from where it stands", "have {o} moved {d} {w}", "could {o} go {d} {w}"],
                    o.plural, o=o.text, d=d, w=w)
    return text, [p.Move(obj=o.obj, direction=direction, distance=distance)]


def rotate(ctx: Ctx, words: str, angle: float, refs: float = 0.0) -> Clause:
    """words, angle: a random angle as motions.angle_words says it."""
    o = noun_phrase(ctx, ctx.chance(0.08), MOVABLE, 0, 0.4, refs=refs)
    if ctx.chance(0.2):
        frames, deg = ctx.one([(["turn {o} around", "turn {o} the other way round", "make {o} face the other way", "spin {o} round so it faces backwards", "let {o} look the other way", "turn the back of {o} to the front"], 180.0),
                             (["turn {o} sideways", "turn {o} crosswise", "put {o} crosswise", "rotate {o} so that it is sideways", "give {o} a quarter turn", "turn {o} by a quarter", "rotate {o} a quarter"], 90.0)])
        return ctx.say(frames, o=o.text), [p.Rotate(obj=o.obj, angle_deg=deg)]
    ccw = ctx.chance(0.5)
    way = ctx.word(["counterclockwise", "anticlockwise", "to the left", "counter-clockwise", "against the clock", "left"] if ccw else ["clockwise", "to the right", "with the clock", "right", "in clockwise direction"])
    text = say_with(ctx, ["{o} should be turned {a} {w}", "give {o} a spin of {a} {w}", "change the orientation of {o} by {a} {w}", "reorient {o} by {a} {w}", "let {o} rotate {w} by {a}", "{a} {w}, that's how far {o} should turn", "{w} by {a} is how I want {o} turned", "make {o} rotate {a} {w}", "turn {o} on the spot {w} by {a}", "rotate {o} in place {a} {w}", "I want {o} rotated {a} {w}", "{o} has to turn {a} {w}", "without moving it, turn {o} {a} {w}", "have {o} spin {a} {w}", "twist {o} round {w}, {a}", "{o} is crooked, turn it {a} {w}", "swing {o} round by {a} {w}", "a rotation of {a} {w} for {o}"],
                    o.plural, o=o.text, a=words, w=way)
    return text, [p.Rotate(obj=o.obj, angle_deg=angle if ccw else -angle)]


_ENDS: list[tuple[str, str, Any, Any]] = [("leftmost", "rightmost", "left", "right"), ("biggest", "smallest", "largest", "smallest"), ("largest", "smallest", "largest", "smallest"), ("tallest", "shortest", "tallest", "shortest"), ("darkest", "lightest", "darkest", "lightest"), ("nearest", "farthest", "nearest", "farthest"), ("closest", "most distant", "nearest", "farthest"), ("frontmost", "rearmost", "front", "back")]


def swap(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Swaps of two ends of an order, of three things in a ring, or of two: "trade A for B"."""
    roll = ctx.rng.random()
    if roll < 0.18:
        w1, w2, k1, k2 = ctx.one(_ENDS)
        if ctx.chance(0.5):
            w1, w2, k1, k2 = w2, w1, k2, k1
        kind: Any = ctx.weighted({"block": 8, "bowl": 2, "cup": 1, "object": 2, "can": 1, "ball": 1})
        n = ctx.word(lx.KIND_WORDS[kind])
        text = ctx.say(["swap the {a} and the {b} {n}", "swap the {a} {n} with the {b} one", "let the {a} and the {b} {n} change places", "exchange the {a} {n} for the {b} one", "the {a} and the {b} {n} should trade places", "put the {a} {n} where the {b} one is and the other way round", "switch the {a} {n} and the {b} {n}", "make the {a} and {b} {m} trade places"], a=w1, b=w2, n=n, m=lx.plural(n))
        return text, [p.Swap(obj=p.Obj(kind=kind, order=p.Order(key=k1)), obj2=p.Obj(kind=kind, order=p.Order(key=k2)))]
    if roll < 0.26:
        items = several(ctx, 3)
        a, b, c = (i.text for i in items)
        text = ctx.say(["put {a} where {b} is, {b} where {c} is and {c} where {a} is", "{a} to the place of {b}, {b} to the place of {c} and {c} to the place of {a}", "move {a} to where {b} is, {b} to where {c} is and {c} to where {a} was"], a=a, b=b, c=c)
        return text, [p.Swap(obj=items[0].obj, obj2=items[1].obj), p.Swap(obj=items[1].obj, obj2=items[2].obj)]
    x, y = several(ctx, 2)
    text = ctx.say(["let {a} take the place of {b} and {b} the place of {a}", "trade the places of {a} and {b}", "exchange the positions of {a} and {b}", "{a} goes where {b} is, and {b} where {a} is", "{a} and {b} should be the other way round", "I want {a} and {b} the other way round", "switch {a} and {b} around", "trade {a} for {b} and {b} for {a}", "{a} should be where {b} is and the other way round", "put {a} in the place of {b}, and {b} in the place of {a}",
                    "have {a} and {b} exchange places", "exchange the spots of {a} and {b}", "reverse the positions of {a} and {b}", "{a} belongs where {b} is and vice versa", "move {a} to the spot of {b} and {b} to the spot of {a}", "mutually exchange {a} and {b}", "{a} and {b} are in the wrong places, swap them", "do a swap of {a} and {b}", "{a} for {b} and {b} for {a}, please", "let {a} and {b} switch spots", "flip the places of {a} and {b}", "{a} and {b} must change positions", "bring {a} to where {b} stands and {b} to where {a} stands"],
                   a=x.text, b=y.text)
    return text, [p.Swap(obj=x.obj, obj2=y.obj)]


def clear(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A region becomes empty, not as an order to clear: "the left side should be empty"."""
    pp = region_place(ctx)
    while " the " not in pp.text or pp.text == "aside":
        pp = region_place(ctx)
    text = ctx.say(["nothing should (be|stand|be left) in the {w}", "the {w} should be empty", "I'd like the {w} to be free", "vacate the {w}", "sweep the {w} clear", "there should be nothing at the {w}", "open up some space at the {w}", "no objects in the {w} please", "get the {w} clear", "take whatever is at the {w} away", "move all the stuff out of the {w}", "leave the {w} free", "I want to use the {w}, so clear it", "I'd like to put something at the {w}, make room", "clear out the {w}", "keep the {w} free of things", "everything off the {w}",
                    "everything that is at the {w} must go", "get rid of whatever stands in the {w}", "I need some space at the {w}", "make the {w} empty", "whatever is in the {w}, move it out of there", "free some space in the {w}", "create some room at the {w}", "could I have the {w} free", "make way at the {w}", "the {w} is too full, clear it", "unclutter the {w}", "tidy the things out of the {w}", "get all things away from the {w}", "let the {w} be empty"], w=pp.text.split(" the ", 1)[-1])
    return text, [p.Clear(place=pp.place)]


def point(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Pointing by other verbs: "aim at the cup", "direct your arm at the box"."""
    o = noun_phrase(ctx, False, LANDMARKS, 0, 0.6, refs=refs)
    text = ctx.say(["aim at {o}", "gesture at {o}", "hold the gripper above {o}", "direct your arm at {o}", "stretch your arm out to {o}", "hover your hand above {o}", "let your fingers hang over {o}", "take your hand over to {o} without touching it", "show with your hand where {o} is", "bring the gripper above {o}", "I want you to point to {o}", "point your arm in the direction of {o}", "park your hand over {o}", "with your finger show me {o}", "point {o} out to me", "position the gripper right over {o}", "swing over to {o}", "move so that you are above {o}", "go and hover at {o}"], o=o.text)
    return text, [p.Point(place=p.Place(rel="above", obj=o.obj))]


def separate(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Touching things spread out, or one so far from another: "get A 5 cm away from B"."""
    if ctx.chance(0.35):
        np = noun_phrase(ctx, True, {"block": 12.0, "object": 2, "can": 1, "cup": 1, "ball": 1}, 2, 0.0, definite=True)
        words = np.text
        text = ctx.say(["{o} are touching each other, get them apart", "separate {o} from each other", "pull {o} apart so that none touch", "{o} are sticking together, separate them", "untangle {o}", "{o} shouldn't touch one another", "part {o} from each other", "make some space between {o}", "{o} stand too close, move them apart", "ungroup {o}", "take {o} away from one another", "keep some distance between {o}", "get {o} away from each other"], o=words)
        return text, [p.Arrange(objs=(np.obj,), shape="spread")]
    a, b = several(ctx, 2)
    if ctx.chance(0.3):
        d, distance = length(ctx)
        while not distance.is_measured:
            d, distance = length(ctx)
        text = ctx.say(["get {a} {d} away from {b}", "put {a} {d} away from {b}", "{a} should be {d} away from {b}", "move {a} off from {b}, {d} away", "leave {d} between {a} and {b}", "keep {a} {d} away from {b}", "take {a} away from {b} by {d}"], a=a.text, b=b.text, d=d)
        return text, [p.Put(obj=a.obj, place=p.Place(rel="away_from", obj=b.obj, distance=distance))]
    text = ctx.say(["separate {a} and {b}", "pull {a} and {b} apart", "{a} and {b} are too close together, part them", "{a} must not touch {b}", "{a} and {b} are touching, get them apart", "keep {a} and {b} apart", "make sure {a} does not touch {b}", "put some space between {a} and {b}", "part {a} from {b}", "unstick {a} from {b}", "there should be some room between {a} and {b}", "get {a} and {b} away from each other", "split {a} off from {b}", "distance {a} from {b}"], a=a.text, b=b.text)
    return text, [p.Put(obj=a.obj, place=p.Place(rel="away_from", obj=b.obj))]


def together(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two things brought next to each other."""
    a, b = several(ctx, 2)
    if ctx.chance(0.5):
        text = ctx.say(["push {a} and {b} together", "{v} {a} and {b} together", "shove {a} and {b} against each other", "slide {a} and {b} together", "close the gap between {a} and {b} by pushing", "push {a} so it meets {b}"], a=a.text, b=b.text, v=ctx.word(_SLIDE))
        return text, [p.Push(obj=a.obj, place=p.Place(rel="next_to", obj=b.obj))]
    text = ctx.say(["bring {a} and {b} together", "put {a} and {b} side by side", "put {a} and {b} next to each other", "{a} and {b} should be side by side", "join {a} with {b}", "{a} and {b} belong together", "unite {a} and {b}", "let {a} stand by the side of {b}", "{a} should keep {b} company", "pair {a} with {b}", "place {a} and {b} close together", "bring {a} over to {b}", "move {a} up to {b}", "reunite {a} with {b}", "get {a} and {b} close to each other"], a=a.text, b=b.text)
    return text, [p.Put(obj=a.obj, place=p.Place(rel="next_to", obj=b.obj))]


def sweep(ctx: Ctx, refs: float = 0.0) -> Clause:
    """All of a kind over the table to a side, a zone, or onto one heap."""
    o: NP = noun_phrase(ctx, True, {"block": 10.0, "object": 4, "ball": 1, "can": 1}, 1, 0.2)
    verb = ctx.word(["sweep", "push", "brush", "shove", "wipe", "rake", "bulldoze", "slide"])
    roll = ctx.rng.random()
    if roll < 0.25:
        text = ctx.say(["{v} {o} together", "{v} {o} into one heap", "{v} {o} up into a pile", "{v} {o} into a single pile", "rake {o} together"], v=verb, o=o.text)
        return text, [p.Arrange(objs=(o.obj,), shape="cluster")]
    if roll < 0.6:
        mark = noun_phrase(ctx, False, {"zone": 1.0}, 1, 0.4)
        text = ctx.say(["{v} {o} into {m}", "{v} {o} onto {m}", "get {o} into {m} by pushing", "{v} {o} over the table into {m}", "make {o} end up inside {m} by pushing", "{o} must be pushed into {m}", "{v} {o} until all are in {m}", "clean up by pushing {o} into {m}"], v=verb, o=o.text, m=mark.text)
        rel: Any = "on" if " onto " in text else "in"
        return text, [p.Push(obj=o.obj, place=p.Place(rel=rel, obj=mark.obj))]
    side: Any = ctx.one(["left", "right", "front", "back"])
    words = f"{ctx.one({'back': ['far', 'back', 'top'], 'front': ['near', 'front', 'bottom']}.get(side, [side]))} {ctx.one(['side', 'edge'])}"
    text = ctx.say(["{v} {o} to the {w}", "{v} {o} over to the {w} of the table", "{v} {o} towards the {w}", "in one go {v} {o} to the {w}", "get {o} to the {w} by pushing", "with your hand {v} {o} to the {w}", "{v} {o} right to the {w}", "to the {w} {v} {o}"], v=verb, o=o.text, w=words)
    return text, [p.Push(obj=o.obj, place=p.Place(rel="at", region=side))]
