"""Order, conditions, loops and lists in every syntactic form.

Knows: one act in its forms (put, putting, has been put) and the connectives around it. Does not
know: the full variety of single commands (acts/), which loops.py and sequences.py bring in.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from llmagentos.lang import plan as p
from training.corpus.acts.motions import angle_words
from training.corpus.dialogue import questions
from training.corpus.dialogue.turns import plain, where_to
from training.corpus.phrases.clauses import Clause, join, several
from training.corpus.phrases.descriptions import MOVABLE, NP, color_word, noun_phrase
from training.corpus.phrases.places import PP, length
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx


@dataclass(frozen=True)
class Act:
    """ "put the block down" as imperative, gerund, participle and passive, with its steps."""

    do: str
    doing: str
    done: str
    passive: str
    steps: tuple[Any, ...]


_PUTS = [("put", "putting", "put"), ("place", "placing", "placed"), ("move", "moving", "moved"), ("set", "setting", "set"), ("drop", "dropping", "dropped"), ("lay", "laying", "laid"),
         ("bring", "bringing", "brought"), ("transfer", "transferring", "transferred"), ("position", "positioning", "positioned"), ("deposit", "depositing", "deposited")]
_GRABS = [("pick up", "picking up", "picked up"), ("grab", "grabbing", "grabbed"), ("lift", "lifting", "lifted"), ("take", "taking", "taken"), ("grasp", "grasping", "grasped")]


def _act(ctx: Ctx, verb: tuple[str, str, str], o: NP, tail: str, step: Any) -> Act:
    be = "have" if o.plural else "has"
    do, doing, done = (" ".join(f"{v} {o.text} {tail}".split()) for v in verb)
    return Act(do, doing, done, " ".join(f"{o.text} {be} been {verb[2]} {tail}".split()), (step,))


def act(ctx: Ctx, o: NP | None = None, pp: PP | None = None) -> Act:
    """A short act, on `o` or at `pp` where given."""
    roll = ctx.rng.random()
    o = o or (plain(ctx) if ctx.chance(0.85) else plain(ctx, plural=True))
    if pp is not None or roll < 0.62:
        pp = pp or where_to(ctx)
        verb = ctx.one(_PUTS[:2]) if ctx.chance(0.5) else ctx.one(_PUTS)
        return _act(ctx, verb, o, pp.text, p.Put(obj=o.obj, place=pp.place))
    if roll < 0.74:
        return _act(ctx, ctx.one(_GRABS), o, "", p.Pick(obj=o.obj))
    if roll < 0.84:
        direction: Any = ctx.one(["left", "right", "forward", "backward"])
        d, distance = length(ctx)
        if distance.unit not in ("cm", "mm", "in"):
            d, distance = "a bit", p.Length(unit="little")
        verb = ctx.one([("move", "moving", "moved"), ("shift", "shifting", "shifted")])
        return _act(ctx, verb, o, f"{d} {ctx.word(lx.DIRECTION_WORDS[direction])}", p.Move(obj=o.obj, direction=direction, distance=distance))
    if roll < 0.91:
        words, angle = angle_words(ctx)
        verb = ctx.one([("rotate", "rotating", "rotated"), ("turn", "turning", "turned")])
        return _act(ctx, verb, o, words, p.Rotate(obj=o.obj, angle_deg=angle))
    if roll < 0.96:
        a, b = several(ctx, 2)
        pair = NP(f"{a.text} {ctx.one(['and', 'with'])} {b.text}", a.obj, True)
        return _act(ctx, ctx.one([("swap", "swapping", "swapped"), ("exchange", "exchanging", "exchanged")]), pair, "", p.Swap(obj=a.obj, obj2=b.obj))
    return Act("go home", "going home", "gone home", "the arm is back home", (p.Home(),)) if ctx.chance(0.5) else _act(ctx, ("point at", "pointing at", "pointed at"), o, "", p.Point(place=p.Place(rel="above", obj=o.obj)))


def fill(ctx: Ctx, templates: list[str], acts: dict[str, Act], **slots: str) -> str:
    """Fills {a} do, {ga} doing, {da} done, {pa} passive for every named act."""
    for name, one in acts.items():
        slots |= {name: one.do, f"g{name}": one.doing, f"d{name}": one.done, f"p{name}": one.passive}
    return ctx.say(templates, **slots)


# --- order ----------------------------------------------------------------------------------------

#: {a} comes first, {b} second, in whatever order they are said.
_AB = [
    "before you {b}, {a}", "{b}, but first {a}", "before {gb}, {a}", "{b}, but before that, {a}", "once you have {da}, {b}", "once {pa}, {b}", "{b} once you have {da}", "{b} once {pa}", "only after {ga} should you {b}", "{b}, but only after {ga}", "{b} only after you have {da}",
    "after {ga}, {b}", "after you have {da}, {b}", "{b} after {ga}", "{b} after you have {da}", "when you have {da}, {b}", "when {pa}, {b}", "{b} when {pa}", "as soon as you have {da}, {b}", "as soon as {pa}, {b}", "{a} before you {b}", "{a} before {gb}", "{a}, and only then {b}",
    "{a}; only then {b}", "do not {b} until you have {da}", "don't {b} until {pa}", "don't {b} before you have {da}", "don't {b} before {ga}", "{b}, though not before {ga}", "{b}, but not before you have {da}", "{b}. But first, {a}", "{b}. Before that, {a}", "{b} - but {a} first",
    "I want you to {b}, but first {a}", "you should {b}, but {a} beforehand", "{a} and when that is done {b}", "having {da}, {b}", "start by {ga}, then {b}", "begin with {ga} and continue by {gb}", "first comes {ga}, then {gb}", "{ga} comes first, then {gb}", "{ga} first, {gb} second", "{ga} and then {gb} please",
    "{gb} comes after {ga}", "prior to {gb}, {a}", "{a} prior to {gb}", "the first thing to do is {ga}, the second is {gb}", "step one: {a}. step two: {b}", "first thing: {a}, second thing: {b}", "{a}, next thing {b}", "{a}, whereupon {b}", "{a} and finish by {gb}", "{a} as a start and then {b}",
    "{b} at the end, but start by {ga}", "last of all {b}, but before that {a}", "in the end {b}, but first of all {a}", "let's begin by {ga}. then {b}", "I'd like you to start by {ga} and to end by {gb}", "could you {a} and, once that's done, {b}", "{a} um and then you know {b}", "so first {a} and uh then {b}",
    "ok so {a} and when you got that {b}", "{a} yeah and then {b}", "you need to {a} first and {b} second", "{b}, however {a} first", "I need {ga} done first, then {b}", "{a} to begin with, and {b} to finish", "to finish {b}, to begin {a}", "the order is: {a}, {b}", "do two things for me: {a}, {b}", "{a}... then {b}", "{a} -> {b}",
    "{a} / {b}", "{a} & {b}", "a) {a} b) {b}", "not only {a} but also {b}", "apart from {ga}, also {b}", "besides {ga}, {b} too", "{a} and, while you are at it, {b}", "{a}. while you're at it, {b}", "{a} as well as {b}", "there are two jobs: {ga} and {gb}", "your job is {ga} and then {gb}", "would you mind {ga} and then {gb}", "I'd suggest {ga} and then {gb}",
]
_ABC = [
    "first {a}, then {b}, and finally {c}", "{a}, {b} and {c}", "{a}, then {b}, then {c}", "before you {c}, {a} and then {b}", "{c}, but first {a} and {b}", "{a}. Then {b}. Then {c}", "start by {ga}, go on by {gb} and finish by {gc}", "after {ga} and {gb}, {c}", "once you have {da} and {db}, {c}", "{a} and {b} before you {c}", "{a} then {b} then {c}",
    "{a} and then {b} and then {c}", "to begin {a}, next {b}, last {c}", "three things: {a}, {b}, {c}", "1) {a} 2) {b} 3) {c}", "{a} {b} {c}", "after {ga}, {b}, and at the very end {c}", "{a}; {b}; {c}", "{a}, after which {b}, after which {c}", "{ga}, {gb} and {gc}, in that order", "{a}, {b}, {c}, in this order", "only after {ga} and {gb} should you {c}",
    "{c} as the last thing; before that {a} and then {b}", "{c}, but before that {b}, and before that {a}", "{a}, next {b}, lastly {c}", "don't {c} until you have {da} and {db}", "um {a} and then {b} and oh then also {c}", "{a} and after that {b}, when you're done {c}", "do these: {a}, {b}, {c}", "step 1 {a} step 2 {b} step 3 {c}", "I want three things: {ga}, {gb} and {gc}",
]


def ordered(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two or three acts; the one that is said first need not be done first."""
    a, b = act(ctx), act(ctx)
    if ctx.chance(0.3):
        c = act(ctx)
        if ctx.chance(0.2):
            d = act(ctx)
            text = fill(ctx, ["first {a}, then {b}, then {c}, and finally {d}", "{a}, {b}, {c} and {d}", "{a}. {b}. {c}. {d}", "{a} then {b} then {c} then {d}", "1. {a} 2. {b} 3. {c} 4. {d}", "{a}, then {b}, after that {c} and last {d}", "before you {d}, {a}, {b} and {c}", "after {ga}, {gb} and {gc}, {d}"], {"a": a, "b": b, "c": c, "d": d})
            return text, [*a.steps, *b.steps, *c.steps, *d.steps]
        return fill(ctx, _ABC, {"a": a, "b": b, "c": c}), [*a.steps, *b.steps, *c.steps]
    if ctx.chance(0.25):
        # the second act is about the first one's thing
        o, mark = plain(ctx), where_to(ctx)
        first, second = act(ctx, o), act(ctx, NP(ctx.one(["it", "it", "that one"]), p.Obj(ref="it")), mark)
        forward = [t for t in _AB if t.index("a}") < t.index("b}")]
        if first.steps[0].op not in ("swap", "home", "point"):
            return fill(ctx, forward, {"a": first, "b": second}), [*first.steps, *second.steps]
    return fill(ctx, _AB, {"a": a, "b": b}), [*a.steps, *b.steps]


