"""All agents of one daemon: found again, made, admitted, watched, ended.

Knows: the table of agents, what there is of the machine, budgets. Does not know: sockets, who asks.
Everything happens in one thread; what takes time happens in the agents' own processes.
"""

from __future__ import annotations

import heapq
import logging
import math
import shutil
import time
from collections.abc import Callable, Mapping
from typing import Any

from llmagentos.daemon import store as st
from llmagentos.daemon.budgets import ControlGroups, Meter, lacks, resident_mb
from llmagentos.daemon.kept import Kept, Say
from llmagentos.daemon.nursery import Nursery
from llmagentos.daemon.phases import Phase, after
from llmagentos.daemon.place import Place
from llmagentos.daemon.processes import AgentProcess
from llmagentos.daemon.spec import AgentSpec, check_name
from llmagentos.daemon.store import AgentRow, CallRow, Store
from llmagentos.errors import (
    AdmissionError,
    ConfigError,
    DaemonError,
    LifecycleError,
    LLMAgentOSError,
    NoSuchAgentError,
    NoSuchCallError,
    QueueFullError,
)

_log = logging.getLogger(__name__)

#: How often everything is measured, and memory of those with a budget, seconds.
MEASURE_S, MEMORY_S = 1.0, 0.25
#: A poll that comes so late means that this process was not at work either.
_LATE_S = 1.0
#: Found process without a number: it may still say hello.
_UNKNOWN_S = 1.5


