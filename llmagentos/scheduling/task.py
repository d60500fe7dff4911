"""A task: what is to be done for whom, how urgently, by when, and with what.

Knows: its numbers, its state and the times it has spent in each. Does not know: what is done, nor
when its turn comes (book.py).

All times are seconds of one clock that only goes on (`time.monotonic`), unless said otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from llmagentos.errors import SchedulingError
from llmagentos.scheduling.states import LEGAL, State, at_work, over


class Priority(IntEnum):
    """Names for priorities; any whole number from 0 to 100 is one."""

    IDLE = 0
    LOW = 25
    NORMAL = 50
    HIGH = 75
    URGENT = 100


@dataclass(frozen=True)
class TaskSpec:
    """What is asked for.

    needs: so much of each resource, from start to end. deadline_s: seconds from when it is
    submitted; past it, it is not begun, and is asked to end where it has begun. preemptible: makes
    room at safe points. after: numbers of tasks that must be done before. lease_s: whoever carries
    it out gives a sign at least so often, or loses what it needs; inf: never.

    Raises SchedulingError for a number that can't be.
    """

    name: str
    owner: str = ""
    priority: int = Priority.NORMAL
    deadline_s: float = math.inf
    needs: Mapping[str, float] = field(default_factory=dict)
    preemptible: bool = True
    after: tuple[int, ...] = ()
    lease_s: float = math.inf

    def __post_init__(self) -> None:
        if isinstance(self.priority, bool) or not 0 <= self.priority <= 100:
            raise SchedulingError(
                f"{self.name}: expected a priority from 0 to 100, got {self.priority!r}"
            )
        for what, value in (("deadline_s", self.deadline_s), ("lease_s", self.lease_s)):
            if not value > 0:
                raise SchedulingError(f"{self.name}: expected {what} above 0, got {value!r}")
        for resource, amount in self.needs.items():
            if not (amount > 0 and math.isfinite(amount)):
                raise SchedulingError(
                    f"{self.name}: expected more than nothing of {resource!r}, got {amount!r}"
                )


@dataclass(frozen=True)
class Report:
    """What became of a task. queued_s: in line behind others; waiting_s: its turn, but what it
    needs was in use; running_s: at work; turnaround_s: from when it was submitted until now, or to
    its end. preempted: how often it made room."""

    number: int
    name: str
    owner: str
    state: str
    queued_s: float
    waiting_s: float
    running_s: float
    turnaround_s: float
    preempted: int
    why: str

    def to_json(self) -> dict[str, Any]:
        """Plain data; times to the millisecond."""
        numbers = ("queued_s", "waiting_s", "running_s", "turnaround_s")
        return {k: round(v, 3) if k in numbers else v for k, v in vars(self).items()}


@dataclass
class Task:
    """One task in the book. Only the book changes it.

    submitted_s, since_s: when it came, and when its state began. signed_s: the last sign of whoever
    carries it out. charged_s: how much of its work the policy has heard of. end: what it comes to
    once it ends as it was asked to. why: how it ended, or what it waits for, in words.
    """

    number: int
    spec: TaskSpec
    submitted_s: float
    since_s: float
    state: State = State.QUEUED
    spent_s: dict[State, float] = field(default_factory=dict)
    preempted: int = 0
    signed_s: float = 0.0
    charged_s: float = 0.0
    end: State = State.CANCELLED
    why: str = ""

    @property
    def due_s(self) -> float:
        """When it is too late."""
        return self.submitted_s + self.spec.deadline_s

    @property
    def lost_s(self) -> float:
        """When its lease ends without another sign; inf while it holds nothing."""
        return self.signed_s + self.spec.lease_s if at_work(self.state) else math.inf

    def go(self, state: State, now_s: float, why: str = "") -> None:
        """Change its state. Raises SchedulingError for what the table does not allow."""
        if state not in LEGAL[self.state]:
            raise SchedulingError(
                f"task {self.number} ({self.spec.name}): expected one of "
                f"{', '.join(sorted(s.value for s in LEGAL[self.state])) or 'nothing'} after "
                f"{self.state.value}, got {state.value}"
            )
        self.spent_s[self.state] = self.spent(self.state, now_s)
        self.state, self.since_s, self.why = state, now_s, why

    def spent(self, state: State, now_s: float) -> float:
        """Seconds in a state so far."""
        going_on = self.state is state and not over(state)
        return self.spent_s.get(state, 0.0) + (max(now_s - self.since_s, 0.0) if going_on else 0.0)

    def worked_s(self, now_s: float) -> float:
        """Seconds at work so far."""
        return sum(self.spent(s, now_s) for s in (State.RUNNING, State.YIELDING, State.ENDING))

    def report(self, now_s: float) -> Report:
        """What became of it so far."""
        end_s = self.since_s if over(self.state) else now_s
        return Report(
            number=self.number,
            name=self.spec.name,
            owner=self.spec.owner,
            state=self.state.value,
            queued_s=self.spent(State.QUEUED, now_s) + self.spent(State.PARKED, now_s),
            waiting_s=self.spent(State.WAITING, now_s),
            running_s=self.worked_s(now_s),
            turnaround_s=end_s - self.submitted_s,
            preempted=self.preempted,
            why=self.why,
        )
