"""Acts one after the other, joined in many ways.

Knows: how an order is said. Does not know: the acts (acts.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from training.corpus.acts import steps
from training.corpus.dialogue import questions
from training.corpus.phrases.clauses import Clause
from training.corpus.sampler import Ctx
from training.corpus.sentences import control
from training.corpus.sentences.acts import FIRST_VERBS, brief_motion


def sequence(ctx: Ctx, refs: float = 0.04) -> Clause:
    """Two to four acts in their order."""
    if ctx.chance(0.5):
        return control.ordered(ctx)
    n = ctx.weighted({2: 6, 3: 3, 4: 1})
    parts = [brief_motion(ctx, 0.0 if i == 0 else 0.3) for i in range(n)]
    if ctx.chance(0.12):
        parts[-1] = questions.question(ctx)
    texts = [t for t, _ in parts]
    steps_: list[Any] = [s for _, ss in parts for s in ss]
    if n == 2 and ctx.chance(0.12) and all(t.split()[0] in FIRST_VERBS for t in texts):
        ga, gb = (steps.gerund(t) for t in texts)
        text = ctx.say(["start by {ga} and then {b}", "after {ga}, {b}", "before {gb}, {a}", "start by {ga} and finish by {gb}", "begin by {ga}, then go on by {gb}", "{b} after {ga}", "{a} before {gb}", "start with {ga}, then {b}",
                        "your tasks are {ga} and {gb}", "how about {ga} and then {gb}", "try {ga} and afterwards {gb}"], a=texts[0], b=texts[1], ga=ga, gb=gb)
        return text, steps_
    if n == 2 and ctx.chance(0.22) and all(t.split()[0] in FIRST_VERBS for t in texts):
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
