"""Whole commands: one step or several, conditions, loops, and how people wrap them.

Knows: the mix of everything the corpus says. Does not know: typing errors (noise.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llmagentos.lang import plan as p
from training.corpus.acts import amounts, edges, moved, steps
from training.corpus.acts.steps import Clause
from training.corpus.dialogue import corrections as ways
from training.corpus.dialogue import exchanges as dialogue
from training.corpus.dialogue import questions, turns
from training.corpus.handwritten import slots as handwritten
from training.corpus.patterns import commands as patterns
from training.corpus.phrases.descriptions import MOVABLE, noun_phrase
from training.corpus.phrases.places import place
from training.corpus.refusals import safety
from training.corpus.sampler import Ctx
from training.corpus.sentences import control as flow
from training.corpus.sentences import speech
from training.corpus.words import lexicon as lx

Maker = Callable[..., Clause]


@dataclass(frozen=True)
class Sample:
    """Words (still with span marks), the robot's pending question, and steps."""

    text: str
    pending: str
    steps: tuple[Any, ...]


MOTION: dict[Maker, float] = {
    steps.put: 30, steps.pick: 6, steps.push: 11, steps.move: 10, patterns.stack: 11, patterns.arrange: 14,
    steps.rotate: 3, steps.swap: 2.5, steps.clear: 2, steps.point: 3, steps.place_held: 2.5,
    steps.separate: 1.5, steps.each_to_its_own: 2.5, patterns.sort_into: 6, dialogue.give: 1.5,
    safety.household: 8, speech.telegram: 1.5, speech.put_of_several: 2.5, speech.everything_from: 2,
    speech.indefinite_ones: 1.2, speech.named_use: 1.5, speech.self_repair: 2, speech.stack_from_top: 1.2,
}
SMALL: dict[Maker, float] = {steps.simple: 2, steps.wait: 1.5, steps.say: 1, patterns.reshape: 3}
OTHER: dict[Maker, float] = {
    questions.question: 15, safety.refuse: 19, safety.cannot: 12, safety.contrast: 19, safety.mixed: 1.5, safety.store: 1, safety.two_cannots: 0.5, speech.appliance: 2.2, speech.safe_ability: 5, speech.ellipsis: 2, speech.compare_two: 1.2, speech.follow_up: 2.5,
    speech.remember_two: 0.5, speech.remark_then: 1.2, speech.count_inside: 0.5,
    dialogue.stop: 1, dialogue.yes_no: 1.5, dialogue.undo: 1.5, dialogue.restore: 1.5,
    dialogue.again: 3.5, dialogue.correct: 3.5, dialogue.remember: 3, dialogue.ask: 3,
}

#: Shares of the corpus of meanings that the mix has seldom.
RARE: dict[Maker, float] = {amounts.command: 0.02, edges.from_edge: 0.006, edges.half_way: 0.006, ways.so_many_times_as_far: 0.006, moved.command: 0.015}

_FIRST_VERBS = frozenset(
    w.split()[0] for w in (*lx.PUT_VERBS, *lx.GRAB_VERBS, *lx.PUSH_VERBS, "stack", "build", "arrange", "rotate", "turn", "swap", "raise", "line")
)


def motion(ctx: Ctx, refs: float = 0.0) -> Clause:
    maker = ctx.weighted(MOTION if not ctx.chance(0.08) else SMALL)
    return maker(ctx, refs) if maker is not steps.each_to_its_own else maker(ctx)


def brief_motion(ctx: Ctx, refs: float = 0.0) -> Clause:
    """A clause of moderate length, as parts of longer commands are."""
    for _ in range(6):
        clause = motion(ctx, refs)
        if len(clause[0].split()) <= 13:
            return clause
    return clause


