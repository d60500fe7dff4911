"""Acts under a condition, repeated, for each of a group, or with something left out.

Knows: how conditions and loops are said around an act. Does not know: the acts (acts.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.acts import steps
from training.corpus.dialogue import questions
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import MOVABLE, noun_phrase
from training.corpus.phrases.places import length, place
from training.corpus.sampler import Ctx
from training.corpus.sentences import control, speech
from training.corpus.sentences.acts import FIRST_VERBS, brief_motion, motion
from training.corpus.words import lexicon as lx


def conditional(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act under a condition, and often another where it does not hold."""
    s, _, cond = questions.condition(ctx)
    a, sa = brief_motion(ctx)
    if ctx.chance(0.06):
        a, sa = steps.say(ctx)
    if ctx.chance(0.38):
        b, sb = brief_motion(ctx)
        text = ctx.say(["if {s}, {a}, otherwise {b}", "if {s} then {a} else {b}", "{a} if {s}, otherwise {b}", "if {s} {a}, if not {b}", "if {s}, then {a}; otherwise {b}", "check if {s}; if so {a}, if not {b}",
                        "{a} if {s}, else {b}", "if {s} {a} or else {b}", "see whether {s}. if yes, {a}, if no, {b}", "should it be that {s}, {a}, otherwise {b}", "{b} unless {s}, in that case {a}"],
                       s=s, a=a, b=b)
        return text, [p.If(condition=cond, then=tuple(sa), otherwise=tuple(sb))]
    if ctx.chance(0.15):
        return ctx.say(["unless {s}, {a}", "{a} unless {s}", "{a}, except if {s}", "if it is not the case that {s}, {a}"], s=s, a=a), [p.If(condition=p.Not(inner=cond), then=tuple(sa))]
    text = ctx.say(["if {s}, {a}", "if {s} {a}", "{a} if {s}", "if {s} then {a}", "{a} only if {s}", "in case {s}, {a}", "{a} in case {s}", "should it be that {s}, {a}", "provided that {s}, {a}", "check if {s} and if so {a}",
                    "{a}, but only if {s}", "look whether {s}, and then {a}", "given that {s}, {a}", "if you see that {s}, {a}"], s=s, a=a)
    return text, [p.If(condition=cond, then=tuple(sa))]


def waiting(ctx: Ctx, refs: float = 0.0) -> Clause:
    """Waiting for something, and an act then."""
    s, _, cond = questions.condition(ctx)
    if isinstance(cond, p.Exists) and ctx.chance(0.5):
        np = questions._bare(ctx, False)
        cond = p.Exists(obj=np.obj.model_copy(update={"quant": "a"}))
        art = lx.article(np.text)
        s = ctx.one([f"{art} {np.text} appears", f"{art} {np.text} shows up", f"you see {art} {np.text}", f"someone puts {art} {np.text} on the table", f"I put down {art} {np.text}"])
        if ctx.chance(0.4):
            text = ctx.say(["wait for {a} {n}", "wait for {a} {n} to (appear|show up)", "wait till {a} {n} is there"], a=art, n=np.text)
            return text, [p.WaitFor(condition=cond)]
    if ctx.chance(0.4):
        return ctx.say(["wait until {s}", "wait till {s}", "do nothing until {s}", "hold until {s}", "stay still until {s}", "don't move until {s}"], s=s), [p.WaitFor(condition=cond)]
    a, sa = brief_motion(ctx)
    text = ctx.say(["when {s}, {a}", "as soon as {s}, {a}", "wait until {s}, then {a}", "once {s}, {a}", "{a} as soon as {s}", "wait till {s} and then {a}", "{a} when {s}", "the moment {s}, {a}", "{a} once {s}", "whenever {s}, {a}"],
                   s=s, a=a)
    return text, [p.WaitFor(condition=cond), *sa]


