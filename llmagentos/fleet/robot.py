"""A robot's end of a fleet: it joins, bids, works one task after the other, and stops when its lease ends.

Knows: one robot, its leases and what it holds. Does not know: other robots, or how tasks are divided.

A lease counts from the moment at which its renewal was sent, so it ends here before it ends at the
coordinator's. A new task is begun only after a first renewal with its token.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from llmagentos.errors import FleetError, LLMAgentOSError, MessagingError, TaskEndedError
from llmagentos.fleet.book import State
from llmagentos.fleet.clock import now_s
from llmagentos.fleet.names import Names
from llmagentos.fleet.values import FleetTask, Member
from llmagentos.fleet.work import Rest, Turn, Work
from llmagentos.messaging import Bus, Call

#: So often in a lease's time it is renewed.
_RENEWALS = 5
#: Why a task is not this robot's any more.
_TAKEN_BACK, _OVER = "it was taken back", "its lease is over"


@dataclass
class Held:
    """A task that this robot was given. again: whether another one was lost in the middle of it."""

    task: FleetTask
    token: int
    again: bool
    until_s: float = 0.0
    ended: str = ""


class FleetRobot:
    """bus: of this robot alone. lease_s: as the coordinator's says with each renewal. A context manager.

    Joins as soon as there is a coordinator, and again after each that is lost; goes on for ever.
    """

    def __init__(self, bus: Bus, member: Member, work: Work, fleet: str = "fleet") -> None:
        self._bus, self._first, self._work, self._names = bus, member, work, Names(fleet)
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._held: dict[str, Held] = {}
        self._line: deque[Held] = deque()
        self._reports: deque[tuple[str, int, str, str]] = deque()
        self._at: Held | None = None
        self._highest = 0
        self._lease_s = 1.0
        self._joined = self._stopped = self._closed = False
        self._desk = ""
        self._hurry = threading.Event()
        name = member.name
        self._served = [
            bus.serve(self._names.bid(name), self._bid, workers=1),
            bus.serve(self._names.give(name), self._give, workers=1),
            bus.serve(self._names.stop(name), self._stop, workers=2),
        ]
        for target in (self._keep, self._labour):
            threading.Thread(target=target, name=f"fleet {name}", daemon=True).start()

    def __enter__(self) -> FleetRobot:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave: what is held is dropped, and given to others when its lease is over."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._hurry.set()
        for served in self._served:
            served.close()

    @property
    def joined(self) -> bool:
        """Whether a coordinator knows it."""
        return self._joined

    # --- what others ask ------------------------------------------------------------------------

    def _bid(self, call: Call) -> list[float]:
        tasks, bundles = call.value
        with self._lock:
            held = [h.task for h in self._held.values() if not h.ended]
        bidder = self._work.bidder(self._work.member(self._first), held, tasks)
        return [bidder.cost_s(frozenset(bundle)) for bundle in bundles]

    def _give(self, call: Call) -> bool:
        task, token, again = call.value
        with self._changed:
            if self._stopped or token <= self._highest:
                return False  # stopped, or a word that was long on its way
            self._highest = token
            self._held[task.id] = Held(task, token, again)
            self._line.append(self._held[task.id])
        self._hurry.set()
        return True

    def _stop(self, call: Call) -> Rest:
        with self._changed:
            self._stopped = bool(call.value)
            if self._stopped:
                for held in list(self._held.values()):
                    self._end(held, "it was stopped")
                    if held is not self._at:  # what it is at is told of when it has ended
                        self._report(held, State.WAITING, held.ended)
            self._changed.notify_all()
        self._hurry.set()
        if call.value:
            return self._work.stop()
        self._work.go_on()
        return Rest(True, "may go on")

    # --- leases ---------------------------------------------------------------------------------

    def _keep(self) -> None:
        while not self._closed:
            with contextlib.suppress(MessagingError, FleetError):
                if not self._joined:
                    self._join()
                self._renew()
                self._tell()
            self._look_at_leases()
            self._hurry.wait(self._lease_s / _RENEWALS)
            self._hurry.clear()

    def _join(self) -> None:
        if not self._bus.wait_for(self._names.join, self._lease_s):
            return
        asked = self._work.member(self._first), self._highest
        self._desk = self._bus.provider(self._names.join)
        self._lease_s = float(self._bus.call(self._names.join, asked, timeout_s=self._lease_s))
        self._joined = True

    def _renew(self) -> None:
        if not self._joined:
            return
        with self._lock:
            tokens = {h.task.id: h.token for h in self._held.values() if not h.ended}
            begun = self._at.task.id if self._at is not None else ""
        sent_s = now_s()
        member = self._work.member(self._first)
        asked = (member.name, member, tokens, begun, self._stopped)
        wait_s = self._lease_s / 2
        try:
            valid = self._bus.call(self._names.renew, asked, timeout_s=wait_s, peer=self._desk)
        except MessagingError:
            if self._bus.provider(self._names.join) not in ("", self._desk):
                self._joined = False  # another one now
            raise
        if valid is None:
            self._joined = False
            return
        self._renewed(tokens, valid, sent_s)

    def _renewed(self, asked: Mapping[str, int], valid: Mapping[str, int], sent_s: float) -> None:
        with self._changed:
            for task, token in asked.items():
                held = self._held.get(task)
                if held is None or held.token != token:
                    continue
                if valid.get(task) == token:
                    held.until_s = sent_s + self._lease_s
                else:
                    self._end(held, _TAKEN_BACK)
                    self._held.pop(task, None)
            self._changed.notify_all()

    def _look_at_leases(self) -> None:
        """What was not renewed in time is dropped; it is another's now, or will be."""
        with self._changed:
            for held in list(self._held.values()):
                if held.until_s and held.until_s <= now_s() and not held.ended:
                    self._end(held, _OVER)
                    self._held.pop(held.task.id, None)

    def _end(self, held: Held, why: str) -> None:
        held.ended = held.ended or why
        if held in self._line:
            self._line.remove(held)

    # --- work -----------------------------------------------------------------------------------

    def _labour(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not self._ready():
                    self._changed.wait(self._lease_s / _RENEWALS)
                if self._closed:
                    return
                held = self._at = self._line.popleft()
            state, why = self._done(held)
            with self._changed:
                self._at = None
                self._report(held, state, why)
            self._hurry.set()

    def _ready(self) -> bool:
        """Whether the first in line may be begun."""
        return bool(self._line) and not self._stopped and self._line[0].until_s > now_s()

    def _done(self, held: Held) -> tuple[State, str]:
        turn = Turn(held.task, held.token, self._going(held))
        try:
            if held.again and self._work.is_done(held.task):
                return State.DONE, "it was done already"
            turn.go_on()
            return State.DONE, self._work.do(turn)
        except TaskEndedError as exc:
            return State.WAITING, str(exc)
        except LLMAgentOSError as exc:
            return State.FAILED, str(exc)
        except Exception as exc:  # a task's own fault ends the task, not the robot
            return State.FAILED, f"{type(exc).__name__}: {exc}"

    def _going(self, held: Held) -> Callable[[], None]:
        def go_on() -> None:
            if self._closed:
                raise TaskEndedError(f"expected to go on with '{held.task.id}', the robot leaves")
            if held.ended:
                raise TaskEndedError(f"expected to go on with '{held.task.id}', got: {held.ended}")
            if held.until_s <= now_s():
                raise TaskEndedError(f"expected to go on with '{held.task.id}', got: {_OVER}")

        return go_on

    def _report(self, held: Held, state: State, why: str) -> None:
        """Keep what came of it until the coordinator has it. What was dropped without an end is not
        told: nobody waits for it."""
        mine = self._held.get(held.task.id)
        if mine is held:
            self._held.pop(held.task.id)
        if state is State.WAITING and held.ended in (_TAKEN_BACK, _OVER):
            return
        self._reports.append((held.task.id, held.token, state.value, why))

    def _tell(self) -> None:
        while self._joined and self._reports:
            task, token, state, why = self._reports[0]
            asked: tuple[Any, ...] = (self._first.name, task, token, state, why)
            self._bus.call(self._names.ended, asked, timeout_s=self._lease_s / 2, peer=self._desk)
            self._reports.popleft()