def sequence(ctx: Ctx, refs: float = 0.04) -> Clause:
    if ctx.chance(0.5):
        return flow.ordered(ctx)
    n = ctx.weighted({2: 6, 3: 3, 4: 1})
    parts = [brief_motion(ctx, 0.0 if i == 0 else 0.3) for i in range(n)]
    if ctx.chance(0.12):
        parts[-1] = questions.question(ctx)
    texts = [t for t, _ in parts]
    steps_: list[Any] = [s for _, ss in parts for s in ss]
    if n == 2 and ctx.chance(0.12) and all(t.split()[0] in _FIRST_VERBS for t in texts):
        ga, gb = (steps.gerund(t) for t in texts)
        text = ctx.say(["start by {ga} and then {b}", "after {ga}, {b}", "before {gb}, {a}", "start by {ga} and finish by {gb}", "begin by {ga}, then go on by {gb}", "{b} after {ga}", "{a} before {gb}", "start with {ga}, then {b}",
                        "your tasks are {ga} and {gb}", "how about {ga} and then {gb}", "try {ga} and afterwards {gb}"], a=texts[0], b=texts[1], ga=ga, gb=gb)
        return text, steps_
    if n == 2 and ctx.chance(0.22) and all(t.split()[0] in _FIRST_VERBS for t in texts):
        a, b = texts
        text = ctx.say(["before you {b}, {a}", "{b} but first {a}", "after you {a}, {b}", "{b}, but before that {a}", "{b} after you {a}", "once you {a}, {b}", "{b} but {a} first",
                        "when you are done with this: {a}, {b}" if ctx.chance(0.1) else "{b}, but only after you {a}"], a=a, b=b)
        return text, steps_
    if n == 2:
        text = ctx.say(["{a} and then {b}", "{a} and {b}", "{a}, then {b}", "{a} then {b}", "first {a}, then {b}", "{a}. {b}", "{a}, and after that {b}", "{a}; {b}", "{a}. Then {b}", "first {a} and then {b}",
                        "{a}, {b}", "{a} followed by this: {b}", "start by this: {a}, then {b}", "{a}. After that, {b}", "{a}. Next, {b}", "{a} and afterwards {b}", "{a}. When you are done, {b}",
                        "{a}, once that is done {b}", "{a} and when you're finished {b}", "two things: {a} and {b}", "{a} plus {b}", "{a} {b}", "{a} and also {b}", "1. {a} 2. {b}"], a=texts[0], b=texts[1])
        return text, steps_
    join = ctx.one(["then", "then", "after that", "next", "and then"])
    style = ctx.rng.random()
    if style < 0.4:
        head = ctx.one(["first ", "", "", "first of all ", "to start, "])
        last = ctx.one(["finally", "and finally", "and then", "lastly", "and last", "then", "at the end"])
        middle = "".join(f", {ctx.one([join, '', join])} {t}" for t in texts[1:-1])
        text = f"{head}{texts[0]}{middle}, {last} {texts[-1]}"
    elif style < 0.65:
        text = ". ".join(texts)
    elif style < 0.85:
        text = f" {ctx.one(['and then', 'then', 'and'])} ".join(texts)
    elif style < 0.93:
        text = " ".join(f"{i}. {t}" for i, t in enumerate(texts, 1))
    else:
        text = ", ".join(texts)
    return text, steps_


def conditional(ctx: Ctx, refs: float = 0.0) -> Clause:
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
    s, _, cond = questions.condition(ctx)
    for _ in range(6):
        a, sa = brief_motion(ctx)
        if a.split()[0] in _FIRST_VERBS:
            break
    if ctx.chance(0.3):
        text = ctx.say(["while {s}, {a}", "as long as {s}, {a}", "{a} while {s}", "{a} as long as {s}", "while {s} keep doing this: {a}"], s=s, a=a)
        return text, [p.Until(condition=p.Not(inner=cond), body=tuple(sa))]
    if a.split()[0] in _FIRST_VERBS and ctx.chance(0.25):
        ga = steps.gerund(a)
        return ctx.say(["keep {g} until {s}", "continue {g} until {s}", "go on {g} until {s}", "don't stop {g} until {s}", "keep on {g} till {s}"], g=ga, s=s), [p.Until(condition=cond, body=tuple(sa))]
    text = ctx.say(["{a} until {s}", "until {s}, {a}", "keep doing this until {s}: {a}", "repeat this until {s}: {a}", "{a} again and again until {s}", "{a}, repeat until {s}", "{a} and repeat that until {s}", "{a} till {s}",
                    "continue to {a} until {s}", "{a} over and over until {s}", "don't stop until {s}: {a}", "{a} and don't stop until {s}"], s=s, a=a)
    return text, [p.Until(condition=cond, body=tuple(sa))]


def repeat(ctx: Ctx, refs: float = 0.0) -> Clause:
    n = ctx.weighted({2: 5, 3: 5, 4: 2, 5: 2, 6: 1, 10: 1})
    word = ctx.one([str(n), lx.number_words(n)])
    times = f"{word} times" if n != 2 or ctx.chance(0.4) else "twice"
    a, sa = brief_motion(ctx)
    text = ctx.say(["{a} {t}", "do this {t}: {a}", "repeat {t}: {a}", "{t}, {a}", "{a}, {t}", "{a} and do that {t}", "{a} {t} in a row", "repeat this {t}: {a}", "{a}, do this {t}", "do the following {t}: {a}"], a=a, t=times)
    return text, [p.Repeat(n=n, body=tuple(sa))]


def for_each(ctx: Ctx, refs: float = 0.0) -> Clause:
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
            from training.corpus.phrases.places import length

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


CONTROL: dict[Maker, float] = {conditional: 7, waiting: 2.5, until: 3.5, repeat: 2.5, for_each: 3, leave_alone: 2, speech.one_in_each: 2, speech.fill_until: 2, speech.conditional_it: 4, speech.conditional_one: 1.5, **flow.CONTROL}

