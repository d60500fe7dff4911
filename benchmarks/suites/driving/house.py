"""A house in memory in which driving sentences are carried out, and the judge of what came of them.

Knows: rooms, furniture, what lies where, and how to tell where everything is at the end. Does not
know: how a sentence becomes a plan.

Judged by the world: where the robot stands, at which places it was, where each thing lies, what it
holds and says; never by the plan's words, but where nothing can be seen of it (`does`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from llmagentos.command import check_command
from llmagentos.errors import LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec
from llmagentos.objects.geometry import object_geometry
from llmagentos.ports.modules import PlanningModule, PlanRequest
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import (
    BaseState,
    MapPose,
    NamedPlace,
    PlaceKind,
    Scene,
    SceneObject,
    Status,
)

#: What a kind that none of ours is measures, metres.
THING_M = 0.05
#: So near to a place's pose something is there, metres.
AT_M = 0.6
MAX_TICKS = 4000
#: Rounds of a patrol that nobody ends.
ROUNDS = 2
HERE = "here"


@dataclass(frozen=True)
class House:
    """rooms: name → middle (x, y); furniture: name → (room, x, y), doors and spots among them with
    `kinds`; things: "red cup" → the place where it lies, HERE where the robot starts."""

    rooms: Mapping[str, tuple[float, float]]
    furniture: Mapping[str, tuple[str, float, float]]
    things: Mapping[str, str] = field(default_factory=dict)
    start: str = "hall"
    kinds: Mapping[str, PlaceKind] = field(default_factory=dict)
    drives: bool = True

    def places(self) -> tuple[NamedPlace, ...]:
        """Every named place."""
        return (
            *(NamedPlace(name, MapPose(*at)) for name, at in self.rooms.items()),
            *(
                NamedPlace(name, MapPose(x, y), self.kinds.get(name, "furniture"), room)
                for name, (room, x, y) in self.furniture.items()
            ),
        )

    def pose(self, place: str) -> MapPose:
        """Where a place is; the start for HERE. KeyError for an unknown one."""
        name = self.start if place == HERE else place
        if name in self.rooms:
            return MapPose(*self.rooms[name])
        _, x, y = self.furniture[name]
        return MapPose(x, y)

    def scene(self) -> Scene:
        """As the robot believes at first: what lies here in view, all else where it was seen."""
        lying: dict[str, list[SceneObject]] = {}
        for name, place in self.things.items():
            at = HERE if self.pose(place) == self.pose(HERE) else place
            lying.setdefault(at, []).append(_thing(name, len(lying.get(at, ()))))
        if not self.drives:
            return Scene(tuple(lying.get(HERE, ())))
        elsewhere = tuple(
            (self.pose(place), tuple(some)) for place, some in lying.items() if place != HERE
        )
        base = BaseState(self.pose(HERE), self.places(), self.start, things=elsewhere)
        return Scene(tuple(lying.get(HERE, ())), base=base)


def _thing(name: str, k: int) -> SceneObject:
    """A thing of that colour and kind, the k-th of its table."""
    from llmagentos.objects.colors import COLORS

    color, _, kind = name.partition(" ")
    if color not in COLORS or not kind:
        color, kind = "", name
    try:
        form = object_geometry(kind)
        size, height = form.size_m, form.height_m
    except KeyError:
        size, height = THING_M, THING_M
    x, y = 0.38 + 0.12 * (k % 3), 0.24 - 0.16 * (k // 3)
    return SceneObject(name.replace(" ", "_"), kind, color, size, height, (x, y, height / 2))


@dataclass(frozen=True)
class Wanted:
    """What must come of a sentence. at: where it stands in the end; visits: places in this order
    among those it came to; lies: thing → place (HERE: where the person is); holds; says: a pattern
    of its reply; named: a place that is known then. status: how the command may end. does: the step
    that must be in the plan, where the world does not show it ("follow"); stays: it went nowhere."""

    at: str = ""
    visits: tuple[str, ...] = ()
    lies: Mapping[str, str] = field(default_factory=dict)
    holds: str = ""
    says: str = ""
    named: str = ""
    status: tuple[Status, ...] = ("succeeded", "answered")
    does: str = ""
    stays: bool = False


@dataclass(frozen=True)
class Row:
    """Sentences said one after the other to a robot in a house; the last one is judged. oracle: plans
    that do it, one a sentence, () where there are none. tags: for tables."""

    house: House
    says: tuple[str, ...]
    wanted: Wanted
    oracle: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ended:
    """What came of a row. why: "" where it is right, else what was wrong first."""

    why: str
    status: str
    reply: str
    plans: tuple[str, ...]


def play(row: Row, planner: PlanningModule | None) -> Ended:
    """The row's sentences, planned by the planner (its oracle without one), carried out in memory."""
    skills = SymbolicSkills(row.house.scene())
    executor = PlanExecutor(skills)
    executor.patrol_rounds = ROUNDS
    history: list[tuple[str, Status]] = []
    pending, plans = "", list[str]()
    status, reply = "", ""
    for k, said in enumerate(row.says):
        skills.actions.clear()
        try:
            text = check_command(said)
            if planner is None:
                plan, written = codec.parse(row.oracle[k]), row.oracle[k]
            else:
                last = history[-3:]
                made = planner.plan(
                    PlanRequest(
                        text, skills.scene(), tuple(t for t, _ in last), pending,
                        outcomes=tuple(s for _, s in last), act_from=executor.trust.act_from,
                    )
                )  # fmt: skip
                plan, written = made, made.text
        except LLMAgentOSError as error:
            return Ended("no plan", "failed", str(error), tuple(plans))
        plans.append(written)
        executor.start(plan, text)
        outcome = None
        for _ in range(MAX_TICKS):
            outcome = executor.tick()
            if outcome is not None:
                break
        outcome = outcome or executor.stop()
        history.append((text, outcome.status))
        status, reply, pending = outcome.status, outcome.reply, outcome.question
    why = _wrong(row, skills, status, reply, plans[-1])
    return Ended(why, status, reply, tuple(plans))


