"""What agents use of the machine, and how they are kept within it.

Knows: /proc, control groups of version 2, limits of processes. Does not know: agents' phases, or
what is said when one is over its budget.

Where the daemon's own control group is delegated to it (a systemd unit with Delegate=yes), the
kernel keeps memory and processor time of each agent. Elsewhere the daemon watches: memory four times
a second, processor time on the average of AVERAGE_S, and whoever is over is stopped.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Over so many seconds an agent's use of cores is averaged.
AVERAGE_S = 10.0
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PERIOD_US = 100_000


@dataclass
class Use:
    """What one agent uses now. memory_mb: resident, of all processes of its session (what they
    share is counted in each); cores: on the average of AVERAGE_S; cpu_s: since it began."""

    processes: int = 0
    memory_mb: float = 0.0
    cores: float = 0.0
    cpu_s: float = 0.0


@dataclass
class _Past:
    times: deque[tuple[float, float]] = field(default_factory=deque)


class Meter:
    """Measures sessions of processes: an agent's process leads one, and what it starts is in it."""

    def __init__(self) -> None:
        self._past: dict[int, _Past] = {}

    def measure(self, leaders: Iterable[int]) -> dict[int, Use]:
        """By the process that leads. One look through /proc."""
        wanted = {pid: Use() for pid in leaders}
        for leader in set(self._past) - set(wanted):
            del self._past[leader]
        if not wanted:
            return {}
        for entry in os.listdir("/proc"):  # noqa: PTH208 - a second of a hundred agents counts
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat", "rb") as file:  # noqa: PTH123
                    # behind the name, which may hold anything: state ppid pgrp session ...
                    row = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            use = wanted.get(int(row[3]))
            if use is not None:
                use.processes += 1
                use.memory_mb += int(row[21]) * _PAGE / 1e6
                use.cpu_s += (int(row[11]) + int(row[12])) / _TICKS
        now = time.monotonic()
        for leader, use in wanted.items():
            use.cores = self._average(leader, now, use.cpu_s)
        return wanted

    def _average(self, leader: int, now: float, cpu_s: float) -> float:
        times = self._past.setdefault(leader, _Past()).times
        times.append((now, cpu_s))
        while len(times) > 2 and now - times[1][0] >= AVERAGE_S:
            times.popleft()
        since, before = times[0]
        return max(cpu_s - before, 0.0) / (now - since) if now > since else 0.0

    def whole(self, leader: int) -> bool:
        """Whether the average is over the whole time."""
        times = self._past.get(leader, _Past()).times
        return bool(times) and times[-1][0] - times[0][0] >= AVERAGE_S * 0.9


def resident_mb(pid: int) -> float:
    """Of one process alone; 0 where it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123 - four times a second each
            return int(file.read().split()[1]) * _PAGE / 1e6
    except OSError:
        return 0.0


def ticks_of(pid: int) -> int | None:
    """When a process began, clock ticks after boot: with its number it is known again. None where it
    is gone, or dead and not yet buried."""
    try:
        row = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if row[0] in (b"Z", b"X") else int(row[19])


class ControlGroups:
    """Groups of the kernel for agents, where they may be made. base: the group that is delegated."""

    def __init__(self, base: Path) -> None:
        self._base = base

    @classmethod
    def found(
        cls, own: Path = Path("/proc/self/cgroup"), mounted: Path = Path("/sys/fs/cgroup")
    ) -> ControlGroups | None:
        """Those of this process, with memory and processor time in them; None where there are none,
        or somebody else's."""
        with contextlib.suppress(OSError, ValueError):
            lines = own.read_text(encoding="ascii").splitlines()
            path = next((line[3:] for line in lines if line.startswith("0::")), None)
            if path is None:
                return None
            base = mounted / path.lstrip("/")
            there = (base / "cgroup.controllers").read_text(encoding="ascii").split()
            if not {"memory", "cpu"} <= set(there) or not os.access(base / "cgroup.procs", os.W_OK):
                return None
            # a group with groups in it may hold no processes itself
            leaf = base / "daemon"
            leaf.mkdir(exist_ok=True)
            for pid in (base / "cgroup.procs").read_text(encoding="ascii").split():
                (leaf / "cgroup.procs").write_text(pid, encoding="ascii")
            (base / "cgroup.subtree_control").write_text("+memory +cpu", encoding="ascii")
            return cls(base)
        return None

    def put(self, name: str, pid: int, memory_mb: float | None, cores: float | None) -> None:
        """A process, and all that it starts, into its agent's group. Raises OSError."""
        group = self._base / f"agent-{name}"
        group.mkdir(exist_ok=True)
        most = "max" if memory_mb is None else str(int(memory_mb * 1e6))
        (group / "memory.max").write_text(most, encoding="ascii")
        with contextlib.suppress(OSError):  # no swap here
            (group / "memory.swap.max").write_text("0", encoding="ascii")
        quota = "max" if cores is None else str(int(cores * _PERIOD_US))
        (group / "cpu.max").write_text(f"{quota} {_PERIOD_US}", encoding="ascii")
        (group / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def ran_out(self, name: str) -> bool:
        """Whether the kernel has ended something in the group for want of memory."""
        with contextlib.suppress(OSError):
            events = (self._base / f"agent-{name}/memory.events").read_text(encoding="ascii")
            rows = dict(line.split() for line in events.splitlines())
            return int(rows.get("oom_kill", 0)) > 0
        return False

    def remove(self, name: str) -> None:
        """All processes in it, however they hid, and the group."""
        group = self._base / f"agent-{name}"
        with contextlib.suppress(OSError):
            (group / "cgroup.kill").write_text("1", encoding="ascii")
        with contextlib.suppress(OSError):
            group.rmdir()


def lacks(
    needs: Mapping[str, float],
    there: Mapping[str, float],
    used: Mapping[str, Mapping[str, float]],
) -> str:
    """Why an agent can't begin now, in words that help; "" where it can.

    needs, there: so much of each resource. used: by agent, what those have that are there now.
    """
    for resource, amount in needs.items():
        if resource not in there:
            known = ", ".join(sorted(there)) or "nothing"
            return f"needs {amount:g} {_unit(resource)}, and of that nothing was declared ({known} were)"
        having = {
            name: mine[resource] for name, mine in used.items() if mine.get(resource, 0.0) > 0
        }
        free = there[resource] - sum(having.values())
        if amount <= free + 1e-9:
            continue
        said = f"needs {amount:g} {_unit(resource)}, {max(free, 0.0):.3g} free"
        if amount > there[resource]:
            return f"{said}: there is {there[resource]:.3g} in all"
        enough = [n for n, has in sorted(having.items()) if has + free + 1e-9 >= amount]
        names = [f"{n} ({having[n]:.3g})" for n in enough or sorted(having)]
        joined = (" or " if enough else " and ").join(names)
        return f"{said}: stop {joined}"
    return ""


def _unit(resource: str) -> str:
    return "GB of memory" if resource == "memory_gb" else resource
