"""How much there is of what: found on this machine, or declared.

Knows: cores, memory, disk, GPU memory, and what a person declares (arms, cameras, models). Does not
know: who has what (book.py).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from llmagentos.errors import SchedulingError
from llmagentos.scheduling import gpu
from llmagentos.scheduling.book import EPSILON, Book
from llmagentos.scheduling.states import at_work

_GB = 1e9


def capacities(declared: Mapping[str, float] | None = None) -> dict[str, float]:
    """What is found here (`cores`, `memory_gb` that is available now, `disk_gb` free in the user's
    home, `gpu_memory_gb` free on one GPU), and over it what is declared:
    {"arm": 1, "cores": 1}. Declared as 0: there is none."""
    return {name: find() for name, find in FOUND.items()} | dict(declared or {})


def _cores() -> float:
    return float(len(os.sched_getaffinity(0)))


def _memory_gb() -> float:
    """Of the machine, or what the control group of this process may still take, if that is less."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    kilobytes = {name: int(rest.split()[0]) for name, rest in (row.split(":") for row in lines)}
    there = kilobytes["MemAvailable"] * 1024
    group = Path("/sys/fs/cgroup")
    limit, now = group / "memory.max", group / "memory.current"
    if limit.exists() and (text := limit.read_text(encoding="ascii").strip()) != "max":
        there = min(there, int(text) - int(now.read_text(encoding="ascii")))
    return max(there, 0) / _GB


def _disk_gb() -> float:
    return shutil.disk_usage(Path.home()).free / _GB


def _gpu_memory_gb() -> float:
    """Free on the GPU that has most; 0 where there is none, or nobody says."""
    return gpu.free_gb()


FOUND: Mapping[str, Callable[[], float]] = {
    "cores": _cores,
    "memory_gb": _memory_gb,
    "disk_gb": _disk_gb,
    "gpu_memory_gb": _gpu_memory_gb,
}


def admit(book: Book, name: str, needs: Mapping[str, float]) -> None:
    """Whether there is room for it right now, for those who do not want to stand in line.

    Raises SchedulingError in words that help: "needs 1.2 memory_gb, 0.8 free: stop tidy or wait".
    """
    used = book.used()
    for resource, amount in needs.items():
        there = book.capacity.get(resource, 0.0)
        free = there - used.get(resource, 0.0)
        if amount <= free + EPSILON:
            continue
        having = [
            t.spec.name for t in book if at_work(t.state) and t.spec.needs.get(resource, 0.0) > 0
        ]
        way = f"stop {' or '.join(having)}, or wait" if amount <= there else "there is no more"
        raise SchedulingError(f"{name}: needs {amount:g} {resource}, {free:g} free: {way}")
