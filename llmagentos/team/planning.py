"""The plan for a sentence to several robots: the language model's for each part, in one.

Knows: parts (addressed.py), words of dividing (dividing.py), which plan is for whom. Does not know: how a part
is understood, or who of those it is for does what.

The model plans each part, or each one's share of it as a sentence of its own, for one pair of hands that reaches the
whole table. It was taught commands, not sentences about somebody: what is said of a robot is given to it as it would be
said to it, too ("should get the red one" -> "get the red block"), and the plan that it is surest of is taken.
What is read without it is only whom a part is for and how work is divided: "left takes the red ones" behind a command
says whose errands of it they are; "divide the blocks between you" is the sentence "put the blocks on the left side" for
who stands there, about what lies there; where the model does not know how "sort the blocks, each of you one side"
shall look, it is asked again by what repeats there (colour, size, kind), and at last for each one's side; and what one
robot is told to give ("the left robot hands the cup over") goes, where the words name nobody, to the
other robot, as the model has no one to give to but the person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from llmagentos.errors import PlanError
from llmagentos.fleet.table import Seat
from llmagentos.fleet.table.seats import side_of, sides
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import matching
from llmagentos.lang import plan as p
from llmagentos.ports.modules import PlanningModule, PlanRequest, PlanResult
from llmagentos.team import dividing
from llmagentos.team.addressed import Part, parts
from llmagentos.types import Status

#: Steps that answer or refer to what was said: behind "each of you" they are no command of their own.
_NO_COMMAND = frozenset(
    {"correct", "choose", "again", "yes", "no", "unclear", "ask", "cannot", "refuse"}
)
#: Of those, what can't be where nothing was asked.
_ANSWERS = frozenset({"choose", "yes", "no"})
#: Words behind "each of you" are a command from this confidence on, which verbs give; else they say how.
_COMMAND_FROM = 0.8


#: By these things are sorted, in this order, where nobody says by what.
_SORTED_BY = ("color", "size", "kind")


@dataclass(frozen=True)
class Claim:
    """What of others' steps one robot takes: what fits a description; None: all that nobody else takes. own: of that
    what lies on its own side."""

    robot: str
    obj: p.Obj | None
    own: bool = False


@dataclass(frozen=True)
class ForSome:
    """Steps of a plan, and whose they are: one of robots (() for anybody), or each of them by itself. claims: who
    takes what of them."""

    steps: tuple[Any, ...]
    robots: tuple[str, ...] = ()
    each: bool = False
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class TeamPlan(PlanResult):
    """A plan for several: its steps by whom they are for, in order."""

    shares: tuple[ForSome, ...] = ()


class TeamPlanner(PlanningModule):
    """inner: plans for one. seats: of the robots that are there."""

    def __init__(self, inner: PlanningModule, seats: Callable[[], Sequence[Seat]]) -> None:
        self._inner, self._seats = inner, seats
        self.remembers = inner.remembers
        #: How the command was divided that the robot asks about.
        self._asked: ForSome | None = None

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
        asked, self._asked = self._asked, None
        turn = _Turn(self._inner, features, self._seats())
        made = turn.made()
        if made is None:
            found: PlanResult = self._inner.plan(features)
            if asked is None or not features.pending:
                return found
            return _together([replace(_Made(Part(features.command), found), **_how(asked))])
        if any(step.op == "ask" for one in made for step in one.result.plan.steps):
            self._asked = made[0].share
        return _together(made)

    def cancel(self) -> None:
        """See PlanningModule."""
        self._inner.cancel()

    def reset(self) -> None:
        """See PlanningModule."""
        self._asked = None
        self._inner.reset()

    def attach(self, tell: Callable[[Any], None]) -> None:
        """See PlanningModule."""
        self._inner.attach(tell)

    def close(self) -> None:
        """See PlanningModule."""
        self._inner.close()


@dataclass(frozen=True)
class _Made:
    """A part with its plan."""

    part: Part
    result: PlanResult
    claims: tuple[Claim, ...] = ()

    @property
    def share(self) -> ForSome:
        """Its steps, and whose they are."""
        return ForSome(self.result.plan.steps, self.part.robots, self.part.each, self.claims)


def _how(share: ForSome) -> dict[str, Any]:
    """How an answer's plan is divided: as the command that was asked about."""
    return {"part": Part("", share.robots, share.each), "claims": share.claims}