class Keeper:
    """place: the daemon's folder. there: what there is of each resource. watch: call `died` when an
    agent's process has ended. tell: hears what happens. env: of agents' processes, beside ours."""

    def __init__(
        self,
        place: Place,
        store: Store,
        there: Mapping[str, float],
        watch: Callable[[AgentProcess, Kept], None],
        tell: Callable[[str, Mapping[str, Any]], None],
        groups: ControlGroups | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._env = dict(env or {})
        self.place, self.store, self.there = place, store, dict(there)
        self._watch, self._tell, self._groups = watch, tell, groups
        self.agents: dict[str, Kept] = {}
        self._meter = Meter()
        self._nursery: Nursery | None = None
        self._measured_s = self._looked_s = 0.0
        self._polled_s = math.inf
        #: When calls are too late, seconds since the epoch, and their numbers; the next one first.
        self._due: list[tuple[float, int]] = []

    # --- a new daemon -------------------------------------------------------------------------

    def find_again(self) -> None:
        """Take over what the last daemon left: processes that live go on, the others begin anew if
        they were wanted."""
        for row in list(self.store.agents()):
            try:
                spec = AgentSpec.of(row.spec)
            except ConfigError as exc:  # from another version
                row.phase, row.why, spec = Phase.FAILED.value, str(exc), AgentSpec()
            kept = self._kept(row, spec)
            for call in self.store.open_calls(row.name):
                self._watch_deadline(call)
                if call.attended and call.state == st.QUEUED:
                    kept.over(
                        call, st.CANCELLED, "the daemon died: nobody watched over it any more"
                    )
            process = AgentProcess.found(row.pid, row.ticks)
            if process is not None and kept.live:
                kept.adopt(process)
                if kept.phase is Phase.STARTING:
                    kept.due_s = time.monotonic() + 60.0
                elif kept.phase is Phase.STOPPING:
                    kept.due_s = time.monotonic() + 5.0
                self._watch(process, kept)
                continue
            if process is not None:  # nobody wants it
                process.kill_all()
                process.bury()
            unknown = row.pid is None and row.secret is not None
            if kept.live:
                kept.found_dead(_UNKNOWN_S if unknown else 0.0)
        self.store.commit()

    def _kept(self, row: AgentRow, spec: AgentSpec) -> Kept:
        kept = Kept(
            row,
            spec,
            self.place.of(row.name),
            self.store,
            self._tell,
            env=self._env,
            nursery=self._born,
        )
        kept.spawned = lambda process: self._spawned(kept, process)
        self.agents[row.name] = kept
        return kept

    def begin(self) -> None:
        """Processes can be had: the nursery begins to load what they need."""
        try:
            self._nursery = Nursery()
        except OSError as exc:
            _log.warning("no nursery: %s", exc)

    def _born(self) -> Nursery | None:
        """Where the next process is born, if it is ready; another nursery where the last is gone."""
        if self._nursery is None or not self._nursery.alive:
            self.begin()
        return self._nursery if self._nursery is not None and self._nursery.ready else None

    def end(self) -> None:
        """No more processes."""
        if self._nursery is not None:
            self._nursery.close()

    def _spawned(self, kept: Kept, process: AgentProcess) -> None:
        budgets = kept.spec.budgets
        if self._groups is not None and (budgets.memory_mb or budgets.cores):
            try:
                self._groups.put(kept.name, process.pid, budgets.memory_mb, budgets.cores)
            except OSError as exc:
                _log.warning("no control group for %s: %s", kept.name, exc)
        self._watch(process, kept)

    # --- what people want -----------------------------------------------------------------------

    def __getitem__(self, name: object) -> Kept:
        found = self.agents.get(name) if isinstance(name, str) else None
        if found is None:
            known = ", ".join(sorted(self.agents)) or "none"
            raise NoSuchAgentError(f"expected an agent of {known}, got {name!r}")
        return found

    def create(self, name: object, data: object, owner: str) -> Kept:
        """A new agent. Raises ConfigError, NoSuchAgentError where there is one of the name."""
        checked = check_name(name)
        if checked in self.agents:
            raise NoSuchAgentError(f"expected a new name, got {checked!r}, which is an agent's")
        if not isinstance(data, Mapping):
            raise ConfigError(f"expected a specification with fields, got {type(data).__name__}")
        spec = AgentSpec.of(data)
        lack = lacks(_whole(spec), self.there, {})
        if lack:
            raise AdmissionError(f"agent {checked} {lack}")
        row = AgentRow(checked, dict(data), Phase.CREATED.value, owner=owner, made_at=time.time())
        kept = self._kept(row, spec)
        kept.keep()
        self._tell("agent", {"name": checked, "phase": row.phase, "why": ""})
        return kept

    def start(self, name: object) -> Kept:
        """Raises LifecycleError, AdmissionError in words that help."""
        kept = self[name]
        after(kept.name, kept.phase, "start")
        used = {a.name: a.needs() for a in self.agents.values() if a.live}
        there = dict(self.there)
        if "memory_gb" in there:  # what others than agents use counts, too
            free = _free_memory_gb()
            ours = sum(a.use.memory_mb for a in self.agents.values() if a.live) / 1000
            there["memory_gb"] = min(there["memory_gb"], free + ours)
        lack = lacks(kept.needs(), there, used)
        if lack:
            raise AdmissionError(f"agent {kept.name} {lack}")
        kept.start()
        return kept

    def destroy(self, name: object, force: bool = False) -> Kept | None:
        """Its process, folder and calls are gone. force: stop it first; then it is gone when its
        process is, and the agent is returned. Raises LifecycleError."""
        kept = self[name]
        if kept.live and force:
            kept.doomed = True
            if kept.phase is not Phase.STOPPING:
                kept.stop("it is to be destroyed")
            if kept.live:
                return kept
        after(kept.name, kept.phase, "destroy")
        self.forget(kept)
        return None

    def forget(self, kept: Kept) -> None:
        """Remove what is left of an agent without a process."""
        for call in self.store.open_calls(kept.name):
            kept.over(call, st.CANCELLED, "the agent was destroyed")
        self.store.remove(kept.name)
        del self.agents[kept.name]
        if self._groups is not None:
            self._groups.remove(kept.name)
        shutil.rmtree(kept.place.folder, ignore_errors=True)
        shutil.rmtree(self.place.files / kept.name, ignore_errors=True)
        gone = {"name": kept.name, "phase": Phase.DESTROYED.value, "why": ""}
        self._tell("agent", gone)

    def call(
        self, name: object, verb: str, args: Mapping[str, Any], who: str, priority: int,
        deadline_s: float | None, key: str | None, person: bool = True, attended: bool = False,
    ) -> CallRow:  # fmt: skip
        """Put a call in line. Raises LifecycleError where the agent will not take it, QueueFullError
        where too many wait."""
        kept = self[name]
        if not kept.takes_calls:
            why = f"it is ending, {kept.then}" if kept.then else kept.row.why
            raise LifecycleError(
                f"agent {kept.name}: expected it to run to take a call, got {kept.row.phase}"
                f"{': ' + why if why else ''}; `llmagentos agent start {kept.name}`"
            )
        waiting = self.store.in_line(kept.name)
        if waiting >= kept.spec.queue:
            raise QueueFullError(
                f"agent {kept.name}: expected fewer than {kept.spec.queue} calls in line, got {waiting}: "
                "try again when some have ended"
            )
        due_at = None if deadline_s is None else time.time() + deadline_s
        call = self.store.add_call(
            kept.name, verb, args, who, priority, due_at, key, person, attended
        )
        self._watch_deadline(call)
        return call

    def _watch_deadline(self, call: CallRow) -> None:
        if call.due_at is not None:
            heapq.heappush(self._due, (call.due_at, call.number))

    def cancel(self, number: int, why: str) -> CallRow:
        """A call is not wanted any more: at once where it has not begun, else at its next safe point.
        Raises NoSuchCallError."""
        call = self.store.call(number)
        if call is None:
            raise NoSuchCallError(f"expected the number of a call, got {number}")
        kept = self.agents.get(call.agent)
        if call.state in st.OPEN and kept is not None:
            if call.number in kept.given and kept.say is not None:
                kept.say({"cancel": call.number, "why": why})
            else:
                kept.over(call, st.CANCELLED, why)
        return call

    # --- what happens ---------------------------------------------------------------------------

    def hello(self, name: str, secret: str, pid: int, say: Say, said: Mapping[str, Any]) -> Kept:
        """A process says whose it is. Raises DaemonError for one that is nobody's."""
        kept = self.agents.get(name)
        if kept is None or not secret or kept.row.secret != secret or not kept.live:
            raise DaemonError(
                f"expected a process that this daemon started for {name!r}, got another"
            )
        if kept.process is None:  # the last daemon started it, and died before it knew its number
            if kept.phase is not Phase.RESTARTING:
                raise DaemonError(f"expected agent {name} to have a process, got none")
            kept.found_alive(AgentProcess.of(pid))
            assert kept.process is not None
            self._watch(kept.process, kept)
        elif kept.process.pid != pid:
            raise DaemonError(f"expected process {kept.process.pid} of {name}, got {pid}")
        kept.hello(say, [int(n) for n in said.get("has", ())])
        return kept

    def died(self, kept: Kept) -> None:
        """Its process has ended."""
        if self._groups is not None and not kept.then and self._groups.ran_out(kept.name):
            kept.then = f"over its budget of {kept.spec.budgets.memory_mb:g} MB of memory"
        kept.died()
        if self._groups is not None:
            self._groups.remove(kept.name)
        if kept.doomed and not kept.live:
            self.forget(kept)

    def poll(self) -> None:
        """What is due: call it a few times a second."""
        now_s = time.monotonic()
        gap_s = now_s - self._polled_s
        self._polled_s = now_s
        if gap_s > _LATE_S:  # we stood still ourselves: nobody's silence counts for that time
            for kept in self.agents.values():
                kept.heard_s += gap_s
        while self._due and self._due[0][0] <= time.time():
            call = self.store.call(heapq.heappop(self._due)[1])
            if call is not None and call.agent in self.agents:
                self.agents[call.agent].late(call)
        for kept in list(self.agents.values()):
            try:
                kept.poll(now_s)
            except LLMAgentOSError as exc:  # a full disk: the next poll tries again
                _log.warning("agent %s: %s", kept.name, exc)
        if now_s - self._measured_s >= MEASURE_S:
            self._measured_s = now_s
            self._measure()
        elif now_s - self._looked_s >= MEMORY_S:
            self._looked_s = now_s
            for kept in self.agents.values():
                if kept.process is not None and kept.spec.budgets.memory_mb is not None:
                    self._check_memory(kept, resident_mb(kept.process.pid))

    def _measure(self) -> None:
        by_pid = {k.process.pid: k for k in self.agents.values() if k.process is not None}
        for pid, use in self._meter.measure(by_pid).items():
            kept = by_pid[pid]
            kept.use = use
            self._check_memory(kept, use.memory_mb)
            most = kept.spec.budgets.cores
            if most is None or self._groups is not None or not self._meter.whole(pid):
                continue
            if use.cores > most * 1.1 and kept.phase is not Phase.STARTING:
                self._over_budget(kept, f"used {use.cores:.2f} of {most:g} cores for 10 s")

    def _check_memory(self, kept: Kept, memory_mb: float) -> None:
        most = kept.spec.budgets.memory_mb
        if most is not None and memory_mb > most:
            self._over_budget(kept, f"used {memory_mb:.0f} of {most:g} MB of memory")

    def _over_budget(self, kept: Kept, words: str) -> None:
        if not kept.then and kept.live and kept.phase is not Phase.STOPPING:
            kept.fail(f"stopped, over its budget: it {words}")

    def close(self, why: str) -> bool:
        """The daemon ends: every agent ends well and is wanted again. Whether all are gone."""
        for kept in self.agents.values():
            if kept.live and kept.phase not in (Phase.STOPPING, Phase.RESTARTING):
                kept.stop(why, wanted=kept.row.wanted)
        return all(kept.process is None for kept in self.agents.values())


def _whole(spec: AgentSpec) -> dict[str, float]:
    """What it takes, of what was declared; memory and cores are judged when it starts."""
    return dict(spec.budgets.needs)


def _free_memory_gb() -> float:
    from llmagentos.scheduling.resources import FOUND

    return FOUND["memory_gb"]()
