"""Rows that need a graph of processes: injected over ROS, by a process that has ROS.

Knows: what each is called, what it must come to, and how that process is asked. Does not know: ROS,
nor how anything is injected there (llmagentos_ros.faults).
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmagentos.errors import DriverError
from sim.faults.fault import Fault, Found, Needs
from sim.faults.lab import Lab

#: A row takes no longer than this, its graph's start included, seconds.
_PATIENCE_S = 600.0
_END_S = 60.0


class GraphLab:
    """The process that has ROS; it starts with the first row that needs it.

    argv: its command; env: its environment, with ROS in it.
    """

    def __init__(self, argv: Sequence[str], env: Mapping[str, str]) -> None:
        self._argv, self._env = tuple(argv), dict(env)
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.Queue[str | None] = queue.Queue()

    def inject(self, name: str) -> Found:
        """Inject a fault by its name, and what was measured. DriverError where the graph broke, or
        nothing was heard in time."""
        process = self._started()
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended: that is told below
            process.stdin.write(json.dumps({"fault": name}) + "\n")
            process.stdin.flush()
        try:
            line = self._said.get(timeout=_PATIENCE_S)
        except queue.Empty:
            self.close()
            raise DriverError(f"expected an answer within {_PATIENCE_S:.0f} s, got none") from None
        if line is None:
            self.close()
            raise DriverError(f"expected an answer, got the end of {' '.join(self._argv)}")
        said: dict[str, Any] = json.loads(line)
        if "error" in said:
            raise DriverError(said["error"])
        return Found(said["figures"], said["words"])

    def close(self) -> None:
        """End it, and the graph that it has."""
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(_END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._said = queue.Queue()
            # In a session of its own: Ctrl-C is for whoever has started it, who ends it then.
            self._process = subprocess.Popen(
                self._argv, env=self._env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, start_new_session=True,
            )  # fmt: skip
            reads = (self._process, self._said)
            threading.Thread(target=_read, args=reads, daemon=True).start()
        return self._process


def _read(process: subprocess.Popen[str], said: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("{"):
            said.put(line)
    said.put(None)


def by_name(name: str) -> Callable[[Lab], Found]:
    """The injection that the process with ROS knows by this name."""

    def inject(lab: Lab) -> Found:
        assert lab.graphs is not None
        return lab.graphs.inject(name)

    return inject


_PLANNER = "step ends or STOP ≤ 250 ms; respawn ≤ 10 s; no resume by itself"
_PLANNER_LIMITS = {
    "neither ended nor stopped": 0.0, "respawn s": 10.0, "resumed": 0.0,
    "commands that failed after it": 0.0,
}  # fmt: skip
_STOP = {"rest after ms": 250.0, "resumed": 0.0}
_CLOCKS = "watchdogs unaffected; old and future stamps rejected"
#: What is done, by the name of its injection.
_ROWS: tuple[tuple[str, int, str, str, str, Mapping[str, float]], ...] = (
    (
        "planner killed", 1, "planner killed mid-motion", _PLANNER,
        "kill -9 of the planner's process while its plan is carried out", _PLANNER_LIMITS,
    ),
    (
        "planner frozen", 2, "planner frozen mid-motion", _PLANNER,
        "SIGSTOP of the planner's process while its plan is carried out", _PLANNER_LIMITS,
    ),
    (
        "executor killed", 3, "executor killed", "STOP ≤ 250 ms",
        "kill -9 of its process, with the supervisor in it, in mid-motion",
        {**_STOP, "taken before a reset": 0.0},
    ),
    (
        "executor frozen", 3, "executor frozen", "STOP ≤ 250 ms",
        "SIGSTOP of its process, with the supervisor in it, in mid-motion; 1.5 s later SIGCONT",
        _STOP,
    ),
    (
        "joint states nan", 9, "NaN joint state", "STOP ≤ 250 ms over ROS; no crash",
        "over ROS, every joint state has a NaN from mid-motion on",
        {"rest after ms": 250.0, "crashes": 0.0},
    ),
    *(
        (
            name, 27, "stamps skewed ±1 s", _CLOCKS,
            f"over ROS, every picture's stamp is off by {by:+.0f} s",
            {"commands that went on": 0.0, "moved": 0.0},
        )
        for name, by in (("pictures early", 1.0), ("pictures late", -1.0))
    ),
    (
        "joint states twice", 27, "stamps skewed ±1 s", _CLOCKS,
        "over ROS, joint states come twice, the second time after a newer one",
        {"commands that failed": 0.0},
    ),
    (
        "slow subscriber", 32, "slow subscriber", "control jitter < 20 %",
        "a stranger reads every topic and needs 1 s for each message",
        {"jitter more by %": 20.0, "commands that failed": 0.0},
    ),
    (
        "network parted", 33, "network partition", "STOP ≤ 250 ms",
        "between the robot and all others nothing comes through for 2 s (their relay is frozen)",
        _STOP,
    ),
    (
        "rogue publisher at rest", 34, "rogue publisher", "no rogue motion",
        "a foreign node sends 100 trajectories while the arm rests", {"moved rad": 0.005},
    ),
    (
        "rogue publisher in motion", 34, "rogue publisher", "no rogue motion",
        "a foreign node sends 100 trajectories while a command is carried out",
        {"rest after ms": 250.0, "went where the stranger wanted": 0.0},
    ),
    (
        "battery low", 41, "battery low", "20 % warn, 10 % refuse, 5 % park",
        "a driver tells 19, 9 and, while a command is carried out, 4 %",
        {"not warned at 19 %": 0.0, "taken at 9 %": 0.0, "not parked at 4 %": 0.0},
    ),
    (
        "planner out of memory", 47, "memory limit", "only the planner dies",
        "the planner gets no more memory (RLIMIT_AS) and is asked for a long plan in mid-motion",
        {
            "others that died": 0.0, "neither ended nor stopped": 0.0,
            "commands that failed after it": 0.0,
        },
    ),
)  # fmt: skip
#: Those whose graph has a relay in it: they come last, and share that one.
RELAYED = frozenset(
    {"joint states nan", "pictures early", "pictures late", "joint states twice", "network parted"}
)
FAULTS = tuple(
    Fault(
        number, fault, required, injected, limits, by_name(name), Needs.ROS,
        turn=2 if name in RELAYED else 1,
    )
    for name, number, fault, required, injected, limits in _ROWS
)  # fmt: skip
#: The names that the process with ROS has to know.
NAMES = frozenset(row[0] for row in _ROWS)
