"""Whose turn it is: policies by name.

Knows: how tasks are put in line. Does not know: what they need, or whether it is free.

A policy gives each task a key; the smallest goes first. Keys of priority with aging never change
places as time goes on (both tasks age alike), so a task that has made room is not let in again
before the one it made room for, and nothing swings to and fro.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from llmagentos.errors import SchedulingError
from llmagentos.scheduling.task import Task

Key = tuple[float, ...]
#: So much is charged for a start, seconds: tasks that take no time are shared fairly, too.
START_S = 0.001


class Policy(ABC):
    """Puts tasks in line. preempts: whether who comes first may ask others to make room."""

    name = ""
    preempts = False

    @abstractmethod
    def key(self, task: Task, now_s: float) -> Key:
        """The smallest goes first; no two tasks have the same."""

    def came(self, task: Task) -> None:  # noqa: B027 - most need not know
        """A task was submitted."""

    def began(self, task: Task) -> None:  # noqa: B027
        """It was started, or goes on."""

    def worked(self, task: Task, seconds: float) -> None:  # noqa: B027
        """It was at work for so long since this was told last."""


class Fifo(Policy):
    """First come, first served; whoever has begun goes on to the end."""

    name = "fifo"

    def key(self, task: Task, now_s: float) -> Key:
        """By number."""
        return (task.number,)


class PriorityWithAging(Policy):
    """The more urgent first, and each step of priority is worth `aging_s` seconds of waiting: a
    task of priority p goes before everything of priority q > p that comes (q - p) * aging_s later,
    so that nobody waits for ever. Among equals the earlier deadline first."""

    name, preempts = "priority", True

    def __init__(self, aging_s: float = 1.0) -> None:
        if not aging_s > 0:
            raise SchedulingError(f"expected aging_s above 0, got {aging_s!r}")
        self.aging_s = aging_s

    def key(self, task: Task, now_s: float) -> Key:
        """By priority less age, then number."""
        return task.submitted_s / self.aging_s - task.spec.priority, task.number


class WeightedFair(Policy):
    """The owner who has worked least for its weight first (weights: 1 each, but for those named).
    Nobody is asked to make room.

    Who comes anew begins where the task stood that was started last (start-time fair queueing:
    Goyal, Vin and Cheng, 1996): idle owners save nothing up, and one that hands its tasks in one by
    one loses nothing.
    """

    name = "fair"

    def __init__(self, weights: Mapping[str, float] | None = None) -> None:
        self._weights = dict(weights or {})
        for owner, weight in self._weights.items():
            if not weight > 0:
                raise SchedulingError(f"expected a weight above 0 for {owner!r}, got {weight!r}")
        self._worked: dict[str, float] = {}
        self._stands = 0.0

    def key(self, task: Task, now_s: float) -> Key:
        """By what its owner has had, then number."""
        return self._worked.get(task.spec.owner, 0.0), task.number

    def came(self, task: Task) -> None:
        """See Policy."""
        owner = task.spec.owner
        self._worked[owner] = max(self._worked.get(owner, 0.0), self._stands)

    def began(self, task: Task) -> None:
        """See Policy."""
        self._stands = max(self._stands, self._worked.get(task.spec.owner, 0.0))
        self.worked(task, START_S)

    def worked(self, task: Task, seconds: float) -> None:
        """See Policy."""
        owner = task.spec.owner
        share = seconds / self._weights.get(owner, 1.0)
        self._worked[owner] = self._worked.get(owner, 0.0) + share


#: By name.
POLICIES: Mapping[str, Callable[[], Policy]] = {
    policy.name: policy for policy in (Fifo, PriorityWithAging, WeightedFair)
}


def find(policy: str | Policy) -> Policy:
    """The policy of that name, or the one given. Raises SchedulingError for a name there is not."""
    if isinstance(policy, Policy):
        return policy
    if policy not in POLICIES:
        raise SchedulingError(f"expected a policy of {', '.join(POLICIES)}, got {policy!r}")
    return POLICIES[policy]()