def until(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act again and again until, or while, something holds."""
    s, _, cond = questions.condition(ctx)
    for _ in range(6):
        a, sa = brief_motion(ctx)
        if a.split()[0] in FIRST_VERBS:
            break
    if ctx.chance(0.3):
        text = ctx.say(["while {s}, {a}", "as long as {s}, {a}", "{a} while {s}", "{a} as long as {s}", "while {s} keep doing this: {a}"], s=s, a=a)
        return text, [p.Until(condition=p.Not(inner=cond), body=tuple(sa))]
    if a.split()[0] in FIRST_VERBS and ctx.chance(0.25):
        ga = steps.gerund(a)
        return ctx.say(["keep {g} until {s}", "continue {g} until {s}", "go on {g} until {s}", "don't stop {g} until {s}", "keep on {g} till {s}"], g=ga, s=s), [p.Until(condition=cond, body=tuple(sa))]
    text = ctx.say(["{a} until {s}", "until {s}, {a}", "keep doing this until {s}: {a}", "repeat this until {s}: {a}", "{a} again and again until {s}", "{a}, repeat until {s}", "{a} and repeat that until {s}", "{a} till {s}",
                    "continue to {a} until {s}", "{a} over and over until {s}", "don't stop until {s}: {a}", "{a} and don't stop until {s}"], s=s, a=a)
    return text, [p.Until(condition=cond, body=tuple(sa))]


def repeat(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act so many times."""
    n = ctx.weighted({2: 5, 3: 5, 4: 2, 5: 2, 6: 1, 10: 1})
    word = ctx.one([str(n), lx.number_words(n)])
    times = f"{word} times" if n != 2 or ctx.chance(0.4) else "twice"
    a, sa = brief_motion(ctx)
    text = ctx.say(["{a} {t}", "do this {t}: {a}", "repeat {t}: {a}", "{t}, {a}", "{a}, {t}", "{a} and do that {t}", "{a} {t} in a row", "repeat this {t}: {a}", "{a}, do this {t}", "do the following {t}: {a}"], a=a, t=times)
    return text, [p.Repeat(n=n, body=tuple(sa))]


def for_each(ctx: Ctx, refs: float = 0.0) -> Clause:
    """One or two acts for each of a group."""
    kind: Any = ctx.weighted({"block": 10, "object": 3, "bowl": 2, "ball": 2, "cup": 1.5, "can": 1})
    colors: Any = (ctx.one(list(lx.COLOR_WORDS)),) if ctx.chance(0.4) else ()
    noun = ctx.word(lx.KIND_WORDS[kind])
    color = f"{ctx.word(lx.COLOR_WORDS[colors[0]])} " if colors else ""
    group = p.Obj(quant="all", colors=colors, kind=kind)
    body: list[Any] = []
    texts: list[str] = []
    it = ctx.one(["it", "it", "it", f"that {noun}", "that one"])
    this = p.Obj(ref="this")
    for _ in range(ctx.weighted({1: 5, 2: 3})):
        roll = ctx.rng.random()
        if roll < 0.5:
            pp = place(ctx, rich=0.3)
            verb = ctx.word([v for v in lx.PUT_VERBS if v not in lx.IN_VERBS])
            texts.append(f"{verb} {it} {pp.text}")
            body.append(p.Put(obj=this, place=pp.place))
        elif roll < 0.72:
            direction: Any = ctx.one(["left", "right", "forward", "backward"])
            d, distance = length(ctx)
            if distance.unit in ("half", "lot"):
                d, distance = "5 cm", p.Length(value=5, unit="cm")
            texts.append(f"{ctx.one(['move', 'shift'])} {it} {d} {ctx.word(lx.DIRECTION_WORDS[direction])}")
            body.append(p.Move(obj=this, direction=direction, distance=distance))
        elif roll < 0.85:
            words, angle = steps.angle_words(ctx)
            texts.append(f"{ctx.one(['rotate', 'turn'])} {it} {words}")
            body.append(p.Rotate(obj=this, angle_deg=angle))
        else:
            texts.append(f"{ctx.one(['point at', 'touch', 'point to'])} {it}")
            body.append(p.Point(place=p.Place(rel="above", obj=this)))
    text = ctx.say(["for each {n}, {b}", "for every {n}, {b}", "for each of the {m}, {b}", "take each {n} and {b}", "go through the {m} one by one and {b}", "with each {n} do this: {b}", "for every single {n} {b}",
                    "one {n} after the other: {b}", "for all the {m}: {b}", "take the {m} one at a time and {b}"],
                   n=color + noun, m=color + lx.plural(noun), b=" and ".join(texts))
    return text, [p.ForEach(obj=group, body=tuple(body))]


def leave_alone(ctx: Ctx, refs: float = 0.0) -> Clause:
    """ "... but leave the red one": an exclusion said as a clause of its own."""
    o = noun_phrase(ctx, True, MOVABLE, 1, 0.1)
    if o.obj.exclude or o.obj.quant not in ("all", "the") or not o.kind_word or o.obj.where:
        return motion(ctx)
    x = noun_phrase(ctx, ctx.chance(0.3), None, 1, 0.2, one=(o.obj.kind, o.kind_word), need=True, definite=True)
    if x.obj.where or x.obj.count:
        return motion(ctx)
    pp = place(ctx, rich=0.3)
    verb = ctx.word(lx.PUT_VERBS)
    text = ctx.say(["{v} {o} {p} but leave {x} (alone|where it is|there)", "{v} {o} {p} but don't touch {x}", "{v} {o} {p}, not {x}", "{v} {o} {p} but not {x}", "leave {x} but {v} {o} {p}", "apart from {x}, {v} {o} {p}", "other than {x}, {v} {o} {p}", "with the exception of {x}, {v} {o} {p}", "excluding {x} {v} {o} {p}",
                    "{v} {o} {p}, except {x}", "without touching {x} {v} {o} {p}", "{v} {o} {p} and leave {x} in place", "except for {x} {v} {o} {p}"],
                   v=verb, o=o.text, p=pp.text, x=x.text)
    return text, [p.Put(obj=o.obj.model_copy(update={"exclude": x.obj}), place=pp.place)]


#: And how often each is drawn.
CONTROL: dict[Any, float] = {conditional: 7, waiting: 2.5, until: 3.5, repeat: 2.5, for_each: 3, leave_alone: 2, speech.one_in_each: 2, speech.fill_until: 2, speech.conditional_it: 4, speech.conditional_one: 1.5, **control.CONTROL}
