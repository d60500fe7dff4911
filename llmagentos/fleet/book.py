"""Which task stands where, and who may work on it until when: the heart of a fleet.

Knows: states of tasks, tokens, leases, members and when they were heard last. Does not know: a clock, a
thread, a bus, or how tasks are divided.

Each time a task is given it gets a token that no task had before, higher than all. A robot may work on it
while its lease lasts, which it renews with the token; robots count from when they sent the renewal, the book
from when it came, so a robot's lease is over before the book gives the task to another (Gray, Cheriton,
"Leases", 1989). What is said with an old token changes nothing, but for one case: a task that was taken from
its robot and that nobody else was given yet is done where that robot had done it in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from llmagentos.errors import FleetError
from llmagentos.fleet.values import FleetTask, Member


class State(Enum):
    """Where a task stands."""

    WAITING = "waiting"
    """for a robot"""
    GIVEN = "given"
    """to a robot, whose lease lasts"""
    UNCLEAR = "unclear"
    """its robot was lost in the middle, and it says half_done "ask": a person decides"""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = frozenset({State.DONE, State.FAILED, State.CANCELLED})


@dataclass
class Row:
    """A task's. token: the last one given, 0 before. begun: whether its robot said that it began. times:
    given so often. why: the newest reason in words."""

    task: FleetTask
    state: State = State.WAITING
    robot: str = ""
    token: int = 0
    until_s: float = 0.0
    begun: bool = False
    times: int = 0
    why: str = ""


@dataclass
class Known:
    """A member's. silent: the bus says that it is gone, or its lease is over; it is given nothing."""

    member: Member
    until_s: float
    silent: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class Freed:
    """A task that was taken from a robot, and where it stands now."""

    task: str
    robot: str
    state: State


class Book:
    """lease_s: how long a robot may work without being heard. after: tokens begin above it."""

    def __init__(self, lease_s: float = 1.0, after: int = 0) -> None:
        if not lease_s > 0:
            raise FleetError(f"expected a lease above 0 s, got {lease_s!r}")
        self.lease_s, self.token = lease_s, after
        self.rows: dict[str, Row] = {}
        self.known: dict[str, Known] = {}

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    # --- tasks --------------------------------------------------------------------------------

    def submit(self, task: FleetTask) -> Row:
        """A task is to be done; the same again is the one that is there. Raises FleetError for the id of
        another task."""
        row = self.rows.get(task.id)
        if row is None:
            row = self.rows[task.id] = Row(task)
        elif row.task != task:
            raise FleetError(f"expected a new id for {task}, got '{task.id}', which is {row.task}")
        return row

    def waiting(self) -> list[FleetTask]:
        """In the order in which they came."""
        return [row.task for row in self if row.state is State.WAITING]

    def give(self, task: str, robot: str, why: str, now_s: float) -> int:
        """A waiting task to a robot that is there; its token. Raises FleetError for others."""
        row = self.row(task)
        known = self.known.get(robot)
        if row.state is not State.WAITING or known is None or known.silent or known.stopped:
            raise FleetError(
                f"expected a waiting task and a robot that is there, got '{task}' "
                f"({row.state.value}) and '{robot}'"
            )
        self.token += 1
        row.state, row.robot, row.token, row.begun = State.GIVEN, robot, self.token, False
        row.until_s, row.why, row.times = now_s + self.lease_s, why, row.times + 1
        return self.token

    def ended(self, task: str, token: int, state: State, why: str) -> bool:
        """A robot says what came of a task: DONE, FAILED, or WAITING where it gives it back. Whether
        that counts: with an old token it does not."""
        row = self.row(task)
        mine = token == row.token and row.state not in OVER
        if not mine or (row.state is not State.GIVEN and state is not State.DONE):
            return False
        if state is State.WAITING:
            self._free(row, why)
        else:
            row.state, row.why = state, why
        return True

    def cancel(self, task: str, why: str) -> bool:
        """It is not wanted any more; whether it was not over yet. Its robot learns it with the next
        renewal."""
        row = self.row(task)
        if row.state in OVER:
            return False
        row.state, row.why = State.CANCELLED, why
        return True

    def decide(self, task: str, again: bool, why: str) -> bool:
        """What a person says of an unclear task: begin it again, or count it as done. Whether it was
        unclear."""
        row = self.row(task)
        if row.state is not State.UNCLEAR:
            return False
        row.state, row.why = (State.WAITING if again else State.DONE), why
        return True

    def row(self, task: str) -> Row:
        """Raises FleetError for an id there is not."""
        if task not in self.rows:
            raise FleetError(f"expected a task of this fleet, got '{task}'")
        return self.rows[task]

    # --- members ------------------------------------------------------------------------------

    def joined(self, member: Member, token: int, now_s: float) -> None:
        """A robot is there, or there again. token: the highest it has ever had."""
        self.token = max(self.token, token)
        self.known[member.name] = Known(member, now_s + self.lease_s)

    def renewed(
        self, name: str, member: Member, tokens: Mapping[str, int], begun: str, now_s: float
    ) -> dict[str, int] | None:
        """A robot is heard. tokens: what it holds; begun: the task it is at, or "". What of it it may go
        on with; None for one that has to join first."""
        known = self.known.get(name)
        if known is None:
            return None
        known.member, known.until_s, known.silent = member, now_s + self.lease_s, False
        valid = {}
        for task, token in tokens.items():
            row = self.rows.get(task)
            if row is not None and row.state is State.GIVEN and row.token == token:
                valid[task] = token
                row.until_s = now_s + self.lease_s
                row.begun = row.begun or task == begun
        return valid

    def silent(self, name: str) -> bool:
        """The bus says that it is gone: it is given nothing more. What it has it keeps until its lease
        is over. Whether that is news."""
        known = self.known.get(name)
        if known is None or known.silent:
            return False
        known.silent = True
        return True

    def stopped(self, names: Mapping[str, bool]) -> None:
        """Who was stopped, and who goes on."""
        for name, is_stopped in names.items():
            if name in self.known:
                self.known[name].stopped = is_stopped

    def able(self) -> list[Member]:
        """Those that may be given something."""
        return [k.member for k in self.known.values() if not (k.silent or k.stopped)]

    def expired(self, now_s: float) -> tuple[list[str], list[Freed]]:
        """Members that were not heard for a lease's time, as far as that is news, and the tasks that are
        taken from whoever did not renew them."""
        gone = [n for n, k in self.known.items() if k.until_s <= now_s and self.silent(n)]
        freed = []
        for row in self:
            if row.state is State.GIVEN and row.until_s <= now_s:
                robot = row.robot
                self._free(row, f"{robot} was not heard for {self.lease_s:g} s")
                freed.append(Freed(row.task.id, robot, row.state))
        return gone, freed

    def _free(self, row: Row, why: str) -> None:
        asks = row.begun and row.task.half_done == "ask"
        row.state = State.UNCLEAR if asks else State.WAITING
        row.why = f"{why}, in the middle of it: it may be half done" if asks else why
