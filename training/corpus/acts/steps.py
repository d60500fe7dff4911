"""Single commands that move one thing or a few: put, pick, place, push, move, rotate, swap, ...

Knows: verbs and sentence patterns for one step. Does not know: sequences, politeness.
Every function returns (imperative clause, steps).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from llmagentos.objects.kinds import traits
from training.corpus.acts.motions import (  # noqa: F401
    angle_words,
    clear,
    empty_holder,
    move,
    point,
    push,
    rotate,
    separate,
    swap,
)
from training.corpus.phrases.clauses import Clause, fix_it, join, say_with, several  # noqa: F401
from training.corpus.phrases.descriptions import HOLDERS, MOVABLE, NP, noun_phrase
from training.corpus.phrases.places import PP, place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

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


def put(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Carry to a place: "put the red block into the bowl"; some from a place, or several at once."""
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
        rel = "on" if traits(np.obj.kind).is_surface else "in"
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
        rel = "on" if traits(mark.obj.kind).is_surface else "in"
        pp = PP(f"{ctx.one(['to', 'over to', 'into' if rel == 'in' else 'onto'])} {mark.text}", p.Place(rel=rel, obj=mark.obj))
    verb, grab = ctx.word(lx.PUT_VERBS), ctx.word(lx.GRAB_VERBS)
    text = say_with(ctx, ["{v} {o} {p}", "{g} {o} and {s} it {p}", "{g} {o}, {s} it {p}", "remove {o} and {s} it {p}", "{g} {o} then {s} it {p}"],
                    o.plural, v=verb, g=grab, s=ctx.word(lx.SET_DOWN), o=o.text, p=pp.text)
    return text, [p.Put(obj=o.obj, place=pp.place)]


def put_text(ctx: Ctx, o: NP, pp: PP) -> str:
    """Words for a put of which both phrases are drawn, with verbs that suit the place."""
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
    """Lift and keep: "grab the can"; some say where from."""
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
    """What is in the hand goes to a place, or is let go: "drop it"."""
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
    """One of the SIMPLE commands, which name no object: "go home", "open the gripper"."""
    words, steps = ctx.one(SIMPLE)
    return ctx.word(words), list(steps)


def wait(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A pause, in seconds or minutes: "wait half a second"."""
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
    """Words to be said as they are, marked as a span to copy: "say hello"."""
    words = ctx.word(["hello", "done", "I am finished", "good morning everyone", "hello world", "the table is set",
                      "I love robots", "all done boss", "it works", "task complete", "nice to meet you", "welcome",
                      "happy birthday", "ready when you are", "dinner is served", "thank you for waiting", "yes sir",
                      "good job", "the blocks are sorted", "have a nice day", "hooray", "see you later", "abracadabra"])
    marked, mark = ctx.span(words)
    quote = ctx.one(["", "", '"', "'"])
    if quote:
        marked = f"{marked[0]}{quote}{marked[1:]}{quote}"
    return ctx.say(["say {t}", "tell me {t}", "say the words {t}", "say out loud {t}", "print {t}", "announce {t}"], t=marked), [p.Say(text=mark)]
