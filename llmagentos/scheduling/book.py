"""The heart of the scheduler: who is in line, who has what, and whose turn it is.

Knows: tasks, a policy, how much there is of everything; time is told to it. Does not know: threads,
clocks, what a task does. Everything follows from the calls alone, so that it can be tried against a
model (tests/scheduling/test_sched_properties.py).

What whoever comes first needs and does not get yet is kept for it: nobody behind it in line takes
that in the meantime, so that many small tasks never hold up a large one for ever, and a less
urgent task is never started on what a more urgent one waits for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from llmagentos.errors import QueueFullError, SchedulingError
from llmagentos.scheduling.policies import Policy, find
from llmagentos.scheduling.states import State, at_work, in_line, over
from llmagentos.scheduling.task import Task, TaskSpec

#: Amounts that differ by less are the same.
EPSILON = 1e-9
#: So many tasks that are over are remembered.
REMEMBERED = 1000


class Do(Enum):
    """What the book asks of whoever carries tasks out."""

    START = "start"
    GO_ON = "go on"
    """after it made room"""
    MAKE_ROOM = "make room"
    """at its next safe point; then `made_room`"""
    END = "end"
    """at its next safe point; then `ended`"""
    DROP = "drop"
    """it is over before it began, or lost: nobody is waited for"""


@dataclass(frozen=True)
class Order:
    """One thing to do for one task."""

    do: Do
    task: Task


class Book:
    """capacity: how much there is of each resource. policy: a name of `POLICIES`, or one.
    limit: so many tasks may be in line at once, limit_each: of one owner.

    Raises SchedulingError for a capacity that can't be.
    """

    def __init__(
        self,
        capacity: Mapping[str, float],
        policy: str | Policy = "priority",
        limit: int = 1000,
        limit_each: int | None = None,
    ) -> None:
        for resource, amount in capacity.items():
            if not (amount >= 0 and math.isfinite(amount)):
                raise SchedulingError(f"expected 0 or more of {resource!r}, got {amount!r}")
        self.capacity = dict(capacity)
        self.policy = find(policy)
        self._limit, self._limit_each = limit, limit if limit_each is None else limit_each
        self._tasks: dict[int, Task] = {}
        self._past: dict[int, Task] = {}
        self._numbers = 0
        self._now_s = -math.inf

    # --- looking ----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Task]:
        """Those that are not over, in the order in which they came."""
        return iter(self._tasks.values())

    def __getitem__(self, number: int) -> Task:
        """Raises SchedulingError for a number that was never given, or long ago."""
        found = self._tasks.get(number) or self._past.get(number)
        if found is None:
            raise SchedulingError(f"expected the number of a task, got {number!r}")
        return found

    def used(self) -> dict[str, float]:
        """How much of each resource is in use."""
        out = dict.fromkeys(self.capacity, 0.0)
        for task in self:
            if at_work(task.state):
                for resource, amount in task.spec.needs.items():
                    out[resource] += amount
        return out

    def line(self) -> list[Task]:
        """Those that wait for their turn, who comes first first."""
        waiting = (t for t in self if in_line(t.state))
        return sorted(waiting, key=lambda task: self.policy.key(task, self._now_s))

    def next_s(self) -> float:
        """When the next deadline or lease is over: `decide` is due then at the latest."""
        ends = (math.inf if t.state is State.ENDING else t.due_s for t in self)
        return min(*ends, *(t.lost_s for t in self), math.inf, math.inf)

    # --- what happens -----------------------------------------------------------------------

    def submit(self, spec: TaskSpec, now_s: float) -> Task:
        """Put it in line. Raises QueueFullError, in words that help; SchedulingError for what can
        never be: more of something than there is, a task after one that is not there."""
        self._at(now_s)
        for resource, amount in spec.needs.items():
            there = self.capacity.get(resource)
            if there is None:
                known = ", ".join(self.capacity) or "nothing"
                raise SchedulingError(
                    f"{spec.name}: expected a resource of {known}, got {resource!r}"
                )
            if amount > there + EPSILON:
                raise SchedulingError(
                    f"{spec.name}: needs {amount:g} of {resource}, there is {there:g} in all"
                )
        for number in spec.after:
            self[number]
        self._has_room(spec)
        self._numbers += 1
        task = Task(self._numbers, spec, now_s, now_s)
        self.policy.came(task)
        self._tasks[task.number] = task
        return task

    def sign(self, number: int, now_s: float) -> None:
        """A sign of whoever carries it out: its lease begins anew."""
        self._at(now_s)
        self[number].signed_s = self._now_s

    def made_room(self, number: int, now_s: float) -> None:
        """It has reached a safe point, and uses nothing any more until it is told to go on."""
        self._at(now_s)
        task = self[number]
        self._leave(task, State.PARKED)
        task.preempted += 1

    def ended(self, number: int, now_s: float, why: str = "") -> None:
        """Whoever carried it out is through with it. why: what went wrong; "" for nothing. For one
        that is over already (lost, or cancelled while it made room) this changes nothing."""
        self._at(now_s)
        task = self[number]
        if over(task.state):
            return
        if task.state is State.ENDING and why:
            self._leave(task, task.end, task.why)
        else:
            self._leave(task, State.FAILED if why else State.DONE, why)

    def cancel(self, number: int, now_s: float, why: str = "cancelled") -> list[Order]:
        """It is not wanted any more: one in line is over, one at work is asked to end. Nothing for
        one that is over."""
        self._at(now_s)
        task = self[number]
        if task.state is State.ENDING or over(task.state):
            return []
        return [self._end(task, State.CANCELLED, why)]

    def decide(self, now_s: float) -> list[Order]:
        """What is to be done now. What is started has what it needs from here on."""
        self._at(now_s)
        return [*self._overdue(), *self._turns()]

    # --- inside -----------------------------------------------------------------------------

    def _at(self, now_s: float) -> None:
        self._now_s = max(self._now_s, now_s)

    def _has_room(self, spec: TaskSpec) -> None:
        in_line_now = [t for t in self if in_line(t.state)]
        if len(in_line_now) >= self._limit:
            raise QueueFullError(
                f"{spec.name}: expected fewer than {self._limit} tasks in line, got "
                f"{len(in_line_now)}: try again when some have ended"
            )
        own = sum(t.spec.owner == spec.owner for t in in_line_now)
        if own >= self._limit_each:
            raise QueueFullError(
                f"{spec.name}: expected fewer than {self._limit_each} tasks of {spec.owner!r} in "
                f"line, got {own}: try again when some have ended"
            )

    def _leave(self, task: Task, state: State, why: str = "") -> None:
        """From work into another state."""
        self._charge(task)
        task.go(state, self._now_s, why)
        if over(state):
            self._over(task)

    def _charge(self, task: Task) -> None:
        worked_s = task.worked_s(self._now_s)
        self.policy.worked(task, worked_s - task.charged_s)
        task.charged_s = worked_s

    def _over(self, task: Task) -> None:
        del self._tasks[task.number]
        self._past[task.number] = task
        while len(self._past) > REMEMBERED:
            needed = {n for t in self for n in t.spec.after}
            oldest = next((n for n in self._past if n not in needed), None)
            if oldest is None:
                break
            del self._past[oldest]

    def _end(self, task: Task, end: State, why: str) -> Order:
        """One in line is over; one at work is asked to end."""
        if in_line(task.state):
            task.go(end, self._now_s, why)
            self._over(task)
            return Order(Do.DROP, task)
        task.go(State.ENDING, self._now_s, why)
        task.end = end
        task.signed_s = self._now_s
        return Order(Do.END, task)

    def _overdue(self) -> list[Order]:
        orders: list[Order] = []
        for task in list(self):  # in the order of their numbers: those that come after come later
            if task.lost_s <= self._now_s:
                sign = f"no sign for {task.spec.lease_s:g} s"
                self._leave(task, State.LOST, sign)
                orders.append(Order(Do.DROP, task))
            elif task.due_s <= self._now_s and task.state is not State.ENDING:
                late = f"too late: expected in {task.spec.deadline_s:g} s"
                orders.append(self._end(task, State.EXPIRED, late))
            elif task.state is State.QUEUED and (bad := self._in_vain(task)):
                orders.append(self._end(task, State.CANCELLED, bad))
        return orders

    def _in_vain(self, task: Task) -> str:
        """Why it can never begin: a task that it comes after is over and was not done."""
        for number in task.spec.after:
            before = self[number]
            if over(before.state) and before.state is not State.DONE:
                return f"{before.spec.name} was not done: {before.why or before.state.value}"
        return ""

    def _turns(self) -> list[Order]:
        orders: list[Order] = []
        for task in self:
            if at_work(task.state):
                self._charge(task)
        used = self.used()
        really = {r: amount - used[r] for r, amount in self.capacity.items()}
        free, coming = dict(really), self._coming_free(really)
        for task in self.line():
            if any(not over(self[n].state) for n in task.spec.after):
                continue
            needs = task.spec.needs
            if _fits(needs, free) and _fits(needs, coming):
                orders.append(self._begin(task))
                for resource, amount in needs.items():
                    really[resource] -= amount
            else:
                if self.policy.preempts and not _fits(needs, coming):
                    orders += self._make_room(task, coming)
                lacks = [r for r, amount in needs.items() if amount > really[r] + EPSILON]
                if lacks and task.state is State.QUEUED:
                    task.go(State.WAITING, self._now_s, f"waits for {', '.join(lacks)}")
            for resource, amount in needs.items():  # kept for it, also while it waits
                free[resource] -= amount
                coming[resource] -= amount
        return orders

    def _coming_free(self, free: Mapping[str, float]) -> dict[str, float]:
        """What is free, with what those have who were asked to make room or to end."""
        out = dict(free)
        for task in self:
            if task.state in (State.YIELDING, State.ENDING):
                for resource, amount in task.spec.needs.items():
                    out[resource] += amount
        return out

    def _begin(self, task: Task) -> Order:
        do = Do.GO_ON if task.state is State.PARKED else Do.START
        task.go(State.RUNNING, self._now_s)
        task.signed_s = self._now_s
        self.policy.began(task)
        return Order(do, task)

    def _make_room(self, task: Task, coming: dict[str, float]) -> list[Order]:
        """Ask as few as possible of those behind it, the least urgent first; nobody where it would
        not be enough."""
        mine = self.policy.key(task, self._now_s)
        behind = [
            t
            for t in self
            if t.state is State.RUNNING
            and t.spec.preemptible
            and self.policy.key(t, self._now_s) > mine
        ]
        behind.sort(key=lambda t: self.policy.key(t, self._now_s), reverse=True)
        needs, then = task.spec.needs, dict(coming)
        asked: list[Task] = []
        for other in behind:
            lacks = [r for r, amount in needs.items() if amount > then[r] + EPSILON]
            if not lacks:
                break
            if any(r in other.spec.needs for r in lacks):
                asked.append(other)
                for resource, amount in other.spec.needs.items():
                    then[resource] += amount
        if not _fits(needs, then):
            return []
        for other in asked:
            other.go(State.YIELDING, self._now_s, f"makes room for {task.spec.name}")
        coming.update(then)
        return [Order(Do.MAKE_ROOM, other) for other in asked]


def _fits(needs: Mapping[str, float], there: Mapping[str, float]) -> bool:
    return all(amount <= there[resource] + EPSILON for resource, amount in needs.items())
