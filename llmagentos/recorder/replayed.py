"""Skills that answer as the recorded ones did, as long as they are asked the same.

Knows: what `watched.WatchedSkills` told, in order; how far an action may be from the recorded one.
Does not know: plans, files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llmagentos.errors import LLMAgentOSError
from llmagentos.execution.copies import Outlook, changed
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.lang.plan import Plan
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.skills import SkillReport, SkillStatus, Ways, succeeded
from llmagentos.recorder import values
from llmagentos.skills.catalog import ways_of
from llmagentos.skills.symbolic import HAND
from llmagentos.types import Action, Hand, Pose, Scene

#: Places and angles that are nearer than this are the same.
SAME_M, SAME_RAD = 0.005, 0.05


class DivergedError(LLMAgentOSError):
    """Another action than the recorded one was begun; its words say which."""


class Foretold(Rehearsing):
    """What came of rehearsals then: they are not repeated. changes: as `Outlook.change` told them,
    one after another."""

    def __init__(self) -> None:
        super().__init__(None, lambda event: None)
        self.changes: list[Mapping[str, Any]] = []

    def outlook(self, plan: Plan, scene: Scene, memory: SessionMemory, hand: Hand) -> Outlook:
        """As it was then; a plan that was not tried out is as it is."""
        return changed(plan, self.changes.pop(0)) if self.changes else Outlook(plan)


def _as_carried_out(record: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The record without rehearsals, and without what they have stopped: a plan that turned out to go
    wrong while it moved is asked about, or begun in another order, as if it had been known before."""
    stopped = [
        n for n, told in enumerate(record)
        if told["kind"] == "foretold" and {"wrong", "plan"} & set(told["change"])
    ]  # fmt: skip
    last = max(stopped, default=-1)
    undone = False
    for n, told in enumerate(record):
        if told["kind"] == "foretold":
            continue
        if n < last and told["kind"] in ("start", "end"):
            undone = True
        elif n > last and undone and told["kind"] == "stop":
            undone = False
        else:
            yield told


class ReplayedSkills:
    """A SkillExecutor that knows only one command's record at a time.

    actions: how many were begun as recorded. stopped: the person stopped the robot here: `stop` is
    to be called. over: the record ends here, in the middle of an action.
    """

    def __init__(self) -> None:
        self._scene, self._hand = Scene(), HAND
        self._held: str | None = None
        self._report = succeeded("nothing to do")
        self._changed = True
        self.actions = 0
        #: What rehearsals of the command under way came to.
        self.foretold = Foretold()
        self.load(())

    def load(self, record: Sequence[Mapping[str, Any]]) -> None:
        """What the next command met."""
        self.foretold.changes = [told["change"] for told in record if told["kind"] == "foretold"]
        self._record, self._at = list(_as_carried_out(record)), 0
        self.stopped = self.over = False
        self.actions = 0

    def before_plan(self) -> Mapping[str, Any] | None:
        """What was seen up to where a plan begins is believed from now on; that plan, or None."""
        while (told := self._next()) is not None and told["kind"] != "begin":
            if told["kind"] == "believed":
                self._believe(told)
            self._at += 1
        if told is not None:
            self._at += 1
            self._changed = False
        return told

    @property
    def forgets(self) -> bool:
        """Whether a new session begins before the command's plan."""
        kinds = [told["kind"] for told in self._record]
        return "reset" in kinds[: kinds.index("begin") if "begin" in kinds else len(kinds)]

    # --- the port ---------------------------------------------------------------------------

    @property
    def held(self) -> str | None:
        """As it was believed."""
        return self._held

    def hand(self) -> Hand:
        """As it was where the scene was asked for last."""
        return self._hand

    def scene(self) -> Scene:
        """As it was believed at this point."""
        told = self._next()
        if self._changed and told is not None and told["kind"] == "believed":
            self._believe(told)
            self._at += 1
        return self._scene

    def see(self, scene: Scene | None = None) -> Scene:
        """As it was believed at this point."""
        self._changed = True
        return self.scene()

    def start(self, action: Action) -> None:
        """Raises DivergedError for another action than the recorded one."""
        self._skip_beliefs()
        told = self._next()
        if told is None or told["kind"] != "start":
            after = "the record ends" if told is None else f"there was '{told['kind']}'"
            raise DivergedError(f"expected no further action ({after}), got {_said(action)}")
        recorded = values.value(Action, told["action"])
        if (why := difference(recorded, action)) is not None:
            raise DivergedError(f"expected {_said(recorded)}, got {_said(action)}: {why}")
        self._at += 1
        self.actions += 1
        self._report, self._changed = SkillReport(SkillStatus.RUNNING), True

    def tick(self) -> SkillReport:
        """The recorded report at once."""
        if self._report.status is not SkillStatus.RUNNING:
            return self._report
        self._skip_beliefs()
        told = self._next()
        if told is None or told["kind"] == "broke":
            self.over = True
        elif told["kind"] == "stop":
            self.stopped = True
        elif told["kind"] == "end":
            self._report = values.report_of(told["report"])
            self._at += 1
            self._changed = True
        return self._report

    def stop(self) -> SkillReport:
        """The recorded report, where the robot was stopped then."""
        self._skip_beliefs()
        told = self._next()
        if told is not None and told["kind"] == "stop":
            self._report = values.report_of(told["report"])
            self._at += 1
        self._changed = True
        return self._report

    def ways(self, name: str) -> Ways:
        """By its declaration."""
        return ways_of(name)

    def reset(self) -> None:
        """The world's answers stay."""
        self._report, self._changed = succeeded("nothing to do"), True

    # --- inside -----------------------------------------------------------------------------

    def _next(self) -> Mapping[str, Any] | None:
        return self._record[self._at] if self._at < len(self._record) else None

    def _skip_beliefs(self) -> None:
        while (told := self._next()) is not None and told["kind"] == "believed":
            self._believe(told)
            self._at += 1

    def _believe(self, told: Mapping[str, Any]) -> None:
        self._scene = values.value(Scene, told["scene"])
        self._hand, self._held = values.value(Hand, told["hand"]), told["held"]
        self._changed = False


def _said(action: Action) -> str:
    words = f"{action.name} {action.object_id}".strip()
    if action.pose is not None:
        x, y, z = action.pose.position
        words += f" at ({x:.3f}, {y:.3f}, {z:.3f})"
    return words


def difference(recorded: Action, now: Action) -> str | None:
    """What differs beyond tolerance between two actions, in words; None where nothing does."""
    for name in ("name", "object_id", "support", "inside", "clear_of"):
        if getattr(recorded, name) != getattr(now, name):
            return f"{name} was {getattr(recorded, name)!r}, is {getattr(now, name)!r}"
    for name, slack in (
        ("angle_rad", SAME_RAD),
        ("duration_s", 0.05),
        ("width_m", SAME_M),
        ("speed", 0.01),
    ):
        if abs(getattr(recorded, name) - getattr(now, name)) > slack:
            return f"{name} was {getattr(recorded, name):.3f}, is {getattr(now, name):.3f}"
    return _pose_difference(recorded.pose, now.pose)


def _pose_difference(was: Pose | None, now: Pose | None) -> str | None:
    if was is None or now is None:
        return None if was is now else "one of them has a place and the other none"
    off = math.dist(was.position, now.position)
    if off > SAME_M:
        return f"{1000 * off:.0f} mm off"
    turned = abs((was.yaw - now.yaw + math.pi) % (2 * math.pi) - math.pi)
    return f"turned by {turned:.2f} rad" if turned > SAME_RAD else None