# --- conditions -----------------------------------------------------------------------------------

_IF = ["if {s}, {a}", "{a} if {s}", "{a}, provided that {s}", "provided {s}, {a}", "{a}, but only if {s}", "in case {s}, {a}", "{a} in case {s}", "only if {s}, {a}", "{a} on condition that {s}", "on the condition that {s}, {a}", "assuming {s}, {a}", "given {s}, {a}", "check whether {s}, and if that is the case {a}", "if it is true that {s}, {a}", "supposing {s}, {a}",
       "if {s} you should {a}", "if {s}, I want you to {a}", "if {s} then please {a}", "if and only if {s}, {a}", "so if {s}, {a}", "if {s} go ahead and {a}", "have a look: if {s}, {a}", "{a}, as long as it is true that {s}", "I'd like you to {a} if {s}", "{a} in the event that {s}", "suppose {s}. then {a}", "is it so that {s}? then {a}", "if it turns out that {s}, {a}", "{a} - if {s}, that is"]
_ELSE = ["if {s}, {a}, otherwise {b}", "if {s}, {a}, else {b}", "if {s} {a}, if not {b}", "{a} if {s}, otherwise {b}", "{a} if {s}, and if not {b}", "if {s} then {a} else {b}", "if {s}, {a}. otherwise {b}", "if {s}, {a}. If not, {b}", "check if {s}. if so, {a}, if not, {b}", "when it's true that {s}, {a}, in any other case {b}", "provided {s}, {a}, otherwise {b}", "depending on whether {s}, {a} or {b}",
         "{b}, unless {s}: then {a}", "unless {s}, {b}, in which case {a}", "if {s}, you {a}, and otherwise you {b}", "{a} in case {s}, else {b}", "do this if {s}: {a}; do this if not: {b}", "is it the case that {s}? then {a}. if it isn't, {b}", "if {s}, I want you to {a}; if that's not so, {b}", "assuming {s} {a}, but if that's wrong {b}", "should that not be so, {b}, but if {s} {a}", "if {s} {a} or else {b}", "look if {s}; {a} if yes, {b} if no"]
