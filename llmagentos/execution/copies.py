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
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from py_trees.common import Status as Tick

from llmagentos.dialogue.session import Session
from llmagentos.execution import tree
from llmagentos.execution.rehearsal import acts, copied, foreseen
from llmagentos.execution.trying import Mark, Trying
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_object
from llmagentos.memory.session import SessionMemory
from llmagentos.objects.kinds import traits
from llmagentos.ports.failures import Failure
from llmagentos.ports.rehearsal import Harm, Rehearsal, RehearsedSkills
from llmagentos.tasks.scope import Lessons
from llmagentos.types import Hand, Scene

#: So many copies at most. A plan is begun once the first went well without a hitch, or this many in
#: the end; it is asked about only where this many went wrong.
COPIES, ENOUGH_GOOD, ENOUGH_BAD = 4, 2, 3
#: What all copies of a plan may compute, in simulated seconds, as long as nothing goes wrong; and
#: where something does.
BUDGET_S, WORTH_S = 3.0, 12.0
#: After so many actions in a row that failed a copy is given up: it rarely ends well. But another
#: spot may do where one did not.
_HOPELESS = 2
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
    sentence in the conditional; "" for nothing. smooth: all went well at the first try. refused:
    its first action was refused before anything moved."""

    wrong: str
    whole: bool
    lessons: Lessons
    smooth: bool
    refused: bool = False


@dataclass(frozen=True)
class Outlook:
    """What is known of a plan before it begins. plan: the one to carry out. lessons: what goes
    better in it. wrong: why it should not be begun, "" for nothing. copies: how many were tried,
    bad: how many of them went wrong; reached: whether the budget reached the plan's end. refused:
    it begins with what will be refused before anything moves, with its own reason."""

    plan: p.Plan
    lessons: Lessons = field(default_factory=Lessons)
    wrong: str = ""
    copies: int = 0
    bad: int = 0
    reached: bool = True
    refused: bool = False

    @property
    def words(self) -> str:
        """For the trace."""
        if self.refused:
            return "begins with what will be refused before anything moves"
        told = f"went well in {self.copies - self.bad} of {self.copies} copies of the scene"
        return told if self.reached else f"{told}, not tried out to its end"

    @property
    def question(self) -> str:
        """Whether to do it although it goes wrong."""
        return f"I have tried that out in my head: {self.wrong}. Shall I do it all the same?"

    def change(self, plan: p.Plan) -> dict[str, Any]:
        """What is not as in `plan`, as plain data; a replay goes on from that."""
        told: dict[str, Any] = {} if self.plan == plan else {"plan": codec.write(self.plan)}
        if self.wrong:
            told["wrong"] = self.wrong
        if self.lessons.skips:
            told["skips"] = dict(self.lessons.skips)
        if self.lessons.spots:
            told["spots"] = [[name, list(at)] for name, at in self.lessons.spots]
        return told


def changed(plan: p.Plan, told: Mapping[str, Any]) -> Outlook:
    """The outlook that `Outlook.change` told of. Raises PlanError for a plan that can't be read."""
    spots = tuple((str(name), (float(x), float(y))) for name, (x, y) in told.get("spots", ()))
    return Outlook(
        codec.parse(told["plan"]) if "plan" in told else plan,
        Lessons(dict(told.get("skips", {})), spots),
        str(told.get("wrong", "")),
    )


def foretell(
    plan: p.Plan, scene: Scene, memory: SessionMemory, rehearsal: Rehearsal, hand: Hand
) -> Outlook:
    """Try the plan out, if it acts on anything; where it goes wrong in most copies, other orders of
    its steps."""
    return Trying(foretelling(plan, scene, memory, rehearsal, hand)).whole()


#: A rehearsal in small pieces, and what is known after the last one.
Pieces = Generator[Mark, None, Outlook]


def foretelling(
    plan: p.Plan,
    scene: Scene,
    memory: SessionMemory,
    rehearsal: Rehearsal,
    hand: Hand,
    orders: bool = True,
) -> Pieces:
    """As `foretell`, piece by piece. orders: whether others are tried, too."""
    if not acts(plan, scene, memory, hand):
        return Outlook(plan)
    found = yield from _tried(plan, scene, memory, rehearsal)
    if not found.wrong or not orders:
        return found
    return (yield from instead(found, plan, scene, memory, rehearsal, hand))


