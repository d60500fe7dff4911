"""Trying a plan out in copies of what was seen, before anything moves.

Knows: how many copies are tried and when enough is known, what a plan would run into in most of
them, and what goes better: other grasps, other spots, another order. Does not know: how a copy is
made (ports.rehearsal), nor how the person is asked (executor.py).

A budget is counted in what copies compute, not in time: the same scene and plan give the same
answer on a busy machine. What it does not reach is told.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from py_trees.common import Status as Tick

from llmagentos.dialogue.session import Session
from llmagentos.events import EventSink, Rehearsed
from llmagentos.execution import tree
from llmagentos.execution.rehearsal import acts, copied, foreseen
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.memory.session import SessionMemory
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.ports.rehearsal import Harm, Rehearsal, RehearsedSkills
from llmagentos.tasks.scope import Lessons
from llmagentos.types import Hand, Scene

#: So many copies at most. A plan is begun once one went well without a hitch, or this many in the
#: end; it is asked about only where this many went wrong.
COPIES, ENOUGH_GOOD, ENOUGH_BAD = 5, 2, 4
#: What all copies of a plan may compute, in simulated seconds, as long as nothing goes wrong; and
#: where something does.
BUDGET_S, WORTH_S = 3.0, 12.0
#: Orders that are tried instead of one that goes wrong.
_ORDERS = 3
#: Nothing goes wrong in this way in the world, or the skills mend it there.
_NO_FORECAST = (Failure.HIDDEN, Failure.NOT_SEEN, Failure.TOO_LONG, Failure.NO_CHANGE)
#: Reports of these say why better than what would become of it does.
_TELLING = {
    f.value for f in (Failure.NO_GRASP, Failure.UNREACHABLE, Failure.COVERED, Failure.TOO_WIDE)
}
_MAX_TICKS = 3000


@dataclass(frozen=True)
class Run:
    """A plan in one copy. whole: it was gone through to its end. wrong: what went wrong in it, as a
    sentence in the conditional; "" for nothing. smooth: all went well at the first try."""

    wrong: str
    whole: bool
    lessons: Lessons
    smooth: bool


@dataclass(frozen=True)
class Outlook:
    """What is known of a plan before it begins. plan: the one to carry out. lessons: what goes
    better in it. wrong: why it should not be begun, "" for nothing. copies: how many were tried,
    bad: how many of them went wrong; reached: whether the budget reached the plan's end."""

    plan: p.Plan
    lessons: Lessons = field(default_factory=Lessons)
    wrong: str = ""
    copies: int = 0
    bad: int = 0
    reached: bool = True

    @property
    def words(self) -> str:
        """For the trace."""
        told = f"went well in {self.copies - self.bad} of {self.copies} copies of the scene"
        return told if self.reached else f"{told}, not tried out to its end"

    @property
    def question(self) -> str:
        """Whether to do it although it goes wrong."""
        return f"I have tried that out in my head: {self.wrong}. Shall I do it all the same?"


class Rehearsing:
    """One session's rehearsals. rehearsal: None where nothing is tried out; sink: told of each."""

    def __init__(self, rehearsal: Rehearsal | None, sink: EventSink) -> None:
        self._rehearsal, self._sink = rehearsal, sink

    def reset(self) -> None:
        """A new session."""
        if self._rehearsal is not None:
            self._rehearsal.reset()

    def seen(self, scene: Scene) -> None:
        """Get ready to try things out in this scene."""
        if self._rehearsal is not None:
            self._rehearsal.prepare(scene)

    def outlook(self, plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand) -> Outlook:
        """What is known of the plan once it was tried out; and it is told."""
        if self._rehearsal is None:
            return Outlook(plan)
        found = foretell(plan, scene, memory, self._rehearsal, hand)
        if found.copies:
            self._sink(Rehearsed(found.copies, found.bad, found.words))
        return found


def foretell(
    plan: p.Plan, scene: Scene, memory: SessionMemory, rehearsal: Rehearsal, hand: Hand
) -> Outlook:
    """Try the plan out, if it acts on anything; where it goes wrong in most copies, other orders of
    its steps."""
    if not acts(plan, scene, memory, hand):
        return Outlook(plan)
    found = _tried(plan, scene, memory, rehearsal)
    if not found.wrong:
        return found
    for other in itertools.islice(_orders(plan, scene, memory, hand), _ORDERS):
        better = _tried(other, scene, memory, rehearsal)
        if not better.wrong and better.reached:
            return better
    return found


def _tried(plan: p.Plan, scene: Scene, memory: SessionMemory, rehearsal: Rehearsal) -> Outlook:
    runs: list[Run] = []
    spent = 0.0
    for number in range(1, COPIES + 1):
        bad = sum(bool(run.wrong) for run in runs)
        smooth = any(run.smooth for run in runs)
        if bad >= ENOUGH_BAD or smooth or len(runs) - bad >= ENOUGH_GOOD:
            break
        left = (WORTH_S if bad else BUDGET_S) - spent
        if left <= 0:
            break
        skills = rehearsal.copy(scene, number)
        runs.append(_run(plan, memory, skills, left, WORTH_S - spent))
        spent += skills.cost_s
    wrongs = [run.wrong for run in runs if run.wrong]
    certain = len(wrongs) >= ENOUGH_BAD
    return Outlook(
        plan,
        Lessons() if certain else _common(runs),
        Counter(wrongs).most_common(1)[0][0] if certain else "",
        len(runs),
        len(wrongs),
        any(run.whole for run in runs),
    )