_UNLESS = ["unless {s}, {a}", "{a} unless {s}", "{a}, unless of course {s}", "only if it's not the case that {s}, {a}", "{a} except when {s}", "{a}, but not if {s}", "if {s}, don't do anything, otherwise {a}", "do nothing if {s}, else {a}", "as long as it isn't so that {s}, {a}", "if {s} leave it, otherwise {a}", "{a}, only not if {s}", "not if {s}, but otherwise {a}"]
_LEAVE = ["otherwise leave {t} there", "otherwise leave {t} alone", "otherwise do nothing", "else leave {t} where {y} be", "if not, leave {t} as {y} be", "otherwise don't touch {t}", "else do nothing", "or else leave everything alone", "if not, just leave {t}", "otherwise nothing needs to be done", "else don't move anything"]
_COMPARE = {"gt": ["more than {n}", "over {n}", "upwards of {n}"], "ge": ["at least {n}", "{n} or more", "no fewer than {n}", "not less than {n}", "a minimum of {n}"], "lt": ["fewer than {n}", "less than {n}", "under {n}", "not even {n}"], "le": ["at most {n}", "no more than {n}", "{n} or fewer", "{n} or less", "a maximum of {n}", "not more than {n}"], "eq": ["exactly {n}", "{n}", "precisely {n}", "just {n}", "only {n}"]}


