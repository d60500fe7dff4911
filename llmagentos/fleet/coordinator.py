"""The one who keeps a fleet's book: asks for bids, gives tasks, takes them from whoever is not heard.

Knows: the bus, the clock, threads, the journal. Does not know: policies' rules (policies/), what may follow
what (book.py). One a fleet: a second one is refused, and a first one that was killed is followed by another
on the same journal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmagentos.errors import FleetError, MessagingError
from llmagentos.fleet.auction import Allocation, Auction, Policy
from llmagentos.fleet.bids import Bundle
from llmagentos.fleet.book import OVER, Book, State
from llmagentos.fleet.clock import now_s
from llmagentos.fleet.journal import Journal, read
from llmagentos.fleet.names import Names
from llmagentos.fleet.policies import DEFAULT, find
from llmagentos.fleet.stopping import Stopped, stop_all
from llmagentos.fleet.values import FleetTask
from llmagentos.messaging import Bus, Call, Pending

#: How long a robot has to answer a question, seconds, and how often leases are looked at.
_ANSWER_S, _TICK_S = 0.5, 0.05
#: What could be given to nobody is tried again so often, and robots have so long to join a coordinator
#: that has just begun before tasks are divided, seconds.
_AGAIN_S, _JOINING_S = 1.0, 0.3


class Coordinator:
    """policy: by name. path: of the journal; None keeps nothing. A context manager.

    Raises FleetError where the bus knows a coordinator of this fleet already, FileError.
    """

    def __init__(
        self,
        bus: Bus,
        policy: str | Policy = DEFAULT,
        *,
        fleet: str = "fleet",
        lease_s: float = 1.0,
        path: Path | None = None,
        look_s: float = 0.3,
    ) -> None:
        self._bus, self._names, self._policy = bus, Names(fleet), find(policy)
        if bus.wait_for(self._names.join, look_s):
            raise FleetError(f"expected fleet '{fleet}' without a coordinator, got one more")
        self._book = Book(lease_s) if path is None else read(path, lease_s, now_s())
        self._journal = Journal(path)
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closed = self._stopped = False
        #: Robots by their ids on the bus: one that is heard is asked, whether or not the bus lists it.
        self._peers: dict[str, str] = {}
        self.last: Allocation | None = None
        #: Questions, answers and words to robots since the start.
        self.messages = 0
        self._began_s, self._tried_s = now_s(), 0.0
        self._served = [
            bus.serve(self._names.join, self._join),
            bus.serve(self._names.renew, self._renew, limit=1024),
            bus.serve(self._names.ended, self._ended, limit=1024),
            bus.serve(self._names.desk, self._desk, workers=2),
        ]
        bus.watch(self._seen)
        self._thread = threading.Thread(target=self._run, name=f"fleet {fleet}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Coordinator:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the fleet up: robots stop when their leases are over. May be called twice."""
        self._closed = True
        self._wake.set()
        for served in self._served:
            served.close()
        if self._thread is not threading.current_thread():
            self._thread.join(5.0)
        self._journal.close()

    @property
    def news(self) -> str:
        """The topic on which is told what happens."""
        return self._names.news

    # --- people and programs ----------------------------------------------------------------------

    def submit(self, *tasks: FleetTask) -> None:
        """Tasks to be done; the same id again is the same task. Raises FleetError, FileError."""
        with self._lock:
            for task in tasks:
                if task.id not in self._book.rows:
                    self._book.submit(task)
                    self._journal.task(task)
                self._book.submit(task)
        self._tried_s = 0.0
        self._wake.set()

    def cancel(self, task: str) -> bool:
        """A task is not wanted any more; whether it was not over. Raises FleetError."""
        return self._changed(task, self._book.cancel(task, "it was cancelled"))

    def decide(self, task: str, again: bool) -> bool:
        """What a person says of a task that may be half done: begin it again, or count it as done.
        Whether it was waiting for that. Raises FleetError."""
        words = "a person said to do it again" if again else "a person said that it is done"
        return self._changed(task, self._book.decide(task, again, words))

    def _changed(self, task: str, is_news: bool) -> bool:
        with self._lock:
            if is_news:
                row = self._book.row(task)
                self._journal.row(row)
                self._say(row.state.value, task=task, why=row.why)
        self._wake.set()
        return is_news

    def tasks(self) -> list[dict[str, Any]]:
        """Every task with where it stands, by whom, and why."""
        with self._lock:
            return [
                {"id": r.task.id, "what": r.task.what, "state": r.state.value, "robot": r.robot,
                 "token": r.token, "times": r.times, "begun": r.begun, "why": r.why}
                for r in self._book
            ]  # fmt: skip

    def robots(self) -> list[dict[str, Any]]:
        """Every robot that has joined, and whether it is heard."""
        with self._lock:
            held: dict[str, list[str]] = {}
            for row in self._book:
                if row.state is State.GIVEN:
                    held.setdefault(row.robot, []).append(row.task.id)
            return [
                {"name": n, "role": k.member.role, "abilities": list(k.member.abilities),
                 "at_m": list(k.member.at_m), "heard": not k.silent, "stopped": k.stopped,
                 "tasks": held.get(n, [])}
                for n, k in sorted(self._book.known.items())
            ]  # fmt: skip

    def stop(self, timeout_s: float = 1.0) -> list[Stopped]:
        """Stop all robots, and give out nothing until `go_on`: who rests, who could not be reached."""
        self._stopped = True
        with self._lock:
            known = {name: self._peers.get(name, "") for name in self._book.known}
        out = stop_all(self._bus, self._names.fleet, timeout_s, known)
        by_itself = f"; its lease is not renewed any more, and ends within {self._book.lease_s:g} s"
        out = [s if s.reached else replace(s, words=s.words + by_itself) for s in out]
        with self._lock:
            self._book.stopped({s.robot: True for s in out})
        self._say("stopped", why="; ".join(s.words for s in out))
        return out

    def go_on(self, timeout_s: float = 1.0) -> list[Stopped]:
        """Let robots work again."""
        with self._lock:
            known = {name: self._peers.get(name, "") for name in self._book.known}
        out = stop_all(self._bus, self._names.fleet, timeout_s, known, go_on=True)
        with self._lock:
            self._book.stopped({s.robot: not s.reached for s in out})
        self._stopped = False
        self._wake.set()
        return out

    def idle(self) -> bool:
        """Whether every task is over."""
        with self._lock:
            return all(row.state in OVER for row in self._book)

    # --- what robots say --------------------------------------------------------------------------

    def _join(self, call: Call) -> float:
        member, token = call.value
        with self._lock:
            self._book.joined(member, token, now_s())
            self._peers[member.name] = call.caller
        self._tried_s = 0.0
        self._say("joined", robot=member.name)
        self._wake.set()
        return self._book.lease_s

    def _renew(self, call: Call) -> dict[str, int] | None:
        name, member, tokens, begun, stopped = call.value
        with self._lock:
            known = self._book.known.get(name)
            was_silent = known is not None and known.silent
            was_begun = begun in self._book.rows and self._book.rows[begun].begun
            if self._stopped:  # a stop reaches also whom only its own renewals reach
                tokens = {}
            self._peers[name] = call.caller
            valid = self._book.renewed(name, member, tokens, begun, now_s())
            self._book.stopped({name: stopped})
            if valid is not None and begun in valid and not was_begun:
                self._journal.row(self._book.rows[begun])
        if was_silent:
            self._say("back", robot=name)
            self._wake.set()
        return valid

    def _ended(self, call: Call) -> bool:
        name, task, token, state, why = call.value
        with self._lock:
            counts = self._book.ended(task, token, State(state), why)
            if counts:
                self._journal.row(self._book.row(task))
        self._say(state if counts else "refused", robot=name, task=task, token=token, why=why)
        self._wake.set()
        return counts

    def _desk(self, call: Call) -> Any:
        verb, *given = call.value
        if verb == "submit":
            self.submit(*given)
            return len(given)
        if verb in ("cancel", "decide"):
            return getattr(self, verb)(*given)
        if verb in ("stop", "go_on"):
            return [replace(s) for s in getattr(self, verb)(*given)]
        if verb in ("tasks", "robots"):
            return getattr(self, verb)()
        if verb == "about":
            return {"policy": self._policy.name, "lease_s": self._book.lease_s,
                    "stopped": self._stopped, "messages": self.messages}  # fmt: skip
        raise FleetError(
            f"expected submit, cancel, decide, stop, go_on, tasks, robots or about, got {verb!r}"
        )

    def _seen(self, service: str, there: bool) -> None:
        """The bus tells who is gone: before the lease is over, but not whether it still acts."""
        name = self._names.robot_of(service)
        if name and not there:
            with self._lock:
                news = self._book.silent(name)
            if news:
                self._say("silent", robot=name, why="the bus lost it")

    # --- giving -----------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._closed:
            self._look()
            if not self._stopped and self._due():
                self._divide()
            self._wake.wait(_TICK_S)

    def _look(self) -> None:
        with self._lock:
            gone, freed = self._book.expired(now_s())
            for each in freed:
                self._journal.row(self._book.row(each.task))
        for name in gone:
            self._say("silent", robot=name, why="it was not heard")
        for each in freed:
            self._tried_s = 0.0
            why = self._book.row(each.task).why
            self._say("freed", robot=each.robot, task=each.task, why=why)

    def _due(self) -> bool:
        """Whether there is something to give, and something is new or a while has passed."""
        new = self._wake.is_set()
        self._wake.clear()
        with self._lock:
            waiting = bool(self._book.waiting())
        if now_s() - self._began_s < _JOINING_S:
            return False
        return waiting and (new or now_s() - self._tried_s > _AGAIN_S)

    def _divide(self) -> None:
        self._tried_s = now_s()
        with self._lock:
            tasks, members = self._book.waiting(), self._book.able()
        if not members:
            return
        auction = Auction(tasks, members, self._ask(tasks))
        try:
            found = self._policy.divide(auction)
        except FleetError as exc:  # too many tasks for a policy of few: the first ones
            self._say("refused", why=str(exc))
            return
        self.last = found
        self.messages += found.messages
        with self._lock:
            for task, why in found.left.items():
                row = self._book.row(task)
                if row.state is State.WAITING:
                    row.why = why
        begun = [
            self._give(robot, task, found.why[task])
            for robot, ids in found.given.items() for task in ids
        ]  # fmt: skip
        for word in filter(None, begun):
            self._given(*word)

    def _ask(self, tasks: Sequence[FleetTask]) -> Callable[..., Mapping[str, Sequence[float]]]:
        def ask(wanted: Mapping[str, Sequence[Bundle]]) -> Mapping[str, Sequence[float]]:
            begun = {}
            for name, bundles in wanted.items():
                ids = frozenset[str]().union(*bundles)
                about = [task for task in tasks if task.id in ids]
                asked = (about, [sorted(bundle) for bundle in bundles])
                try:
                    begun[name] = self._bus.begin(
                        self._names.bid(name), asked, _ANSWER_S, peer=self._peers[name]
                    )
                except MessagingError:
                    continue
            answers = {}
            for name, pending in begun.items():
                try:
                    answers[name] = [float(cost) for cost in pending.result()]
                except (MessagingError, FleetError, TypeError, ValueError):
                    continue
            return answers

        return ask

    def _give(self, robot: str, task: str, why: str) -> tuple[str, str, int, Pending] | None:
        """A task to a robot, which is not waited for."""
        with self._lock:
            try:
                token = self._book.give(task, robot, why, now_s())
            except FleetError:  # cancelled, or the robot was lost, while bids were asked for
                self._tried_s = 0.0
                return None
            row = self._book.row(task)
            self._journal.row(row)
        self._say("given", robot=robot, task=task, token=token, why=why)
        self.messages += 2
        asked, peer = (row.task, token, row.times > 1), self._peers[robot]
        try:
            pending = self._bus.begin(self._names.give(robot), asked, _ANSWER_S, peer=peer)
        except MessagingError:
            return None  # whether it has it shows by its renewals; without one the lease ends
        return robot, task, token, pending

    def _given(self, robot: str, task: str, token: int, pending: Pending) -> None:
        try:
            taken = pending.result()
        except MessagingError:
            return
        if not taken:
            with self._lock:
                if self._book.ended(task, token, State.WAITING, f"{robot} did not take it"):
                    self._journal.row(self._book.row(task))

    def _say(self, what: str, **more: Any) -> None:
        try:
            self._bus.publish(self._names.news, {"what": what, "t_s": now_s(), **more})
        except MessagingError:
            return
