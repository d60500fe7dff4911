"""The plan for a sentence to several robots: the language model's for each part, in one.

Knows: parts (addressed.py), which plan is for whom. Does not know: how a part is understood, or who of
those it is for does what.

The model plans each part for one pair of hands that reaches the whole table. What is read without it is only
whom a part is for, and two things that follow from that: words after "each of you" of which the model is not sure
as a command say how the command before them is divided ("each of you one side"), which is by side; and
what one robot is told to give ("the left robot hands the cup over") goes, where the words name nobody, to
the other robot, as the model has no one to give to but the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from llmagentos.errors import PlanError
from llmagentos.fleet.table import Seat
from llmagentos.fleet.table.seats import sides
from llmagentos.lang import plan as p
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.team.addressed import Part, parts
from llmagentos.types import Status

#: Steps that answer or refer to what was said: behind "each of you" they are no command of their own.
_NO_COMMAND = frozenset(
    {"correct", "choose", "again", "yes", "no", "unclear", "ask", "cannot", "refuse"}
)
#: Words behind "each of you" are a command from this confidence on, which verbs give; else they say how.
_COMMAND_FROM = 0.8


@dataclass(frozen=True)
class ForSome:
    """Steps of a plan, and whose they are: one of robots (() for anybody), or each of them by itself."""

    steps: tuple[Any, ...]
    robots: tuple[str, ...] = ()
    each: bool = False


@dataclass(frozen=True)
class TeamPlan(PlanResult):
    """A plan for several: its steps by whom they are for, in order."""

    shares: tuple[ForSome, ...] = ()


class TeamPlanner(PlanningModule):
    """inner: plans for one. seats: of the robots that are there."""

    def __init__(self, inner: PlanningModule, seats: Callable[[], Sequence[Seat]]) -> None:
        self._inner, self._seats = inner, seats
        self.remembers = inner.remembers

    @property
    def llm(self) -> Any:
        """The inner one's language model."""
        return getattr(self._inner, "llm", None)

    @property
    def engine(self) -> Mapping[str, str]:
        """What the inner one runs on."""
        found: Mapping[str, str] = getattr(self._inner, "engine", {})
        return found

    def plan(self, features: PlanRequest) -> PlanResult:
        """See PlanningModule. A TeamPlan where somebody is addressed. Raises PlanError, ModelError."""
        seats = self._seats()
        names, side = [seat.name for seat in seats], sides(seats)
        said = parts(features.command, names, side)
        if said == [Part(features.command)]:
            found: PlanResult = self._inner.plan(features)
            return found
        made: list[tuple[Part, PlanResult]] = []
        well: Status = "succeeded"
        for part in said:
            asked = replace(
                features,
                command=part.text,
                history=(*features.history, *(before.text for before, _ in made)),
                outcomes=(*features.outcomes, *(well for _ in made)),
                pending=features.pending if not made else "",
            )
            planned: PlanResult = self._inner.plan(asked)
            if made and part.each and _is_no_command(planned, features.act_from):
                made[-1] = replace(made[-1][0], each=True), made[-1][1]
                continue
            made.append((part, _to_the_other(part, planned, names, side)))
        return _together(made)

    def cancel(self) -> None:
        """See PlanningModule."""
        self._inner.cancel()

    def reset(self) -> None:
        """See PlanningModule."""
        self._inner.reset()

    def attach(self, tell: Callable[[Any], None]) -> None:
        """See PlanningModule."""
        self._inner.attach(tell)

    def close(self) -> None:
        """See PlanningModule."""
        self._inner.close()


def _is_no_command(planned: PlanResult, act_from: float) -> bool:
    sure = planned.confidence >= max(act_from, _COMMAND_FROM)
    return not sure or all(step.op in _NO_COMMAND for step in planned.plan.steps)


def _to_the_other(
    part: Part, planned: PlanResult, names: Sequence[str], side: Mapping[str, str]
) -> PlanResult:
    """The plan, in which what one robot gives to nobody that is said goes to the other one; where there is
    no one other robot, the person is asked where to."""
    first = planned.plan.steps[0]
    gives = first.op == "put" and first.place.rel == "at" and first.place.region == "front"
    if len(part.robots) != 1 or not gives or not part.gives_to_nobody_said:
        return planned
    others = [name for name in names if name not in part.robots]
    goal: Any
    if len(others) == 1 and others[0] in side:
        goal = p.Put(obj=first.obj, place=p.Place(rel="at", region=side[others[0]]))
    else:
        goal = p.Ask(about="where", obj=first.obj)
    return replace(planned, plan=p.Plan(steps=(goal, *planned.plan.steps[1:])))


def _together(made: Sequence[tuple[Part, PlanResult]]) -> TeamPlan:
    """One plan of all, as sure as the least sure of them."""
    results = [result for _, result in made]
    least = min(results, key=lambda r: r.confidence)
    understood = least.understanding
    if understood is not None and len(made) > 1:
        left = tuple(w for r in results if r.understanding for w in r.understanding.left_over)
        understood = replace(understood, left_over=left, options=())  # those are of one part alone
    shares = tuple(ForSome(r.plan.steps, part.robots, part.each) for part, r in made)
    try:
        whole = p.Plan(steps=tuple(step for share in shares for step in share.steps))
    except ValidationError as exc:
        count = sum(len(share.steps) for share in shares)
        raise PlanError(f"expected a plan of at most 24 steps, got {count}") from exc
    return TeamPlan(
        whole,
        " ; ".join(r.text.strip() for r in results),
        sum(r.plan_s for r in results),
        sum(r.prompt_tokens for r in results),
        sum(r.tokens for r in results),
        least.engine,
        least.confidence,
        understood,
        shares,
    )
