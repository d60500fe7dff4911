"""One agent of the daemon: its phase, its process, the calls that it was given.

Knows: what follows when its process is ready, dies, hangs or comes to its end, and what becomes of
its calls. Does not know: sockets, other agents, who asks (keeper.py, server.py).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmagentos.daemon import journal, store
from llmagentos.daemon.access import new_token
from llmagentos.daemon.budgets import Use
from llmagentos.daemon.nursery import Nursery
from llmagentos.daemon.phases import LIVE, TAKES_CALLS, Phase, after
from llmagentos.daemon.place import AgentPlace
from llmagentos.daemon.processes import AgentProcess, died_of
from llmagentos.daemon.spec import AgentSpec
from llmagentos.daemon.store import AgentRow, CallRow, Store
from llmagentos.errors import FileError
from llmagentos.files import make_folder

#: The process of an agent that gives no sign for so long is killed: it was stopped, or its
#: interpreter hangs.
SILENT_S = 10.0
#: So long a process may take until it is ready: models are loaded, a simulation is built.
READY_S = 180.0
#: So long a process may take to end before it is killed.
END_S = 15.0
#: So many calls are with the process at a time; the rest waits in the database.
GIVEN = 64
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

Say = Callable[[Mapping[str, Any]], None]


@dataclass
class Kept:
    """One agent.

    say: to its process, None while that has not said hello. given: calls that the process has.
    due_s, heard_s: monotonic: when something is to be done next, and when it was last heard. then:
    why it is given up once its process is gone. doomed: it is destroyed then. spawned: told of each
    new process. env: what its process has in its environment beside ours. nursery:
    where processes are born.
    """

    row: AgentRow
    spec: AgentSpec
    place: AgentPlace
    store: Store
    tell: Callable[[str, Mapping[str, Any]], None]
    process: AgentProcess | None = None
    say: Say | None = None
    given: set[int] = field(default_factory=set)
    about: Mapping[str, Any] = field(default_factory=dict)
    use: Use = field(default_factory=Use)
    due_s: float = float("inf")
    heard_s: float = 0.0
    then: str = ""
    spawned: Callable[[AgentProcess], None] = lambda process: None
    doomed: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    nursery: Callable[[], Nursery | None] = lambda: None

    # --- what it is ---------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def phase(self) -> Phase:
        """Where its life stands."""
        return Phase(self.row.phase)

    @property
    def live(self) -> bool:
        """Whether a process is there, or will be by itself."""
        return self.phase in LIVE

    @property
    def takes_calls(self) -> bool:
        """Whether it carries calls out, now or as soon as it can."""
        return self.phase in TAKES_CALLS and not self.then

    def needs(self) -> dict[str, float]:
        """What it takes of the machine while it lives."""
        out = dict(self.spec.budgets.needs)
        if self.spec.budgets.memory_mb is not None:
            out["memory_gb"] = self.spec.budgets.memory_mb / 1000
        if self.spec.budgets.cores is not None:
            out["cores"] = self.spec.budgets.cores
        return out

    def to_json(self) -> dict[str, Any]:
        """For who asks."""
        return {
            "name": self.name,
            "phase": self.row.phase,
            "wanted": self.row.wanted,
            "why": self.row.why,
            "pid": self.process.pid if self.process is not None else None,
            "restarts": self.row.restarts,
            "in_line": self.store.in_line(self.name),
            "memory_mb": round(self.use.memory_mb, 1),
            "cores": round(self.use.cores, 3),
            "processes": self.use.processes,
            "budgets": self.spec.budgets.model_dump(mode="json", exclude_defaults=True),
            "persona": self.spec.persona.model_dump(mode="json", exclude_defaults=True),
            "owner": self.row.owner,
            "folder": str(self.place.folder),
            **self.about,
        }

    # --- what people want -----------------------------------------------------------------------

    def start(self) -> None:
        """Somebody wants it to run. Raises LifecycleError."""
        self._go("start", "")
        self.row.wanted, self.row.deaths, self.row.restarts = "running", (), 0
        self._begin()

    def pause(self) -> None:
        """The action under way, then nothing. Raises LifecycleError."""
        self._go("pause", "")
        self.row.wanted = "paused"
        self.keep()
        self._say({"pause": True})

    def resume(self) -> None:
        """Go on. Raises LifecycleError."""
        self._go("resume", "")
        self.row.wanted = "running"
        self.keep()
        self._say({"resume": True})

    def stop(self, why: str, wanted: str = "stopped") -> None:
        """End its process well. wanted: what it comes back to. Raises LifecycleError; nothing where
        it stops already."""
        if self.phase is Phase.STOPPING:
            return
        self._go("stop", why)
        self.row.wanted = wanted
        if wanted == "stopped":
            for call in self.store.open_calls(self.name):
                if call.state == store.QUEUED and call.number not in self.given:
                    self.over(call, store.CANCELLED, f"the agent was stopped: {why}")
        self.keep()
        if self.process is not None:
            self._say({"end": why})
            self.due_s = time.monotonic() + END_S

    def fail(self, why: str) -> None:
        """It may not go on: its process is ended, and it is given up."""
        self.then = why
        if self.process is not None:
            self._say({"end": why})
            self.due_s = min(self.due_s, time.monotonic() + 3.0)

    # --- what happens ---------------------------------------------------------------------------

    def adopt(self, process: AgentProcess) -> None:
        """Its process was found, begun by another daemon; it will say hello."""
        self.process = process
        self.heard_s = time.monotonic()

    def found_dead(self, wait_s: float) -> None:
        """A new daemon: its process is not there any more. wait_s: until the next one begins, since a
        process whose number nobody knows may still say hello."""
        told = self._settle()
        if self.phase in (Phase.STOPPING, Phase.RESTARTING):
            told = {}
        if self.phase is Phase.STOPPING and self.row.wanted == "stopped":
            self._go("gone", self.row.why)
        elif "refused" in told or ("ended" in told and self.spec.restart.policy != "always"):
            self._go("gave up" if "refused" in told else "ended", str(next(iter(told.values()))))
        else:
            self.row.phase, self.row.why = Phase.RESTARTING.value, "the daemon began anew"
            self.due_s = time.monotonic() + wait_s
        self._drop_calls()
        self.keep()

    def found_alive(self, process: AgentProcess) -> None:
        """A new daemon: a process that nobody knew the number of has said hello."""
        self._go("again", self.row.why)
        self.adopt(process)
        self.row.pid, self.row.ticks = process.pid, process.ticks
        self.due_s = time.monotonic() + READY_S
        self.keep()

    def hello(self, say: Say, has: list[int]) -> None:
        """Its process is there, for the first time or again. has: calls that it is at, has in line, or
        has results of."""
        self.say, self.heard_s = say, time.monotonic()
        say({"welcome": self.row.wanted, "spec": self.row.spec})
        self.given = set(has)
        if self.phase is Phase.PAUSING:
            say({"pause": True})
        elif self.phase is Phase.STOPPING:
            say({"end": self.row.why})
        self.give()

    def ready(self, about: Mapping[str, Any]) -> None:
        """It is ready for calls. about: what it tells of itself."""
        self.about = about
        if self.phase is Phase.STARTING:
            self._go("ready, paused" if self.row.wanted == "paused" else "ready", "")
            self.due_s = float("inf")
            self.keep()
        self.give()

    def holds(self) -> None:
        """It has come to its safe point and waits there."""
        if self.phase is Phase.PAUSING:
            self._go("holds", "")
            self.keep()

    def began(self, number: int, at: float) -> None:
        """A call begins."""
        self.store.begun(number, at)
        self.tell("call", {"number": number, "agent": self.name, "state": store.BEGUN})

    def ended(self, number: int, told: Mapping[str, Any]) -> None:
        """A call has ended; told: {"ok": result} or {"error": words, "state": failed, ...}."""
        self._came_to(number, told)
        self.give()

    def _came_to(self, number: int, told: Mapping[str, Any]) -> None:
        self.given.discard(number)
        call = self.store.call(number)
        if call is not None:
            report = told.get("report")
            if "ok" in told:
                self.over(call, store.DONE, told["ok"], report)
            else:
                why = told.get("error", "")
                self.over(call, str(told.get("state", store.FAILED)), why, report)
        self._say({"settled": number})

    def over(self, call: CallRow, state: str, result: Any, report: Any = None) -> None:
        """A call is over, the first time that somebody says so."""
        if self.store.over(call.number, state, result, report):
            done = {"number": call.number, "agent": self.name, "state": state, "result": result}
            self.tell("call", done)

    def late(self, call: CallRow) -> None:
        """Its deadline has passed: where it has not begun it is over, wherever it waits, also in a
        process that hangs; at work it is asked to end by its own process."""
        if call.state == store.QUEUED:
            if call.number in self.given:
                self._say({"cancel": call.number, "why": "too late"})
            self.over(call, store.EXPIRED, "too late: its deadline passed before it began")

    def give(self) -> None:
        """Give the process calls that wait, as many as it may have."""
        if self.say is None or self.phase not in (Phase.RUNNING, Phase.PAUSING, Phase.PAUSED):
            return
        for call in self.store.open_calls(self.name):
            if len(self.given) >= GIVEN:
                break
            if call.state != store.QUEUED or call.number in self.given:
                continue
            self.given.add(call.number)
            left = None if call.due_at is None else call.due_at - time.time()
            if left is not None and left <= 0:
                self.given.discard(call.number)
                self.over(call, store.EXPIRED, "too late: its deadline passed before it began")
                continue
            self._say(
                {"give": call.number, "verb": call.verb, "args": call.args, "who": call.who,
                 "priority": call.priority, "left_s": left, "person": call.person,
                 "attended": call.attended}
            )  # fmt: skip

    def died(self) -> None:
        """Its process is gone: settle its calls, then start the next one, or don't."""
        process, self.process, self.say = self.process, None, None
        self.given, self.about, self.use, self.due_s = set(), {}, Use(), float("inf")
        if process is not None:
            process.bury()
        told = self._settle()
        self.tell("halted", {"name": self.name, "halted": {"words": "its process has ended"}})
        self.row.pid = self.row.ticks = self.row.secret = None
        code = None if process is None else process.exit_code
        why, self.then = self.then, ""
        if self.phase is Phase.STOPPING:
            if self.row.wanted == "stopped":
                self._go("gone", self.row.why)
            else:  # the daemon ended, and wants it to be there again with the next one
                self.row.phase = Phase.RESTARTING.value
        elif why:
            self._go("gave up", why)
        elif "refused" in told:
            self._go("gave up", str(told["refused"]))
        elif "ended" in told and self.spec.restart.policy != "always":
            self._go("ended", str(told["ended"]))
        else:
            self._after_death(str(told.get("failed") or told.get("ended") or died_of(code)))
        self._drop_calls()
        self.keep()

    def poll(self, now_s: float) -> None:
        """What is due by itself: the next start, an end that takes too long, a silence."""
        if self.phase is Phase.RESTARTING and now_s >= self.due_s:
            self._go("again", self.row.why)
            self._begin()
        elif self.process is None:
            return
        elif now_s >= self.due_s:
            if self.phase is Phase.STARTING and not self.then:
                self.then = f"it was not ready within {READY_S:g} s"
            self.process.kill_all()
            self.due_s = now_s + 1.0
        elif self.say is None and self.phase is Phase.STARTING:
            return  # a machine at its limits takes long to load what a process needs
        elif now_s - self.heard_s > SILENT_S and not self.then:
            self.row.why = f"it hung: no sign of it for {SILENT_S:g} s"
            self.tell("agent", {"name": self.name, "why": self.row.why})
            self.process.kill_all()
            self.heard_s = now_s

    # --- inside -----------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start its process. The secret is on the disk first: a process that this daemon starts and
        does not live to know is known to the next one."""
        make_folder(self.place.folder, "an agent's folder")
        journal.clear(self.place.journal)
        self.row.pid = self.row.ticks = None
        self.row.secret, _ = new_token()
        self.keep()
        self.store.commit()
        env = {**os.environ, **self.env, "LLMAGENTOS_AGENT_SECRET": self.row.secret}
        try:
            self.process = AgentProcess.start(
                self.place.folder, env, self.place.log, self.nursery()
            )
        except (OSError, FileError) as exc:
            self.then = str(exc)
            self.died()
            return
        self.row.pid, self.row.ticks = self.process.pid, self.process.ticks
        self.spawned(self.process)
        self.heard_s = time.monotonic()
        self.due_s = self.heard_s + READY_S
        self.keep()

    def _after_death(self, why: str) -> None:
        now, rule = time.time(), self.spec.restart
        self.row.deaths = (*(d for d in self.row.deaths if now - d < rule.window_s), now)
        count = len(self.row.deaths)
        if rule.policy == "never":
            self._go("gave up", why)
        elif count > rule.most:
            self._go("gave up", f"{why}; {count} deaths within {rule.window_s:g} s")
        else:
            self._go("died", why)
            self.row.restarts += 1
            self.due_s = time.monotonic() + _BACKOFF_S[min(count, len(_BACKOFF_S)) - 1]

    def _drop_calls(self) -> None:
        """Nobody will carry out what is in line where no process comes any more: who waits is told."""
        if self.phase not in TAKES_CALLS:
            for call in self.store.open_calls(self.name):
                why = f": {self.row.why}" if self.row.why else ""
                self.over(call, store.CANCELLED, f"the agent is {self.row.phase}{why}")

    def _settle(self) -> Mapping[str, Any]:
        """What became of the calls that the process had; why it ended, where it said so."""
        found = journal.read(self.place.journal)
        for call in self.store.open_calls(self.name):
            told = found.ended.get(call.number)
            if told is not None:
                self._came_to(call.number, told)
            elif call.number in found.began or call.state == store.BEGUN:
                words = (
                    "the agent's process died while it was at it: it may have been done in part, and is "
                    "not done again"
                )
                self.over(call, store.LOST, words)
        self.store.commit()  # first: what the journal says is known nowhere else
        journal.clear(self.place.journal)
        return found.exit or {}

    def _go(self, what: str, why: str) -> None:
        self.row.phase = after(self.name, self.phase, what).value
        self.row.why = why
        self.tell("agent", {"name": self.name, "phase": self.row.phase, "why": why})

    def keep(self) -> None:
        """Into the database, with the next commit."""
        self.store.put(self.row)

    def _say(self, said: Mapping[str, Any]) -> None:
        if self.say is not None:
            self.say(said)