class _Turn:
    """One sentence being planned."""

    def __init__(self, inner: PlanningModule, features: PlanRequest, seats: Sequence[Seat]) -> None:
        self._inner, self._features, self._seats = inner, features, seats
        self._names, self._side = [seat.name for seat in seats], sides(seats)
        self._made: list[_Made] = []

    def made(self) -> list[_Made] | None:
        """Each part's plan; None where the sentence speaks to nobody and divides nothing."""
        command = self._features.command
        plain = dividing.alone(command)
        said, told = parts(plain, self._names, self._side), dividing.task(plain)
        between = bool(told.between) and dividing.says_between(plain)
        if said == [Part(command)] and not told.own and not between:
            return None
        for part in self._divided(said):
            self._add(part)
        return self._made

    def _divided(self, said: Sequence[Part]) -> Iterator[Part]:
        """With what is divided among them as a sentence for each."""
        head = said[0]
        told = dividing.task(head.text)
        others = [dividing.taken(part.text) for part in said[1:]]
        divides = head.each or dividing.says_between(head.text) or (bool(others) and all(others))
        named = [name for name in head.robots or self._names if name in self._side]
        if not told.between or not divides or len(named) < 2:
            yield from said
            return
        if not any(others):
            for name in named:
                yield Part(f"put {told.between} on the {self._side[name]} side", (name,), each=True)
            yield from said[1:]
            return
        noun = told.between.split()[-1].removesuffix("s")
        for part, what in zip(said[1:], others, strict=True):
            side = self._side.get(part.robots[0]) if part.robots else None
            if dividing.is_rest(what):
                what = f"the rest of {told.between}"
            if what and side is not None:
                part = replace(part, text=f"put {dividing.as_told(what, noun)} on the {side} side")
            yield part

    def _add(self, part: Part) -> None:
        """Plan one more part."""
        before = self._made[-1] if self._made else None
        if before is not None and part.robots and dividing.says_too(part.text):
            self._made.append(replace(before, part=replace(before.part, robots=part.robots)))
            return
        if before is not None and part.robots and self._claimed(part):
            return
        told = dividing.task(part.text)
        part = replace(part, text=told.text, each=part.each or told.own)
        if before is not None and before.part.robots and part.robots:
            part = replace(part, text=dividing.goes_on(part.text, before.part.text))
        planned = self._surest([dividing.as_told(part.text, self._noun()), part.text])
        if before is not None and part.each and _is_no_command(planned, self._features.act_from):
            self._made[-1] = replace(before, part=replace(before.part, each=True))
            return
        if part.several and not part.each and _is_of_one(planned.plan):
            part = replace(part, each=True)
        if part.each and not self._is_sure(planned):
            planned = self._surest([*self._sorted_by(part, planned)], planned)
            if not self._is_sure(planned) and self._by_sides(part):
                return
        part, planned = self._into_few(part, planned)
        self._made.append(_Made(part, _to_the_other(part, planned, self._names, self._side)))

    def _surest(self, texts: Iterable[str], best: PlanResult | None = None) -> PlanResult:
        """The plan that the model is surest of, of several ways to say the same."""
        for text in dict.fromkeys(texts):
            planned = self._planned(text)
            if best is None or planned.confidence > best.confidence:
                best = planned
            if best.confidence >= _COMMAND_FROM:
                break
        assert best is not None
        return best

    def _planned(self, text: str) -> PlanResult:
        features, well = self._features, list[Status](["succeeded"] * len(self._made))
        asked = replace(
            features,
            command=text,
            history=(*features.history, *(one.part.text for one in self._made)),
            outcomes=(*features.outcomes, *well),
            pending=features.pending if not self._made else "",
        )
        planned: PlanResult = self._inner.plan(asked)
        if not asked.pending and {step.op for step in planned.plan.steps} <= _ANSWERS:
            return replace(planned, confidence=0.0)  # nothing was asked
        return planned

    def _is_sure(self, planned: PlanResult) -> bool:
        return planned.confidence >= self._features.act_from or planned.understanding is None

    def _noun(self) -> str:
        """What "one" stands for: a thing of the part before."""
        found = _first_obj(self._made[-1].result.plan) if self._made else None
        return "" if found is None or found.kind == "object" else found.kind.replace("_", " ")

    def _claimed(self, part: Part) -> bool:
        """Whether a part only says what of an earlier command for all somebody takes; then it is noted there."""
        told = dividing.task(part.text)
        what = dividing.taken(told.text)
        heads = [k for k, one in enumerate(self._made) if not one.part.robots]
        if not what or not heads:
            return False
        head = self._made[heads[-1]]
        theirs = _first_obj(head.result.plan)
        if theirs is None:
            return False
        obj: p.Obj | None = None
        if told.own and dividing.is_all(what):
            obj = theirs
        elif not dividing.is_rest(what):
            noun = "" if theirs.kind == "object" else theirs.kind.replace("_", " ")
            obj = _first_obj(self._planned(f"take {dividing.as_told(what, noun)}").plan)
            context = Context(self._features.scene)
            if obj is None or not set(matching(obj, context)) & set(matching(theirs, context)):
                return False
        claims = (*head.claims, *(Claim(name, obj, told.own) for name in part.robots))
        self._made[heads[-1]] = replace(head, claims=claims)
        return True

    def _sorted_by(self, part: Part, planned: PlanResult) -> Iterator[str]:
        """The command by a property that sorts what lies on somebody's side, where things shall be arranged, and
        nobody says how."""
        first = planned.plan.steps[0]
        if first.op != "arrange" or len(first.objs) != 1:
            return
        scene = self._features.scene
        ids = matching(first.objs[0], Context(scene))
        things = [o for o in scene.objects if o.id in ids]
        for by in _SORTED_BY:
            groups = Counter((side_of(o.position, self._seats), _value(o, by)) for o in things)
            if any(count > 1 for count in groups.values()) and len({v for _, v in groups}) > 1:
                yield f"{part.text} by {by}"

    def _into_few(self, part: Part, planned: PlanResult) -> tuple[Part, PlanResult]:
        """ "Blocks into the bowls" is one each for the model; where there are fewer bowls than blocks, it is any
        bowl of one's own side."""
        step = planned.plan.steps[0]
        goal = getattr(getattr(step, "place", None), "obj", None)
        if step.op != "put" or goal is None or goal.quant != "own":
            return part, planned
        context = Context(self._features.scene)
        goals = matching(goal, context)
        if not goals or len(matching(step.obj, context)) <= len(goals):
            return part, planned
        any_goal = goal.model_copy(update={"quant": "a"})
        place = step.place.model_copy(update={"obj": any_goal})
        put = step.model_copy(update={"place": place})
        plan = p.Plan(steps=(put, *planned.plan.steps[1:]))
        each = part.each or (not part.robots and len(goals) > 1)
        return replace(part, each=each), replace(planned, plan=plan)

    def _by_sides(self, part: Part) -> bool:
        """Plan the command for each one's side by itself, where the model is sure of that."""
        named = [name for name in part.robots or self._names if name in self._side]
        made = [
            _Made(Part(f"{part.text} on the {self._side[name]} side", (name,), each=True), plan)
            for name in named
            for plan in [self._planned(f"{part.text} on the {self._side[name]} side")]
        ]
        if len(named) < 2 or not all(self._is_sure(one.result) for one in made):
            return False
        self._made += made
        return True


