"""Plans that the planner itself is not sure of: asked about, or told as not understood.

Knows: the planner's confidence, its other plausible plans, and how a question about them is put.
Does not know: how sure is found out (a planner's matter), nor how an answer is read
(dialogue/options.py).

What only speaks is not asked about: an answer moves nothing. It is told as not understood where it
is very unsure; a refusal and an "I can't" only below half of that limit, for both hold back.
"""

from __future__ import annotations

from collections.abc import Iterator

from llmagentos.dialogue.doubts.doubt import Asked, Doubt
from llmagentos.dialogue.options import question_about
from llmagentos.lang import plan as p

#: Steps that are right to take however unsure they are: they hold back, or end what moves.
_ALWAYS = frozenset({"refuse", "cannot", "stop", "ask", "unclear", "yes", "no"})
#: Of these, those that say why nothing is done: a wrong reason is worse than none.
_REASONED = frozenset({"refuse", "cannot"})
#: Steps that only speak.
_SPEAKING = frozenset({"answer", "say", "wait"})


def doubts(asked: Asked) -> Iterator[Doubt]:
    """One doubt about a plan that is not sure enough."""
    found = asked.understanding
    ops = {step.op for step in asked.plan.steps}
    if found is None:
        return
    if ops & _ALWAYS:
        if ops <= _REASONED and found.confidence < asked.trust.reason_from:
            yield Doubt(found.part, "unsure")
        return
    if found.confidence < asked.trust.ask_from:
        yield Doubt(found.part, "unsure")
        return
    if found.confidence >= asked.trust.act_from or ops <= _SPEAKING:
        return
    options = [x for x in asked.options() if not speaks(x.plan)]
    if not options:  # what can't be done in this scene is told by itself, and nothing moves
        return
    ends = dict.fromkeys(x.end for x in options)
    likely = {end: sum(x.probability for x in options if x.end == end) for end in ends}
    own = next((x.end for x in options if x.own), None)
    # "a can" or "the can" where there is one: the same is done, whichever was meant
    if own is not None and likely[own] >= asked.trust.act_from:
        return
    best = sorted(ends, key=lambda end: -likely[end])[:2]
    plans = tuple(next(x.plan for x in options if x.end == end) for end in best)
    yield Doubt(found.part, "unsure", question_about(plans), "question", plans)


def speaks(plan: p.Plan) -> bool:
    """Whether a plan only speaks or holds back: nothing moves."""
    return {step.op for step in plan.steps} <= _SPEAKING | _ALWAYS