def _wrong(row: Row, skills: SymbolicSkills, status: str, reply: str, plan: str) -> str:
    """What is wrong first; "" where all is as wanted."""
    want, house, scene = row.wanted, row.house, skills.scene()
    if status not in want.status:
        return f"status {status}"
    if want.does and want.does not in plan.split():
        return f"no {want.does}"
    if want.says and not re.search(want.says, reply, re.IGNORECASE):
        return "reply"
    went = [a.goal for a in skills.actions if a.goal is not None]
    if want.stays and (went or any(a.name == "drive_by" for a in skills.actions)):
        return "drove"
    base = scene.base
    if base is None:
        return ""
    if want.at and _far(base.pose, house.pose(want.at)) > AT_M:
        return "place"
    left = list(want.visits)
    for goal in went:
        if left and _far(goal, house.pose(left[0])) <= AT_M:
            left.pop(0)
    if left:
        return f"not at {left[0]}"
    if want.holds and (scene.held is None or scene.held.id != want.holds.replace(" ", "_")):
        return "hand"
    if want.named and base.place(want.named.lower()) is None:
        return "name"
    return _misplaced(want.lies, house, scene, base)


def _misplaced(lies: Mapping[str, str], house: House, scene: Scene, base: BaseState) -> str:
    lying = [(base.pose, o) for o in scene.objects if not o.held]
    lying += [(at, o) for at, some in base.things for o in some]
    for name, place in lies.items():
        goal = house.pose(place)
        found = [at for at, o in lying if o.id == name.replace(" ", "_")]
        if not any(_far(at, goal) <= AT_M for at in found):
            return f"{name} not at {place}"
    return ""


def _far(a: MapPose, b: MapPose) -> float:
    return math.hypot(a.x_m - b.x_m, a.y_m - b.y_m)


def without_base(house: House) -> House:
    """The same table in front of an arm that stands fast."""
    return replace(house, drives=False)


def row(
    house: House, says: str | Sequence[str], wanted: Wanted, *oracle: str, tags: Sequence[str] = ()
) -> Row:
    """A row of one sentence or of several."""
    return Row(
        house, (says,) if isinstance(says, str) else tuple(says), wanted, oracle, tuple(tags)
    )
