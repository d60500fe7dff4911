"""A sentence's plan gone through in memory for several hands: grounded errands, step by step.

Knows: whose steps are whose, what each one's hands would do. Does not know: who does what in the end
(fleet.table), or motion.

What somebody is asked to do by name, and what is for anybody, is gone through as if one pair of hands reached the
whole table; what each is asked for by itself, once for each, with the things and the room on its own side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from llmagentos.dialogue.session import StepRecord
from llmagentos.execution.rehearsal import Foretold, gone_through
from llmagentos.fleet.table import Errand, Seat, errands_of
from llmagentos.fleet.table.errands import ACTIONS
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.safety.guard import Planned
from llmagentos.skills.symbolic import HAND
from llmagentos.tasks import StepProblem
from llmagentos.team.planning import ForSome
from llmagentos.types import Scene, SceneObject

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
    problem: StepProblem | None = None
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
    if share.each:
        seat = next(s for s in seats if s.name == who[0])
        own = tuple(o for o in seen.objects if o.held or _owner(o, seats) == seat.name)
        seen = replace(seen, objects=own, workspace=seat.area)
    plan, session = p.Plan(steps=share.steps), None
    if len(who) == 1 and not share.each:  # where it may choose, on its own side
        area = next(s for s in seats if s.name == who[0]).area
        session = gone_through(plan, replace(seen, workspace=area), ahead.memory, HAND)
    if session is None or session.problem is not None or _names_a_side(plan):
        session = gone_through(plan, seen, ahead.memory, HAND)
    if session.problem is not None:
        if share.each:
            ahead.problems.append(f"{who[0]}: {session.problem.words}")
            return scene
        ahead.problem, ahead.side_by_side = session.problem, False
        return scene
    ahead.memory = session.memory
    ahead.says += [s for s in session.says if s not in ahead.says]
    skills = session.skills
    assert isinstance(skills, Foretold)
    number = len(ahead.records)
    steps = [number + k for k, record in enumerate(session.records) for _ in record.actions]
    ahead.errands += _errands(ahead, share, who, skills.planned, steps)
    for record in session.records:
        record.path = _shifted(record.path, first)
    ahead.records += session.records
    if any(one.action.name not in (*ACTIONS, *_BESIDE) for one in skills.planned):
        ahead.side_by_side = False
    return _merged(scene, skills.scene(), seen)


def _names_a_side(plan: p.Plan) -> bool:
    """Whether a step is about a region of the table, which is the whole one's."""
    places = (getattr(step, "place", None) for step in plan.walk())
    return any(place is not None and place.rel == "at" for place in places)


def _errands(
    ahead: Ahead,
    share: ForSome,
    who: tuple[str, ...],
    planned: Sequence[Planned],
    steps: Sequence[int],
) -> list[Errand]:
    rows = [(one.action, one.scene) for one in planned]
    return errands_of(rows, who, steps, len(ahead.errands), share.each)


def _as_seen(
    scene: Scene, who: tuple[str, ...], seats: Sequence[Seat], holds: Mapping[str, str]
) -> Scene:
    """Without what others have in their hands."""
    theirs = {thing for thing, name in holds.items() if name not in who}
    theirs |= {o.id for o in scene.objects if o.held and holds.get(o.id) not in who}
    return replace(scene, objects=tuple(o for o in scene.objects if o.id not in theirs))


def _owner(item: SceneObject, seats: Sequence[Seat]) -> str:
    """On whose side it is: the nearest of those that reach it."""
    able = [s for s in seats if s.reaches(item.position)]
    return min(able, key=lambda s: math.dist(s.at_m, item.position[:2])).name if able else ""


def _merged(before: Scene, after: Scene, seen: Scene) -> Scene:
    """What was seen as it would be, and the rest as it was."""
    known = {o.id for o in seen.objects}
    rest = tuple(o for o in before.objects if o.id not in known)
    return replace(after, objects=(*after.objects, *rest), workspace=before.workspace)


def _shifted(path: str, by: int) -> str:
    head, dot, rest = path.partition(".")
    return f"{int(head) + by}{dot}{rest}"