def instead(
    found: Outlook,
    plan: p.Plan,
    scene: Scene,
    memory: SessionMemory,
    rehearsal: Rehearsal,
    hand: Hand,
) -> Pieces:
    """Another order of the steps in which all goes well; else what was found."""
    for other in itertools.islice(_orders(plan, scene, memory, hand), _ORDERS):
        better = yield from _tried(other, scene, memory, rehearsal)
        if not better.wrong and better.reached:
            return better
    return found


def _tried(plan: p.Plan, scene: Scene, memory: SessionMemory, rehearsal: Rehearsal) -> Pieces:
    runs: list[Run] = []
    spent = 0.0
    for number in range(1, COPIES + 1):
        bad = sum(bool(run.wrong) for run in runs)
        smooth = any(run.smooth for run in runs)
        if bad >= ENOUGH_BAD or (smooth and not bad) or len(runs) - bad >= ENOUGH_GOOD:
            break
        left = (WORTH_S if bad else BUDGET_S) - spent
        if left <= 0:
            break
        skills = rehearsal.copy(scene, number)
        runs.append((yield from _run(plan, memory, skills, left, WORTH_S - spent, not runs)))
        spent += skills.cost_s
        if runs[-1].refused:
            return Outlook(plan, copies=number, refused=True)
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
    plan: p.Plan,
    memory: SessionMemory,
    skills: RehearsedSkills,
    budget_s: float,
    most_s: float,
    first: bool,
) -> Generator[Mark, None, Run]:
    """The plan in one copy, to its end or as far as the budget reaches; something that goes wrong
    is looked at to its end. first: the one that says how far all goes well."""
    before = skills.scene()
    session = Session(skills, copied(memory), lambda event: None, plan.steps)
    root = tree.build(plan.steps, session)
    harm, hopeless, done, well = None, False, 0, 0
    for _ in range(_MAX_TICKS):
        cost_s = skills.cost_s
        root.tick_once()
        waits = any(r.op in ("wait_for", "wait") for r in session.records)
        if root.status != Tick.RUNNING or waits:
            break
        actions = _actions(session)
        if len(actions) > done and actions[-1]["status"] == "failed":
            harm = _harm_to_others(skills)
            hopeless = _is_hopeless(actions[-_HOPELESS:])
        if first and well == done < len(actions) and skills.harm() is None:
            well += sum(a["status"] != "failed" and a["attempts"] <= 1 for a in actions[done:])
        done = len(actions)
        trouble = any(a["status"] == "failed" for a in actions)
        if harm is not None or hopeless or skills.cost_s > (most_s if trouble else budget_s):
            break
        yield Mark(skills.cost_s - cost_s, well)
    failed = root.status == Tick.FAILURE and session.problem is not None
    if failed or (hopeless and harm is None):
        wrong = _told(session, before)
    else:
        harm = harm or skills.harm()
        wrong = "" if harm is None else _told_harm(harm, before)
    tries = _actions(session)
    hitch = wrong or any(a["status"] == "failed" or a["attempts"] > 1 for a in tries)
    whole = hopeless or harm is not None or root.status != Tick.RUNNING
    refused = bool(wrong) and len(tries) == 1 and skills.cost_s == 0.0
    return Run(wrong, whole, _lessons(session), not hitch, refused)


def _actions(session: Session) -> list[Mapping[str, Any]]:
    return [action for record in session.records for action in record.actions]


def _is_hopeless(last: Sequence[Mapping[str, Any]]) -> bool:
    all_failed = len(last) == _HOPELESS and all(a["status"] == "failed" for a in last)
    return all_failed and last[-1]["name"] != "place"


def _harm_to_others(skills: RehearsedSkills) -> Harm | None:
    """What no action was about and does not stand any more: nothing that follows mends that."""
    harm = skills.harm()
    return None if harm is None or harm.how == "fallen" else harm


# --- what would go wrong, in words --------------------------------------------------------------


def _told(session: Session, before: Scene) -> str:
    """What the last action that failed would come to; "" where the world may well do better."""
    actions = _actions(session)
    if not actions or actions[-1]["status"] != "failed":
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
                spots.append((item, (round(float(x), 3), round(float(y), 3))))
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
