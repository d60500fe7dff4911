"""Checks of a whole plan before anything moves.

Knows: bounds, refusals, inabilities and preconditions that can be told from the plan and the
scene as they are. Does not know: what the world will be after the first step (the executor
rehearses the plan for that).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from llmagentos.grounding.context import Context
from llmagentos.grounding.spots import find_spots
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj
from llmagentos.lang.wording.declining import (
    ask_words,
    cannot_words,
    no_base_words,
    refuse_words,
    unclear_words,
)
from llmagentos.ports.failures import Ending, Failure

#: Steps in a plan, those inside control steps counted once, and how deep they may nest.
MAX_STEPS = 60
MAX_DEPTH = 4
#: Passes that nested repeats may add up to.
MAX_PASSES = 100


@dataclass(frozen=True)
class Issue:
    """Why a plan is not carried out. words: for the person."""

    failure: Failure
    words: str
    path: str = ""
    obj: p.Obj | None = None
    candidates: tuple[str, ...] = ()

    @property
    def kind(self) -> Ending:
        """How the command ends."""
        return self.failure.ending


def validate(plan: p.Plan, ctx: Context) -> list[Issue]:
    """Issues in order of weight: refusals, inabilities, questions, bounds, preconditions.

    Any issue means that nothing moves. An empty list is no promise: see the module's words.
    """
    return [
        *_refusals(plan),
        *_inabilities(plan, ctx),
        *_not_understood(plan),
        *_bounds(plan),
        *_questions(plan),
        *_preconditions(plan, ctx),
        *_drives(plan, ctx),
    ]


def _refusals(plan: p.Plan) -> Iterator[Issue]:
    for path, step in walk(plan):
        if isinstance(step, p.Refuse):
            yield Issue(Failure.REFUSED, refuse_words(step), path)


def _inabilities(plan: p.Plan, ctx: Context) -> Iterator[Issue]:
    base = ctx.scene.base
    for path, step in walk(plan):
        if isinstance(step, p.Cannot) and "." not in path:
            words = cannot_words(step, base is not None, base is None or base.has_arm)
            yield Issue(Failure.CANNOT, words, path)


def _not_understood(plan: p.Plan) -> Iterator[Issue]:
    for path, step in walk(plan):
        if isinstance(step, p.Unclear):
            yield Issue(Failure.NOT_UNDERSTOOD, unclear_words(step), path)
        if isinstance(step, p.WhenTold) and "." in path:
            words = "I can wait for your word only before a whole task: say it in two commands."
            yield Issue(Failure.IMPOSSIBLE, words, path)


def _questions(plan: p.Plan) -> Iterator[Issue]:
    for path, step in walk(plan):
        if isinstance(step, p.Ask) and "." not in path:
            yield Issue(Failure.UNCLEAR, ask_words(step), path, step.obj)


def _bounds(plan: p.Plan) -> Iterator[Issue]:
    paths = [path for path, _ in walk(plan)]
    if len(paths) > MAX_STEPS:
        yield Issue(
            Failure.IMPOSSIBLE, f"That is too long for me: at most {MAX_STEPS} steps at a time."
        )
    if any(path.count(".") >= MAX_DEPTH for path in paths):
        yield Issue(Failure.IMPOSSIBLE, "That is too nested for me: say it in several commands.")
    if _passes(plan.steps) > MAX_PASSES:
        yield Issue(
            Failure.IMPOSSIBLE, f"That is too often for me: at most {MAX_PASSES} rounds at a time."
        )


def _passes(steps: Any) -> int:
    worst = 1
    for step in steps:
        inside = [getattr(step, name, ()) for name in ("body", "then", "otherwise")]
        deepest = max((_passes(part) for part in inside if part), default=1)
        worst = max(worst, deepest * (step.n if isinstance(step, p.Repeat) else 1))
    return worst


def _preconditions(plan: p.Plan, ctx: Context) -> Iterator[Issue]:
    first = plan.steps[0]
    if isinstance(first, p.PlaceHeld) and ctx.scene.held is None:
        yield Issue(Failure.NOT_HOLDING, "I am not holding anything.", "0")
    for path, step in walk(plan):
        place = getattr(step, "place", None)
        obj = getattr(step, "obj", None)
        if place is None or obj is None or place.obj is None:
            continue
        same = place.obj == obj and obj.quant == "the" and obj.ref is None
        if not same or place.obj2 is not None:
            continue
        if place.rel in ("on", "in"):
            words = f"{describe_obj(obj).capitalize()} can't be put {place.rel} itself."
            yield Issue(Failure.IMPOSSIBLE, words, path)
        elif place.rel in p.w.SPATIAL:
            yield Issue(Failure.UNCLEAR, f"Where shall I put {describe_obj(obj)}?", path)


def _drives(plan: p.Plan, ctx: Context) -> Iterator[Issue]:
    """What can't be driven, or to where nobody knows: said before the first wheel turns."""
    named = {step.name.lower() for _, step in walk(plan) if isinstance(step, p.Mark)}
    first = True
    for path, step in walk(plan):
        if step.op not in p.DRIVING_OPS:
            continue
        if ctx.scene.base is None and not _without_base(step):
            yield Issue(Failure.NO_BASE, no_base_words(step), path)
            continue
        for spot in (getattr(step, name, None) for name in ("spot", "source", "goal")):
            if not isinstance(spot, p.Spot) or ctx.scene.base is None:
                continue
            # spots without a name may be there by then
            if (spot.name is None and not first) or (spot.name or "").lower() in named:
                continue
            found = find_spots(spot, ctx)
            if found.problem is not None:
                yield Issue(found.problem, found.question, path)
        first = False


def _without_base(step: p.Node) -> bool:
    """Whether an arm that stands fast can do something for it."""
    if isinstance(step, p.Bring):
        return step.source is None and (step.goal is None or step.goal.word == "here")
    return isinstance(step, p.Find) and step.spot is None


def walk(plan: p.Plan) -> Iterator[tuple[str, Any]]:
    """Every step with its path ("0.1": the second step inside the first)."""
    yield from _walk(plan.steps, "", 0)


def _walk(steps: Any, prefix: str, offset: int) -> Iterator[tuple[str, Any]]:
    for index, step in enumerate(steps):
        path = f"{prefix}{offset + index}"
        yield path, step
        then = getattr(step, "then", ())
        yield from _walk(getattr(step, "body", ()), f"{path}.", 0)
        yield from _walk(then, f"{path}.", 0)
        yield from _walk(getattr(step, "otherwise", ()), f"{path}.", len(then))
