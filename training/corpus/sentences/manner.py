"""How an act is done: slowly, quickly, keeping clear of something, on the person's word.

Knows: what is said around an act for it. Does not know: the acts (acts.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from llmagentos.lang import plan as p
from training.corpus.checks.parts import descriptions
from training.corpus.phrases.clauses import Clause
from training.corpus.phrases.descriptions import LANDMARKS, noun_phrase
from training.corpus.sampler import Ctx
from training.corpus.sentences.acts import brief_motion

#: What is neither slow nor fast, nor touches anything.
_NO_MOTION = ("say", "wait", "look", "answer", "remember", "refuse", "cannot", "ask")

_SLOW = ["slowly {a}", "{a} slowly", "{a}, slowly", "{a}, but slowly", "very slowly {a}", "{a}, nice and slow", "{a} very slowly", "take your time and {a}", "{a} and take your time", "{a} at low speed", "{a}, slow please",
         "{a} as slowly as you can", "slow down and {a}", "{a} in slow motion", "{a} without hurrying", "no rush: {a}", "{a} at a slow pace", "at reduced speed, {a}", "{a} at half speed", "{a} rather slowly", "don't rush, {a}", "carefully and slowly {a}",
         "{a}, taking it slow", "gently and slowly {a}", "I'd like to watch, so {a} slowly", "{a}, with slow movements", "{a} at a snail's pace", "move slowly and {a}", "{a} unhurriedly", "go slow: {a}", "{a}, and no faster than necessary", "{a} bit by bit, slowly"]
_FAST = ["quickly {a}", "{a} quickly", "{a} fast", "{a} as fast as you can", "{a} as quickly as possible", "{a} at full speed", "{a} rapidly", "{a}, fast please", "swiftly {a}", "{a} at top speed", "speed up and {a}", "{a} in a flash", "move fast and {a}",
         "{a}, as fast as possible", "{a} with speed", "{a} at high speed", "{a} really fast", "{a} quickly please", "{a} in double quick time", "{a}, and do it quickly", "make it fast: {a}", "{a} swiftly", "be fast: {a}", "{a}, and fast"]
_CLEAR = ["{a} without touching {o}", "{a}, but don't touch {o}", "{a} and keep clear of {o}", "without touching {o}, {a}", "{a}, avoid {o}", "{a} and don't bump into {o}", "{a} while avoiding {o}", "{a}, and mind {o}", "don't touch {o} when you {a}",
          "{a}, stay away from {o}", "{a} without moving {o}", "{a} and do not disturb {o}", "keep off {o} and {a}", "{a} without knocking over {o}", "{a} but watch out for {o}", "steer clear of {o} and {a}", "{a} without coming near {o}", "mind {o}: {a}",
          "{a}, {o} must not be touched", "{a}, but leave {o} untouched", "be careful not to hit {o} and {a}", "{a}; {o} is not to be touched", "{a} without disturbing {o}", "{a}, keeping away from {o}", "whatever you do don't touch {o}: {a}",
          "{o} is fragile, so {a} without touching it", "{a} and make sure that you don't bump {o}", "{a} without even brushing {o}", "avoiding {o}, {a}", "{a} without shoving {o} around"]
_WORD = ["when I say {w}, {a}", "{a} when I say {w}", "as soon as I say {w}, {a}", "wait until I say {w}, then {a}", "{a} once I say {w}", "don't move before I say {w}, then {a}", "{a}, but not before I say {w}", "when you hear {w}, {a}", "the moment I say {w}, {a}",
         "on the word {w}, {a}", "I'll say {w}, then you {a}", "get ready, and when I say {w}, {a}", "once you hear me say {w}, {a}", "after I say {w}, {a}", "stand by, when I say {w} you {a}", "{a} as soon as you hear {w}"]
_SIGNAL = ["on my signal, {a}", "{a} on my signal", "when I tell you, {a}", "{a} when I tell you to", "on my command {a}", "{a} on my command", "at my word, {a}", "wait for my go and then {a}", "wait for my signal, then {a}", "{a}, but wait for my signal", "{a} once I give the word",
           "get ready to {a}, I'll tell you when", "prepare to {a} and wait for my go", "when I give the signal, {a}", "{a} as soon as I give the signal", "not yet: on my mark {a}", "{a} on my mark", "hold until I give the word, then {a}", "{a} when I give you the go", "at my sign, {a}",
           "{a}, but only once I tell you", "wait till I tell you and then {a}", "not now, but when I tell you, {a}", "{a} the moment I give you a sign"]
_SAID = ["now", "start", "ready", "banana", "action", "please", "okay", "hop", "jump", "begin", "three", "abracadabra", "pineapple", "zulu", "do it", "off you go", "let's go", "ready steady go", "Geronimo", "tea time"]


def _act(ctx: Ctx) -> Clause:
    """An act that moves something."""
    for _ in range(8):
        text, steps = brief_motion(ctx)
        ops = {s.op for s in p.Plan(steps=tuple(steps)).walk()}
        if not ops & set(_NO_MOTION):
            return text, steps
    raise ValueError("expected an act that moves something, got none in eight draws")


def paced(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act done slowly or quickly."""
    text, steps = _act(ctx)
    pace, said = ("slow", _SLOW) if ctx.chance(0.6) else ("fast", _FAST)
    return ctx.say(said, a=text), [p.Pace(pace=pace, body=tuple(steps))]


def keeping_clear(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act that must not touch something."""
    text, steps = _act(ctx)
    mark = noun_phrase(ctx, False, LANDMARKS, 1, 0.4, definite=True)
    if any(o.kind == mark.obj.kind and o.colors == mark.obj.colors for o in descriptions(steps)):
        raise ValueError("expected something else to keep clear of")
    return ctx.say(_CLEAR, a=text, o=mark.text), [p.Avoid(obj=mark.obj, body=tuple(steps))]


def on_the_word(ctx: Ctx, refs: float = 0.0) -> Clause:
    """An act that waits for the person's word: "go", or one of their own."""
    text, steps = _act(ctx)
    body = tuple(steps)
    if ctx.chance(0.45):
        return ctx.say(_SIGNAL, a=text), [p.WhenTold(body=body)]
    if ctx.chance(0.5):
        return ctx.say(_WORD, a=text, w=ctx.one(["go", "go", "'go'"])), [p.WhenTold(body=body)]
    words, mark = ctx.span(ctx.one(_SAID))
    return ctx.say(_WORD, a=text, w=words), [p.WhenTold(word=mark, body=body)]