def _is_of_one(plan: p.Plan) -> bool:
    """Whether all that is done is done with one thing, whichever: "both of you pick up a block" is each one."""
    objs = [getattr(step, "obj", None) for step in plan.steps]
    return all(isinstance(o, p.Obj) and o.quant == "a" and o.count in (None, 1) for o in objs)


def _value(item: Any, by: str) -> Any:
    """Of a property that things are sorted by; sizes in steps of 1 cm."""
    if by == "color":
        return item.color
    return item.kind if by == "kind" else round(item.size_m, 2)


def _first_obj(plan: p.Plan) -> p.Obj | None:
    """What a plan's first step is about."""
    first = plan.steps[0]
    objs = getattr(first, "objs", None) or (getattr(first, "obj", None),)
    return objs[0] if isinstance(objs[0], p.Obj) else None


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


def _together(made: Sequence[_Made]) -> TeamPlan:
    """One plan of all, as sure as the least sure of them."""
    results = [one.result for one in made]
    least = min(results, key=lambda r: r.confidence)
    understood = least.understanding
    if understood is not None and len(made) > 1:
        left = tuple(w for r in results if r.understanding for w in r.understanding.left_over)
        understood = replace(understood, left_over=left, options=())  # those are of one part alone
    shares = tuple(one.share for one in made)
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
