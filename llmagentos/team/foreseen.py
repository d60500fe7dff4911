"""A sentence's plan gone through in memory for several hands: grounded errands, step by step.

Knows: whose steps are whose, what each one's hands would do. Does not know: who does what in the end
(fleet.table), or motion.

What somebody is asked to do by name, and what is for anybody, is gone through as if one pair of hands reached the
whole table; what each is asked for by itself, once for each, with the things and the room on its own side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from llmagentos.dialogue.session import StepRecord
from llmagentos.execution.rehearsal import Foretold, gone_through
from llmagentos.fleet.table import Errand, Seat, errands_of
from llmagentos.fleet.table.errands import ACTIONS
from llmagentos.fleet.table.seats import side_of
from llmagentos.grounding.context import Context
from llmagentos.grounding.resolve import matching
from llmagentos.lang import plan as p
from llmagentos.lang.wording.objects import is_plural
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.safety.guard import Planned
from llmagentos.skills.symbolic import HAND
from llmagentos.tasks import StepProblem
from llmagentos.team.planning import Claim, ForSome
from llmagentos.types import Scene

#: What an arm does beside its errands, and needs not be told.
_BESIDE = ("look", "home")
#: Steps that wait for what only the world shows.
_WAITS = frozenset({"wait_for", "until", "patrol", "when_told", "wait"})


@dataclass
class Ahead:
    """What would be done. records: of the steps as they would go; errands: by the number of their record.
    problems: why somebody would do nothing of its share, in words. memory: as it would be afterwards. side_by_side:
    whether errands are all that there is to do."""

    memory: SessionMemory
    records: list[StepRecord] = field(default_factory=list)
    errands: list[Errand] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    #: Errands that somebody takes by a claim: where it can't, another one does them.
    wished: set[str] = field(default_factory=set)
    problem: StepProblem | None = None
    #: What each can't, where none of them can, and no answer of the person would help: nothing is done.
    nobody: str = ""
    side_by_side: bool = True


def look_ahead(
    shares: Sequence[ForSome],
    scene: Scene,
    seats: Sequence[Seat],
    holds: Mapping[str, str],
    memory: SessionMemory,
) -> Ahead:
    """scene: shared frame. holds: who holds which thing."""
    ahead, first = Ahead(memory), 0
    if any(step.op in _WAITS for share in shares for step in p.Plan(steps=share.steps).walk()):
        ahead.side_by_side = False
        return ahead
    for share in shares:
        names = share.robots or tuple(seat.name for seat in seats)
        runs = [(name,) for name in names] if share.each else [share.robots]
        for who in runs:
            scene = _one_run(ahead, share, who, scene, seats, holds, first)
        if share.each and len(ahead.problems) == len(runs) and not ahead.errands:
            ahead.side_by_side = False
            if ahead.problem is not None and ahead.problem.failure is not Failure.AMBIGUOUS:
                ahead.nobody = " ".join(dict.fromkeys(ahead.problems))
        first += len(share.steps)
    return ahead


def _one_run(
    ahead: Ahead,
    share: ForSome,
    who: tuple[str, ...],
    scene: Scene,
    seats: Sequence[Seat],
    holds: Mapping[str, str],
    first: int,
) -> Scene:
    """One share by those it is for; the scene after it."""
    seen = _as_seen(scene, who, seats, holds) if who else scene
    plan = p.Plan(steps=share.steps)
    session, own_side = None, share.each
    for view in _views(seen, share, who, seats):
        seen = view
        session = gone_through(plan, seen, ahead.memory, HAND)
        if session.problem is None:
            break
    assert session is not None
    if share.each and session.problem is None:
        seat = next(s for s in seats if s.name == who[0])
        own_side = all(side_of(o.position, seats) == seat.name for o in seen.objects if not o.held)
    if session.problem is not None:
        if share.each:
            ahead.problems.append(f"{who[0]}: {session.problem.words}")
            ahead.problem = session.problem
            return scene
        ahead.problem, ahead.side_by_side = session.problem, False
        return scene
    ahead.memory = session.memory
    ahead.says += [s for s in session.says if s not in ahead.says]
    skills = session.skills
    assert isinstance(skills, Foretold)
    number = len(ahead.records)
    steps = [number + k for k, record in enumerate(session.records) for _ in record.actions]
    made = _errands(ahead, own_side, who, skills.planned, steps)
    taken = _taken(made, share.claims, ahead.memory.context(scene), seats)
    ahead.errands += taken
    ahead.wished |= {e.id for e in taken if share.claims}
    for record in session.records:
        record.path = _shifted(record.path, first)
    ahead.records += session.records
    if any(one.action.name not in (*ACTIONS, *_BESIDE) for one in skills.planned):
        ahead.side_by_side = False
    return _merged(scene, skills.scene(), seen)


def _views(
    seen: Scene, share: ForSome, who: tuple[str, ...], seats: Sequence[Seat]
) -> Iterator[Scene]:
    """What somebody may mean, in this order: the first one in which the steps can be done is taken. Each by itself
    means what lies on its own side, and may bring it elsewhere. One that is named means "the red block" that it
    reaches where there is one, and puts things down on its own side where it may choose; of what is several it
    means all, and "the nearest to the bowl" is that of the whole table, as is a side that is named."""
    plan = p.Plan(steps=share.steps)
    if len(who) != 1:
        yield seen
        return
    seat = next(s for s in seats if s.name == who[0])
    if share.each:
        own = [o for o in seen.objects if o.held or side_of(o.position, seats) == seat.name]
        near = replace(seen, objects=tuple(own), workspace=seat.area)
        yield near
        yield _with_landmarks(near, seen, plan)
        return
    area = seen.workspace if _names_a_side(plan) else seat.area
    if not any(is_plural(obj) or obj.order is not None for obj in _moved(plan)):
        own = [o for o in seen.objects if o.held or seat.reaches(o.position)]
        near = replace(seen, objects=tuple(own))
        yield replace(_with_landmarks(near, seen, plan), workspace=area)
    yield replace(seen, workspace=area)
    yield seen


def _names_a_side(plan: p.Plan) -> bool:
    """Whether a step is about a region of the table, which is the whole one's."""
    return any(place.rel == "at" for place in _places(plan))


