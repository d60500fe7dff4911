"""Second thoughts: other plans, where the likeliest one contradicts itself or is in doubt.

Knows: at which words the model wavered (decoding), what no scene can make right (a thing put into
itself, a plan without end). Does not know: scenes; what one lacks is for the person to hear.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from llm_edge.decoding import Generation, RunnerUp
from llmagentos.errors import NumberRuleError, PlanError
from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.tasks.validation import validate, walk
from llmagentos.types import Scene

#: Plans looked at, the first one included.
PLANS = 3
#: Instead of a contradiction no runner-up less likely than this is taken.
NEAR = 0.15
#: Seconds after the first plan in which others are begun.
TIME_S = 0.5
#: Steps whose issues are no mistake of the plan: declining, asking, and placing what may be held.
_MEANT = p.Refuse | p.Cannot | p.Ask | p.PlaceHeld

#: Words that a plan begins with → the whole plan's words, and what came of writing them.
Write = Callable[[list[str]], tuple[list[str], Generation]]


def contradiction(plan: p.Plan) -> str:
    """Why a plan is wrong in every scene; "" for others. Refusing, declining and asking are right."""
    meant = {path for path, s in walk(plan) if isinstance(s, _MEANT)}
    return next((i.words for i in validate(plan, Context(Scene())) if i.path not in meant), "")


def problem(words: list[str], parse: Callable[[str], p.Plan]) -> str:
    """Why words are no plan, or one that contradicts itself; "" where all is well."""
    try:
        return contradiction(parse(" ".join(words)))
    except PlanError as exc:
        return str(exc)


def better(
    words: list[str],
    first: Generation,
    write: Write,
    parse: Callable[[str], p.Plan],
    late: Callable[[], bool],
) -> tuple[list[str], Generation] | None:
    """A plan without contradictions that the model nearly wrote, or None.

    At the words where it wavered most, the runner-up is taken and the plan is written on from
    there; numbers stay as they are, they were said. late: whether there is no time for another.
    """
    near = [r for r in first.runners_up if not r.word.isdigit() and r.probability >= NEAR]
    wavered = sorted(near, key=lambda r: -r.probability)
    for other in wavered[: PLANS - 1]:
        if late():
            return None
        written = _written(write, [*words[: other.at], other.word])
        if written is None:
            continue
        got, out = written
        if out.stop == "end" and not problem(got, parse):
            return got, joined(first, other, out)
    return None


def others(
    words: list[str], first: Generation, write: Write, late: Callable[[], bool]
) -> list[tuple[list[str], Generation]]:
    """Other whole plans that the model nearly wrote, from the words where it wavered most."""
    wavered = sorted(first.runners_up, key=lambda r: -r.probability)
    found: list[tuple[list[str], Generation]] = []
    for other in wavered[:PLANS]:
        if late():
            break
        written = _written(write, [*words[: other.at], other.word])
        if written is None:
            continue
        got, out = written
        if out.stop == "end" and got not in [g for g, _ in found]:
            found.append((got, joined(first, other, out)))
    return found


def _written(write: Write, start: list[str]) -> tuple[list[str], Generation] | None:
    """The plan that goes on from there; None where the command holds no number for it."""
    try:
        return write(start)
    except NumberRuleError:
        return None


def joined(first: Generation, other: RunnerUp, out: Generation) -> Generation:
    """How a plan came about that is the first one's up to `other`, and `out` behind it."""
    before = first.probabilities[: other.at]
    probabilities = [*before, other.probability, *out.probabilities]
    runners = [replace(r, at=r.at + other.at + 1) for r in out.runners_up]
    confidence = math.prod(before) * other.probability * out.confidence
    return replace(out, probabilities=probabilities, runners_up=runners, confidence=confidence)