_PREFIX = ["please", "can you", "could you", "could you please", "would you", "would you please", "now", "ok", "okay", "robot,", "hey robot,", "I want you to", "I'd like you to", "I need you to", "please could you",
           "alright,", "so", "well,", "can you please", "kindly", "ok now", "hey,", "your task:", "let's", "next", "will you", "be so kind and", "um", "uh", "so um", "listen,", "just", "would you mind if you", "I would like you to",
           "hi,", "hello robot,", "good robot,", "dear robot,", "hey there", "and now", "right,", "can u", "pls", "plz", "go ahead and", "may I ask you to", "it would be great if you could", "I was wondering if you could", "computer,",
           "I think you should", "try to", "quickly", "carefully", "gently", "slowly", "um can you", "yo", "now please", "for me please", "be careful not to break anything and", "without hurting anyone,", "don't break anything, just", "carefully, so that nothing falls,", "never mind that,", "forget that,", "instead,", "on second thought,", "actually, forget it and", "no, instead", "watch out for my hand and", "nothing dangerous, just", "shoot,", "hit it,", "cut the chatter and", "cut to the chase and", "take a stab at this:", "give it a shot and", "attack the mess:", "no harm in trying:", "don't kill me but", "knock yourself out and", "I would kill for this:", "break a leg and"]
_SUFFIX = ["please", "for me", "thanks", "thank you", "now", "ok", "if you can", "when you're ready", "carefully", "quickly", "please and thank you", "will you", "would you", "if possible", "right away", "pls", "plz", "slowly", "gently",
           "as fast as you can", "if you don't mind", "my friend", "buddy", "robot", "for once", "immediately", "thx", "right now", "mate", "without hurting anyone", "without breaking anything", "and don't drop it", "without knocking anything over",
           "and be careful not to hit anything", "but don't throw it", "and watch my fingers", "so that nobody gets hurt", "without damaging it", "it is not dangerous", "if you would", "asap"]


#: What can stand before anything.
_ADDRESS = ["robot,", "Panda,", "hey robot,", "hey Panda,", "ok,", "so,", "listen,", "hey,", "um,", "alright,", "right,", "well,", "hello,", "hi there,", "Franka,", "ok robot,", "ok so", "um so", "look,", "excuse me,", "mister robot,", "say,",
            "dear Panda,", "my friend,", "yo robot,", "hm,", "good,", "great,", "thanks,", "very good.", "nice.", "perfect,", "fine,", "next,", "attention,", "hello Panda,", "assistant,", "oh,", "you know what,", "one more thing:", "here's the thing:"]


def wrap(ctx: Ctx, text: str, imperative: bool) -> str:
    """Politeness and filler around a command."""
    if imperative and ctx.chance(0.33):
        first = text.split()[0]
        if first in _FIRST_VERBS or ctx.chance(0.3):
            text = f"{ctx.word(_PREFIX)} {text}"
    if ctx.chance(0.04):
        text = f"{ctx.word(_ADDRESS)} {text}"
    if ctx.chance(0.1):
        text = f"{text}{ctx.one([' ', ', '])}{ctx.word(_SUFFIX)}"
    return text


def sample(ctx: Ctx) -> Sample:
    """One command with its plan."""
    if ctx.chance(0.09):
        pending, text, steps_ = dialogue.answer(ctx) if ctx.chance(0.35) else turns.answer(ctx)
        return Sample(text, pending, tuple(steps_))
    if ctx.chance(0.009):
        text, steps_ = ways.correction(ctx)
        return Sample(wrap(ctx, text, False), "", tuple(steps_))
    if ctx.chance(0.0045):
        text, steps_ = ways.by_height(ctx)
        return Sample(wrap(ctx, text, True), _stray_question(ctx), tuple(steps_))
    if ctx.chance(sum(RARE.values())):
        text, steps_ = ctx.weighted(RARE)(ctx)
        return Sample(wrap(ctx, text, True), _stray_question(ctx), tuple(steps_))
    if ctx.chance(handwritten.share()):
        pending, text, steps_ = handwritten.sample(ctx)
        return Sample(text if pending else wrap(ctx, text, False), pending, tuple(steps_))
    roll = ctx.rng.random()
    if roll < 0.29:
        text, steps_ = motion(ctx, 0.05)
    elif roll < 0.38:
        text, steps_ = ctx.weighted(flow.MOTION)(ctx)
        text = wrap(ctx, text, text.split()[0] in _FIRST_VERBS)
        return Sample(text, _stray_question(ctx), tuple(steps_))
    elif roll < 0.55:
        text, steps_ = sequence(ctx)
    elif roll < 0.73:
        text, steps_ = ctx.weighted(CONTROL)(ctx)
    elif roll < 0.80:
        text, steps_ = ctx.weighted(turns.TURNS)(ctx)
        return Sample(wrap(ctx, text, False), _stray_question(ctx) if ctx.chance(0.5) else "", tuple(steps_))
    else:
        maker = ctx.weighted(OTHER)
        text, steps_ = maker(ctx)
        plain = maker in (safety.contrast, safety.refuse, safety.cannot, safety.mixed)
        text = wrap(ctx, text, plain)
        return Sample(text, _stray_question(ctx), tuple(steps_))
    return Sample(wrap(ctx, text, True), _stray_question(ctx), tuple(steps_))


def _stray_question(ctx: Ctx) -> str:
    """A pending question that a new command ignores."""
    return dialogue.answer(ctx)[0] if ctx.chance(0.05) else ""
