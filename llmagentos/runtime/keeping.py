"""A graph that is kept alive: what died is started again, and what hangs is ended first.

Knows: bring-up's JSON lines, which tell each node's state, and the processes they are about. Does
not know: ROS, or what a node does.

A process that lives and says nothing (frozen, or caught in a loop that never lets its heartbeat
through) is no better than a dead one, and nobody would restart it: it is killed, once it was heard
before and bring-up has missed it for HANGS_S. Of one that the kernel has stopped nothing is to be
waited for: it is killed as soon as it is missed.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.runtime.processes import Process, ProcessManager

#: A node that bring-up calls missing for so long, on top of the silence that made it say so, hangs.
HANGS_S = 2.0
_MISSING = "missing"


class GraphState:
    """The nodes' life-cycle states, from bring-up's JSON lines."""

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self._news: list[tuple[str, str]] = []
        self._told: set[tuple[str, str]] = set()
        self.was_ready = False
        self._ready = False

    def take(self, lines: list[str]) -> bool:
        """Read new lines; True when the graph has just become active."""
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                said = json.loads(line)
                words = said.get("note") or _problem(said)
                if words:
                    self._news.append((said["node"], words))
                if "state" in said:
                    self.states[said["node"]] = said["state"]
        ready = self.ready
        rose, self._ready = ready and not self._ready, ready
        self.was_ready = self.was_ready or ready
        return rose

    def news(self) -> list[tuple[str, str]]:
        """Nodes, and what there is to tell of them; each once."""
        out = [each for each in dict.fromkeys(self._news) if each not in self._told]
        self._told.update(out)
        self._news.clear()
        return out

    @property
    def failed(self) -> bool:
        """Whether a node cannot be brought up, and was asked for the last time."""
        return "failed" in self.states.values()

    @property
    def ready(self) -> bool:
        """Whether the agent, which comes last, and all before it are active."""
        return "agent" in self.states and all(s == "active" for s in self.states.values())


def _problem(said: Mapping[str, Any]) -> str:
    """Why a node could not be configured; its silence while it starts is no news."""
    if said.get("state") not in ("refused", "failed") or not said.get("reason"):
        return ""
    return f"{said['state']}: {said['reason']}"


@dataclass
class _Node:
    """One node's process. heard: whether it was ever heard; others: whether bring-up still speaks of
    the process before it; since_s: since when it is missed."""

    pid: int | None = None
    heard: bool = False
    others: bool = False
    since_s: float | None = None


class GraphKeeper:
    """Keeps the processes of one graph. clock: monotonic seconds."""

    def __init__(
        self, manager: ProcessManager, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.manager, self.graph, self._clock = manager, GraphState(), clock
        #: Whether the graph has become active in the last poll.
        self.rose = False
        self._nodes: dict[str, _Node] = {}
        self._ended: list[tuple[str, str]] = []

    def poll(self) -> list[Process]:
        """Restart what died, read bring-up's lines, end what hangs; processes that changed. Call it
        a few times a second."""
        changed = self.manager.poll()
        self.rose = self.graph.take(self.manager.lines("bringup"))
        for name, state in self.graph.states.items():
            self._look(name, state)
        return changed

    def ended(self) -> list[tuple[str, str]]:
        """Processes that were ended because they hung, with the reason in words; each once."""
        out, self._ended = self._ended, []
        return out

    def _look(self, name: str, state: str) -> None:
        node, pid = self._nodes.setdefault(name, _Node()), self._pid(name)
        if pid is None:
            return
        if pid != node.pid:
            # What bring-up says is of the process before, until it has missed that.
            node.heard, node.others = False, node.pid is not None
            node.pid, node.since_s = pid, None
        if state != _MISSING:
            node.heard, node.since_s = not node.others, None
            return
        node.others = False
        node.since_s = self._clock() if node.since_s is None else node.since_s
        if node.heard and (self._clock() - node.since_s > HANGS_S or _is_stopped(pid)):
            node.heard = False
            self.manager.kill(name)
            self._ended.append((name, f"it hangs (pid {pid}): killed, to be started again"))

    def _pid(self, name: str) -> int | None:
        """The process of a node; None where it has none of its own, or that does not run."""
        try:
            return self.manager.get(name).pid
        except KeyError:
            return None


def _is_stopped(pid: int) -> bool:
    """Whether a signal has stopped a process (Linux); a debugger that holds it is another matter."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] == ["T"]
