"""What all parts of one running plan share.

Knows: the skill executor, the session's memory, where events go, and the records of the steps.
Does not know: when a step's turn comes (tree.py) nor what it does (tasks).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llmagentos.events import Event, EventSink, ReplyKnown
from llmagentos.memory.record import Manner
from llmagentos.memory.session import SessionMemory, StepFact
from llmagentos.ports.skills import SkillExecutor
from llmagentos.skills.catalog import skills
from llmagentos.tasks import StepProblem
from llmagentos.tasks.scope import Lessons
from llmagentos.types import Action, Scene

#: A patrol that nobody ends ends after so many rounds.
PATROL_ROUNDS = 1000


@dataclass
class StepRecord:
    """What became of one step; `to_json` is one entry of the result's steps.

    told: the step in words, with real objects in the place of descriptions, for the reply.
    """

    path: str
    op: str
    words: str
    status: str = "running"
    grounded: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    attempts: int = 0
    reason: str = ""
    told: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a result lists it under "steps"."""
        return {
            "path": self.path,
            "op": self.op,
            "words": self.words,
            "status": self.status,
            "grounded": self.grounded,
            "actions": self.actions,
            "attempts": self.attempts,
            "reason": self.reason,
        }

    def fact(self) -> StepFact:
        """The same for the session's memory."""
        known = ("pending", "running", "succeeded", "failed", "skipped")
        status: Any = self.status if self.status in known else "failed"
        return StepFact(
            self.words, tuple(str(g["words"]) for g in self.grounded), status, self.reason
        )


@dataclass
class Session:
    """One plan under way.

    steps: those of the plan. problem: what ended it, if anything did. says: sentences for the reply, in order. answered
    and acted: what kinds of steps have been carried out. manner: how the present step is done.
    lessons: of a rehearsal. begun: so many actions. holds_back: asked before one begins, whether it
    must not. makes_room: before the next action that begins with nothing in the
    hand, the plan waits (`parked`). patrol_rounds: after so many a patrol ends by itself.
    """

    skills: SkillExecutor
    memory: SessionMemory
    sink: EventSink
    steps: Sequence[Any] = ()
    records: list[StepRecord] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    problem: StepProblem | None = None
    answered: bool = False
    acted: bool = False
    lessons: Lessons = field(default_factory=Lessons)
    begun: int = 0
    holds_back: Callable[[], bool] | None = None
    makes_room: bool = False
    parked: bool = False
    patrol_rounds: int = PATROL_ROUNDS

    def waits(self) -> bool:
        """Before an action begins: whether it waits, since others come first, or it must not."""
        if self.holds_back is not None and self.holds_back():
            return True
        holds = any(o.held for o in self.scene().objects)
        self.parked = self.makes_room and not holds
        return self.parked

    manner: Manner = field(init=False)

    def __post_init__(self) -> None:
        self.manner = Manner(self.memory.speed)

    def scene(self) -> Scene:
        """What the skills believe stands where now."""
        return self.skills.scene()

    def emit(self, event: Event) -> None:
        """Tell the agent's listeners of an event."""
        self.sink(event)

    def say(self, sentence: str) -> None:
        """Add a sentence to the reply, once, and tell of it."""
        if sentence and sentence not in self.says:
            self.says.append(sentence)
            self.emit(ReplyKnown(sentence))


def action_json(action: Action) -> Mapping[str, Any]:
    """An action as plain data, without what it does not use."""
    out: dict[str, Any] = {"name": action.name}
    if action.object_id:
        out["object_id"] = action.object_id
    if action.pose is not None:
        out["position"] = [round(v, 4) for v in action.pose.position]
        out["yaw"] = round(action.pose.yaw, 3)
    skill = skills().get(action.name)
    if skill is not None and skill.takes("support"):
        out |= {"support": action.support, "inside": action.inside}
    if action.angle_rad:
        out["angle_rad"] = round(action.angle_rad, 4)
    if action.duration_s:
        out["duration_s"] = action.duration_s
    if skill is not None and skill.takes("width_m"):
        out["width_m"] = round(action.width_m, 4)
    if action.speed != 1.0:
        out["speed"] = action.speed
    if action.instead_of:
        out["instead_of"] = action.instead_of
    if action.skip:
        out["skip"] = action.skip
    if action.clear_of:
        out["clear_of"] = list(action.clear_of)
    return out