def _places(plan: p.Plan) -> list[p.Place]:
    """Where steps put things."""
    found = (getattr(step, "place", None) for step in plan.walk())
    return [place for place in found if isinstance(place, p.Place)]


def _moved(plan: p.Plan) -> list[p.Obj]:
    """What steps are about."""
    rows = ((getattr(s, "obj", None), *getattr(s, "objs", ())) for s in plan.walk())
    return [obj for row in rows for obj in row if isinstance(obj, p.Obj)]


def _errands(
    ahead: Ahead,
    own_side: bool,
    who: tuple[str, ...],
    planned: Sequence[Planned],
    steps: Sequence[int],
) -> list[Errand]:
    rows = [(one.action, one.scene) for one in planned]
    return errands_of(rows, who, steps, len(ahead.errands), own_side)


def _taken(
    errands: Sequence[Errand],
    claims: Sequence[Claim],
    context: Context,
    seats: Sequence[Seat],
) -> list[Errand]:
    """Errands with whose they are, by who takes what; what nobody takes is anybody's."""
    theirs: dict[str, tuple[str, ...]] = {}
    side = {o.id: side_of(o.position, seats) for o in context.scene.objects}
    for claim in claims:
        for thing in () if claim.obj is None else matching(claim.obj, context):
            if not claim.own or side[thing] == claim.robot:
                theirs[thing] = (*theirs.get(thing, ()), claim.robot)
    rest = tuple(claim.robot for claim in claims if claim.obj is None)
    return [replace(e, only=theirs.get(e.thing, rest) or e.only) for e in errands]


def _as_seen(
    scene: Scene, who: tuple[str, ...], seats: Sequence[Seat], holds: Mapping[str, str]
) -> Scene:
    """Without what others have in their hands."""
    theirs = {thing for thing, name in holds.items() if name not in who}
    theirs |= {o.id for o in scene.objects if o.held and holds.get(o.id) not in who}
    return replace(scene, objects=tuple(o for o in scene.objects if o.id not in theirs))


def _with_landmarks(own: Scene, whole: Scene, plan: p.Plan) -> Scene:
    """With things of other sides too, but for those of the kinds that shall be moved."""
    moved = {obj.kind for obj in _moved(plan)}
    goals = {place.obj.kind for place in _places(plan) if place.obj is not None}
    known = {o.id for o in own.objects}
    rest = (o for o in whole.objects if o.id not in known)
    more = tuple(
        o for o in rest if o.kind not in moved and ("object" not in moved or o.kind in goals)
    )
    return replace(own, objects=(*own.objects, *more), workspace=whole.workspace)


def _merged(before: Scene, after: Scene, seen: Scene) -> Scene:
    """What was seen as it would be, and the rest as it was."""
    known = {o.id for o in seen.objects}
    rest = tuple(o for o in before.objects if o.id not in known)
    return replace(after, objects=(*after.objects, *rest), workspace=before.workspace)


def _shifted(path: str, by: int) -> str:
    head, dot, rest = path.partition(".")
    return f"{int(head) + by}{dot}{rest}"