def _run(
    plan: p.Plan, memory: SessionMemory, skills: RehearsedSkills, budget_s: float, most_s: float
) -> Run:
    """The plan in one copy, to its end or as far as the budget reaches; something that goes wrong
    is looked at to its end."""
    before = skills.scene()
    session = Session(skills, copied(memory), lambda event: None, plan.steps)
    root = tree.build(plan.steps, session)
    for _ in range(_MAX_TICKS):
        root.tick_once()
        waits = any(r.op in ("wait_for", "wait") for r in session.records)
        if root.status != Tick.RUNNING or waits:
            break
        trouble = any(a["status"] == "failed" for r in session.records for a in r.actions)
        if skills.cost_s > (most_s if trouble else budget_s):
            break
    if root.status == Tick.FAILURE and session.problem is not None:
        wrong = _told(session, before)
    else:
        harm = skills.harm()
        wrong = "" if harm is None else _told_harm(harm, before)
    tries = (a for r in session.records for a in r.actions)
    hitch = wrong or any(a["status"] == "failed" or a["attempts"] > 1 for a in tries)
    return Run(wrong, root.status != Tick.RUNNING, _lessons(session), not hitch)


# --- what would go wrong, in words --------------------------------------------------------------


def _told(session: Session, before: Scene) -> str:
    """What the last action that failed would come to; "" where the world may well do better."""
    problem = session.problem
    actions = [a for r in session.records for a in r.actions]
    if problem is None or not actions or actions[-1]["status"] != "failed":
        return ""
    last = actions[-1]
    if last.get("reason") in {f.value for f in _NO_FORECAST}:
        return ""
    name = _name(last.get("object_id", ""), before)
    why = f": {last['words']}" if last.get("reason") in _TELLING else ""
    if last["name"] == "pick":
        return f"I would not get hold of {name}{why}"
    if last["name"] == "place" and last.get("reason") in ("misplaced", "unstable"):
        return f"{name} would not stay {_where(last, before)}"
    if last["name"] == "place":
        return f"I would not get {name} {_where(last, before)}{why}"
    return f"I could not {last['name']} {name}{why}"


def _told_harm(harm: Harm, before: Scene) -> str:
    name = _name(harm.object_id, before)
    if harm.how == "fallen":
        return f"{name} would fall"
    verb = "knock over" if harm.how == "knocked over" else "push away"
    return f"I would {verb} {name}"


def _where(action: Any, scene: Scene) -> str:
    support = scene.get(action.get("support", ""))
    if support is None:
        return "there"
    flat = traits(support.kind).is_flat
    return f"{'in' if action.get('inside') and not flat else 'on'} {_name(support.id, scene)}"


def _name(object_id: str, scene: Scene) -> str:
    item = scene.get(object_id)
    return "it" if item is None else describe_object(item, scene)


# --- what goes better ----------------------------------------------------------------------------


def _lessons(session: Session) -> Lessons:
    """What was tried in vain in a copy before it went well there."""
    skips: dict[str, int] = {}
    spots: list[tuple[str, tuple[float, float]]] = []
    for record in session.records:
        for action in record.actions:
            name, item = action["name"], action.get("object_id", "")
            if name == "pick" and item not in skips and action["status"] == "succeeded":
                skips[item] = action["attempts"] - 1
            if name == "place" and action.get("reason") in ("misplaced", "unstable"):
                x, y, _ = action["position"]
                spots.append((item, (round(x, 3), round(y, 3))))
    return Lessons({k: n for k, n in skips.items() if n}, tuple(spots))


def _common(runs: Sequence[Run]) -> Lessons:
    """What all copies that were gone through to their end have in common; two of them at least."""
    whole = [run.lessons for run in runs if run.whole]
    if len(whole) < ENOUGH_GOOD:
        return Lessons()
    skips = {
        k: min(run.skips[k] for run in whole)
        for k in whole[0].skips
        if all(k in run.skips for run in whole)
    }
    spots = tuple(s for s in whole[0].spots if all(s in run.spots for run in whole))
    return Lessons(skips, spots)


def _orders(plan: p.Plan, scene: Scene, memory: SessionMemory, hand: Hand) -> Iterator[p.Plan]:
    """Plans of the same steps in another order that end alike."""
    if not 2 <= len(plan.steps) <= 4:
        return
    end: Callable[[p.Plan], Any] = lambda x: foreseen(x, scene, memory, hand)  # noqa: E731
    wanted = end(plan)
    for steps in itertools.permutations(plan.steps):
        other = plan.model_copy(update={"steps": tuple(steps)})
        if other.steps != plan.steps and wanted is not None and end(other) == wanted:
            yield other