def counted(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "if there are more than two red blocks, put them ..., otherwise leave them there"."""
    np = questions._bare(ctx, True, 0.5, {"block": 8.0, "ball": 2, "cup": 1, "can": 1, "object": 2})
    n = ctx.rng.randint(2, 7)
    compare: Any = ctx.one(list(_COMPARE))
    words = ctx.one(_COMPARE[compare]).format(n=ctx.one([str(n), lx.number_words(n)]))
    s = ctx.say(["there are {w} {m}", "you see {w} {m}", "you count {w} {m}", "{w} {m} are (there|on the table)", "I have {w} {m}", "there are {w} {m} on the table", "you find {w} {m}"], w=words, m=np.text)
    cond = p.CountIs(obj=np.obj, compare=compare, n=n)
    several_ = np.obj.model_copy(update={"quant": "all"})
    t, obj = ctx.one([("them", several_), ("them all", several_), ("all of them", several_), ("one of them", several_.model_copy(update={"quant": "a"})), ("two of them", several_.model_copy(update={"quant": "count", "count": 2})), ("half of them", several_.model_copy(update={"quant": "half"}))])
    first = act(ctx, NP(t, obj, True), where_to(ctx))
    roll = ctx.rng.random()
    if roll < 0.3:
        return fill(ctx, _IF, {"a": first}, s=s), [p.If(condition=cond, then=first.steps)]
    if roll < 0.6:
        leave = ctx.say(_LEAVE, t="them", y="they").replace("they be", "they are")
        return fill(ctx, ["if {s}, {a}, {l}", "if {s} {a}, {l}", "{a} if {s}, {l}", "if {s} then {a}; {l}", "check if {s}: if so, {a}, {l}", "if {s}, {a}. {l}"], {"a": first}, s=s, l=leave), [p.If(condition=cond, then=first.steps)]
    second = act(ctx, NP(t, obj, True), where_to(ctx)) if ctx.chance(0.5) else act(ctx)
    return fill(ctx, _ELSE, {"a": first, "b": second}, s=s), [p.If(condition=cond, then=first.steps, otherwise=second.steps)]


def conditions(ctx: Ctx, refs: float = 0.0) -> Clause:
    """If, unless, provided that; with else branches; nested; else-if."""
    s, _, cond = questions.condition(ctx)
    a, b, c = act(ctx), act(ctx), act(ctx)
    roll = ctx.rng.random()
    if roll < 0.22:
        return fill(ctx, _IF, {"a": a}, s=s), [p.If(condition=cond, then=a.steps)]
    if roll < 0.40:
        return fill(ctx, _UNLESS, {"a": a}, s=s), [p.If(condition=p.Not(inner=cond), then=a.steps)]
    if roll < 0.58:
        return fill(ctx, _ELSE, {"a": a, "b": b}, s=s), [p.If(condition=cond, then=a.steps, otherwise=b.steps)]
    if roll < 0.66:
        text = fill(ctx, ["if {s}, {a} and {b}", "if {s}, first {a}, then {b}", "{a} and then {b} if {s}", "if {s} then {a} and also {b}", "if {s}, do two things: {a}, {b}"], {"a": a, "b": b}, s=s)
        return text, [p.If(condition=cond, then=(*a.steps, *b.steps))]
    if roll < 0.74:
        text = fill(ctx, ["{a}, and if {s}, {b} too", "{a}. If {s}, also {b}", "{a}. if {s} afterwards, {b}", "{a} and then, if {s}, {b}", "first {a}; then, in case {s}, {b}", "{a}, and should it be that {s}, {b}", "{a} and check if {s}: if so {b}"], {"a": a, "b": b}, s=s)
        return text, [*a.steps, p.If(condition=cond, then=b.steps)]
    s2, _, cond2 = questions.condition(ctx, 1)
    if roll < 0.82:
        text = fill(ctx, ["if {s}, check if {t}: if so {a}, if not {b}", "if {s}, then {a} if {t}, otherwise {b}", "in case {s}: if {t}, {a}, else {b}", "if {s} and in that case also {t}, {a}, but if only the first is true {b}"], {"a": a, "b": b}, s=s, t=s2)
        return text, [p.If(condition=cond, then=(p.If(condition=cond2, then=a.steps, otherwise=b.steps),))]
    if roll < 0.92:
        text = fill(ctx, ["if {s}, {a}, else if {t}, {b}, otherwise {c}", "if {s} {a}, if instead {t} {b}, and if neither {c}", "if {s}, {a}; otherwise, if {t}, {b}; else {c}", "{a} if {s}, {b} if {t} instead, and {c} in all other cases"], {"a": a, "b": b, "c": c}, s=s, t=s2)
        return text, [p.If(condition=cond, then=a.steps, otherwise=(p.If(condition=cond2, then=b.steps, otherwise=c.steps),))]
    both = ctx.chance(0.6)
    text = fill(ctx, [("if {s} and {t}, {a}" if both else "if {s} or {t}, {a}"), ("{a} if {s} and {t}" if both else "{a} if {s} or {t}"), ("if both {s} and {t}, {a}" if both else "if either {s} or {t}, {a}"), ("{a}, provided that {s} and {t}" if both else "{a}, provided that {s} or {t}")], {"a": a}, s=s, t=s2)
    return text, [p.If(condition=(p.And if both else p.Or)(left=cond, right=cond2), then=a.steps)]


# --- loops and waiting ----------------------------------------------------------------------------


def loops(ctx: Ctx, refs: float = 0.0) -> Clause:
    """So often, until or while: "push it left until it touches the box"."""
    a, b = act(ctx), act(ctx)
    roll = ctx.rng.random()
    if roll < 0.45:
        n = ctx.weighted({2: 6, 3: 6, 4: 3, 5: 2, 6: 1, 7: 1, 8: 1, 10: 1})
        word = ctx.one([str(n), lx.number_words(n)])
        t = ctx.one([f"{word} times"] + (["twice", "two times", "a couple of times"] if n == 2 else ["three times over", "thrice"] if n == 3 else []))
        if ctx.chance(0.35):
            text = fill(ctx, ["{t}: {a}, then {b}", "do this {t}: {a} and then {b}", "{a} and then {b}, and do all that {t}", "repeat {t}: first {a}, then {b}", "{a}, {b}, and repeat both {t}", "alternate {ga} and {gb} {t}", "{t} in a row {a} and {b}"], {"a": a, "b": b}, t=t)
            return text, [p.Repeat(n=n, body=(*a.steps, *b.steps))]
        text = fill(ctx, ["{a} {t}", "{t}, {a}", "do this {t}: {a}", "{a}, and do so {t}", "keep {ga}, {t} in all", "{a} {t} in total", "repeat this {t}: {a}", "I want you to {a} {t}", "{a} not once but {t}" if n > 1 else "{a} {t}", "{ga} {t}, please", "go through this {t}: {a}", "make it {t}: {a}", "try {ga} {t}", "{a} over and over, {t}", "{t} over: {a}"], {"a": a}, t=t)
        return text, [p.Repeat(n=n, body=a.steps)]
    s, _, cond = questions.condition(ctx)
    if roll < 0.75:
        text = fill(ctx, ["{a} until {s}", "keep {ga} until {s}", "until {s}, {a}", "until {s}, keep {ga}", "go on {ga} until {s}", "don't stop {ga} until {s}", "{a} again and again until {s}", "continue {ga} till {s}", "{a} repeatedly until {s}", "carry on {ga} until {s}", "{a} and go on until {s}", "repeat {ga} until {s}", "{a} as often as it takes until {s}", "stop {ga} only when {s}", "{a} till {s}, then stop", "{ga} until {s}"], {"a": a}, s=s)
        return text, [p.Until(condition=cond, body=a.steps)]
    text = fill(ctx, ["while {s}, {a}", "as long as {s}, {a}", "as long as {s}, keep {ga}", "keep {ga} while {s}", "keep {ga} as long as {s}", "{a} again and again while {s}", "{a} for as long as {s}", "while {s}, go on {ga}", "so long as {s}, {a}", "continue {ga} while {s}", "repeat this while {s}: {a}", "go on {ga} for as long as {s}"], {"a": a}, s=s)
    return text, [p.Until(condition=p.Not(inner=cond), body=a.steps)]


def while_some(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "as long as there are blocks in the bowl, put one of them on the table's left"."""
    np = questions._bare(ctx, True, 0.6, {"block": 8.0, "ball": 2, "cup": 1, "can": 1, "object": 2})
    if not np.obj.where:
        return loops(ctx)
    some = np.obj.model_copy(update={"quant": "a", "count": None})
    one = act(ctx, NP(ctx.one(["one", "one of them", "one of those", "the next one"]), some), where_to(ctx))
    cond = p.Exists(obj=some)
    text = fill(ctx, ["as long as there are {m}, {a}", "while there are {m}, {a}", "as long as you see {m}, {a}", "while there are still {m}, {a}", "if there are any {m}, {a}, and repeat that until none is left", "until there are no {m} left, {a}", "until no {m} remain, {a}", "so long as there are any {m}, {a}", "for as long as there are {m}, keep {ga}", "{a} as long as there are {m}"], {"a": one}, m=np.text)
    return text, [p.Until(condition=p.Not(inner=cond), body=one.steps)]


_WAIT = ["wait until {s}, then {a}", "wait until {s} and then {a}", "as soon as {s}, {a}", "when {s}, {a}", "once {s}, {a}", "{a} as soon as {s}", "{a} when {s}", "{a} once {s}", "the moment {s}, {a}", "the moment that {s}, {a}", "{a} the moment {s}", "don't {a} until {s}", "hold on until {s}, then {a}", "after {s}, {a}", "not before {s} should you {a}", "wait with {ga} until {s}",
         "{a}, but wait until {s}", "watch the table, and when {s}, {a}", "keep watching until {s}, then {a}", "I want you to {a} as soon as {s}", "wait for this: {s}. then {a}", "stay where you are until {s}, then {a}"]


def wait_then(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Waiting for something to appear, or for a condition."""
    if ctx.chance(0.6):
        np = questions._bare(ctx, False, 0.4)
        some = np.obj.model_copy(update={"quant": "a"})
        bare = np.text.lstrip("".join(chr(c) for c in range(0xE000, 0xE040)))
        x = f"{lx.article(bare)} {np.text}"
        s = ctx.say(["{x} appears", "{x} shows up", "you see {x}", "I put {x} on the table", "there is {x}", "{x} turns up", "somebody places {x} on the table", "I have put {x} there", "{x} comes into view", "I add {x}", "{x} has arrived", "you spot {x}"], x=x)
        one = act(ctx, NP(ctx.one(["it", "it", "that one"]), some), where_to(ctx)) if ctx.chance(0.6) else act(ctx)
        if ctx.chance(0.2):
            return fill(ctx, ["wait for {x}, then {a}", "wait for {x} and then {a}", "wait for {x} to appear and {a}", "wait for {x} to show up, then {a}", "wait for {x} to turn up before {ga}"], {"a": one}, x=x), [p.WaitFor(condition=p.Exists(obj=some)), *one.steps]
        return fill(ctx, _WAIT, {"a": one}, s=s), [p.WaitFor(condition=p.Exists(obj=some)), *one.steps]
    s, _, cond = questions.condition(ctx)
    a = act(ctx)
    return fill(ctx, _WAIT, {"a": a}, s=s), [p.WaitFor(condition=cond), *a.steps]


# --- lists ----------------------------------------------------------------------------------------


def _colors(ctx: Ctx, n: int) -> tuple[str, list[p.Obj]]:
    """ "the red, the blue and the green block": one noun at the end."""
    kind: Any = ctx.weighted({"block": 10, "ball": 2, "cup": 2, "can": 1, "bowl": 2})
    colors = ctx.rng.sample(list(lx.COLOR_WORDS), n)
    noun = ctx.word(lx.KIND_WORDS[kind])
    words = [color_word(ctx, c) for c in colors]
    the = ctx.chance(0.7)
    listed = join(ctx, [f"the {w}" if the or i == 0 else w for i, w in enumerate(words)])
    return f"{listed} {ctx.one([noun, noun, 'one'])}", [p.Obj(colors=(c,), kind=kind) for c in colors]


def listed_objects(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Two to five things, one place."""
    n = ctx.weighted({2: 2, 3: 6, 4: 3, 5: 1.5})
    if ctx.chance(0.4):
        text, objs = _colors(ctx, n)
        if text.endswith(" one"):
            text = text[:-3] + lx.KIND_WORDS[objs[0].kind][0]
    else:
        items = several(ctx, n)
        text, objs = join(ctx, [i.text for i in items]), [i.obj for i in items]
    roll, verb = ctx.rng.random(), ctx.word(lx.PUT_VERBS[:10])
    if roll < 0.8:
        pp = where_to(ctx)
        steps: list[Any] = [p.Put(obj=o, place=pp.place) for o in objs]
        say = ctx.say(["{v} {l} {p}", "{v} {l} {p}", "{l} should go {p}", "{l} all belong {p}" if n > 2 else "{l} both belong {p}", "{p} {v} {l}", "I'd like {l} to end up {p}", "{l}: all of them {p}" if n > 2 else "{l}: both {p}", "I want {l} {p}", "{v} these {p}: {l}", "the following things go {p}: {l}", "{l} {p}", "{v} {l} {p}, one after another", "{v} {l} {p} one by one", "take {l} and {v} them {p}",
                       "get {l}, {v} all of them {p}" if n > 2 else "get {l}, {v} both {p}", "gather {l} and {v} them {p}", "what goes {p}: {l}", "{l} have to be moved {p}", "could {l} go {p}", "{p}: {l}", "all these go {p}: {l}", "see to it that {l} are {p}", "{v} {l} in turn {p}"], v=verb, l=text, p=pp.text)
        return say, steps
    direction: Any = ctx.one(["left", "right", "forward", "backward"])
    d, distance = length(ctx)
    if distance.unit not in ("cm", "mm", "in"):
        d, distance = "a little", p.Length(unit="little")
    return ctx.say(["move {l} {d} {w}", "shift {l} {d} {w}", "move {l} all {d} {w}" if n > 2 else "move {l} both {d} {w}", "{l} should move {d} {w}"], l=text, d=d, w=ctx.word(lx.DIRECTION_WORDS[direction])), [p.Move(obj=o, direction=direction, distance=distance) for o in objs]


def listed_pairs(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "X in A, Y in B, and Z in C"."""
    n = ctx.weighted({2: 4, 3: 6, 4: 2})
    items = several(ctx, n)
    places = [where_to(ctx) for _ in items]
    verb, style = ctx.word(lx.PUT_VERBS[:10]), ctx.rng.random()
    link = ctx.one(["", "", " goes", " should be", " belongs", " to go"])
    parts = [f"{i.text}{link} {pp.text}" for i, pp in zip(items, places, strict=True)]
    if style < 0.5:
        parts = [f"{i.text} {pp.text}" for i, pp in zip(items, places, strict=True)]
        text = f"{verb} {join(ctx, parts)}"
    elif style < 0.7:
        text = join(ctx, parts)
    elif style < 0.8:
        text = ctx.one(["; ", ", ", ". ", " "]).join(parts)
    elif style < 0.9:
        text = join(ctx, [f"{pp.text} {ctx.one(['goes', 'put', 'I want', 'comes'])} {i.text}" for i, pp in zip(items, places, strict=True)])
    else:
        text = ctx.say(["here is what goes where: {l}", "I want the following: {l}", "please arrange it like this: {l}", "the plan: {l}", "I'd like to have {l}", "set it up so: {l}", "make it so that {l}", "this is how I want it: {l}"], l=join(ctx, parts))
    return text, [p.Put(obj=i.obj, place=pp.place) for i, pp in zip(items, places, strict=True)]


def wish(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Commands told as wishes or states."""
    many = ctx.chance(0.2)
    o, pp = plain(ctx, plural=many), where_to(ctx)
    is_, belongs, has = ("are", "belong", "have") if o.plural else ("is", "belongs", "has")
    text = ctx.say(["I'd like {o} to end up {p}", "{o} {b} {p}", "{o} {i} supposed to be {p}", "I would love {o} to be {p}", "I wish {o} were {p}", "it would be nice if {o} were {p}", "my wish: {o} {p}", "{o} {i} to be put {p}", "{o} {i} meant to be {p}", "{o} {h} to end up {p}", "can {o} go {p}", "could {o} be moved {p}", "I need {o} to be {p}", "I prefer {o} {p}", "I think {o} should be {p}",
                    "what about having {o} {p}", "how about {o} {p}", "shouldn't {o} be {p}", "{o} would look good {p}", "{o} would be better off {p}", "I was hoping to see {o} {p}", "I'm picturing {o} {p}", "next I'd like {o} {p}", "the place for {o} is {p}" if pp.text.startswith(("in ", "on ", "behind ", "next ")) else "{o} {b} {p}", "{o} {h} to go {p}", "you know where {o} {b}: {p}", "I expect {o} to be {p} in a minute",
                    "in the end {o} must be {p}", "make {o} be {p}", "{o} {i} not {p} yet, change that", "it is time for {o} to go {p}", "let {o} be {p}", "the goal: {o} {p}", "please get {o} {p} somehow", "{p} is where I want {o}", "{p} is where {o} {b}", "would you have {o} {p}", "arrange for {o} to be {p}", "I'll be happy when {o} {i} {p}", "{o} wanted {p}", "see to it that {o} {i} {p}"],
                   o=o.text, p=pp.text, i=is_, b=belongs, h=has)
    return text, [p.Put(obj=o.obj, place=pp.place)]


_OOPS = ["no wait,", "no,", "I mean", "I meant", "scratch that,", "actually", "sorry,", "wait, no,", "oh wait,", "er no,", "hang on,", "make that", "or better", "no no,", "strike that,", "correction:", "my bad,", "oops, I mean", "hmm, rather", "well no,", "uh, I mean", "not that,", "let me rephrase,", "forget that,"]


def repair(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "put the red, no wait, the blue one ...": what is said last counts."""
    a, b = several(ctx, 2)
    pp, wrong, oops, verb = where_to(ctx), where_to(ctx), ctx.word(_OOPS), ctx.word(lx.PUT_VERBS[:10])
    roll = ctx.rng.random()
    if roll < 0.2:
        kind: Any = ctx.weighted({"block": 8, "ball": 1, "bowl": 2, "cup": 2})
        c1, c2 = ctx.rng.sample(list(lx.COLOR_WORDS), 2)
        w1, w2, noun = color_word(ctx, c1), color_word(ctx, c2), ctx.word(lx.KIND_WORDS[kind])
        said = ctx.say(["the {a}, {o} the {b} {n}", "the {a} {o} {b} {n}", "the {a} {n}, {o} the {b} one", "the {a} {n}, {o} {b}", "the {a} no the {b} {n}"], a=w1, b=w2, n=noun, o=oops)
        obj = p.Obj(colors=(c2,), kind=kind)
        return (f"{verb} {said} {pp.text}", [p.Put(obj=obj, place=pp.place)]) if ctx.chance(0.75) else (f"{ctx.word(lx.GRAB_VERBS)} {said}", [p.Pick(obj=obj)])
    if roll < 0.4:
        return ctx.say(["{v} {a} {p}, {x} {b}", "{v} {a}, {x} {b}, {p}", "{v} {a} {p}. {x} {v} {b} {p}", "I want {a}, {x} {b} {p}", "{a}, {x} {b} should go {p}"], v=verb, a=a.text, b=b.text, p=pp.text, x=oops), [p.Put(obj=b.obj, place=pp.place)]
    if roll < 0.65:
        return ctx.say(["{v} {a} {w}, {x} {p}", "{v} {a} {w} {x} {p}", "{v} {a} {w}, {x} {v} it {p}", "{v} {a} {w}. {x} {p}", "{a} goes {w}, {x} {p}"], v=verb, a=a.text, w=wrong.text, p=pp.text, x=oops), [p.Put(obj=a.obj, place=pp.place)]
    if roll < 0.85:
        one, two = act(ctx), act(ctx)
        return fill(ctx, ["{a}, {x} {b}", "{a}. {x} {b}", "{a}, no, don't do that, {b} instead", "{a}, or no, {b}", "{a}... {x} {b}", "I was going to say {a}, but {b} instead", "instead of {ga}, {b}", "don't {a}, {b} instead", "rather than {ga}, {b}", "{b} instead of {ga}", "{b}, and not {ga}"], {"a": one, "b": two}, x=ctx.one(["no wait,", "scratch that,", "strike that,", "no, forget that,", "actually, no,", "oh no, instead", "changed my mind,", "on second thought,"])), [*two.steps]
    direction, other = ctx.rng.sample(["left", "right", "forward", "backward"], 2)
    d, distance = length(ctx)
    if distance.unit not in ("cm", "mm", "in"):
        d, distance = "a bit", p.Length(unit="little")
    text = ctx.say(["move {a} {d} {w}, {x} {y}", "move {a} {w}, {x} {y} by {d}" if d[0].isdigit() else "move {a} {d} {w}, {x} {y}", "shift {a} {w} {x} {y} {d}"], a=a.text, d=d, x=oops, w=ctx.word(lx.DIRECTION_WORDS[other]), y=ctx.word(lx.DIRECTION_WORDS[direction]))
    step: Any = p.Move(obj=a.obj, direction=direction, distance=distance)
    return text, [step]


def passive_group(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A passive or gerund about a whole group: "all blocks should be put ..."."""
    o, pp = noun_phrase(ctx, True, MOVABLE, 1, 0.3, definite=True), where_to(ctx)
    if not o.plural:
        return wish(ctx)
    text = ctx.say(["{o} should be {v} {p}", "{o} are to be {v} {p}", "{o} need to be {v} {p}", "{o} must be {v} {p}", "{o} have to be {v} {p}", "{o} ought to be {v} {p}", "I want {o} {v} {p}", "{o} get {v} {p}", "have {o} {v} {p}", "I'd like {o} {v} {p}", "see that {o} are {v} {p}", "{o} want to be {v} {p}", "let {o} be {v} {p}", "your job: {o}, {v} {p}", "{g} {o} {p}, that's your job", "start {g} {o} {p}", "try {g} {o} {p}", "would you mind {g} {o} {p}", "how about {g} {o} {p}", "next up: {g} {o} {p}"],
                   o=o.text, p=pp.text, v=ctx.one(["put", "placed", "moved", "brought", "collected", "set"]), g=ctx.one(["putting", "placing", "moving", "bringing", "collecting"]))
    return text, [p.Put(obj=o.obj, place=pp.place)]


#: By the part of the mix they belong to.
MOTION: dict[Any, float] = {listed_objects: 4, listed_pairs: 5, wish: 4, repair: 5, passive_group: 3}
CONTROL: dict[Any, float] = {counted: 5, conditions: 7, loops: 6, while_some: 2, wait_then: 4}
