"""Jobs that fail in every way, and the contract that every executor of sim.jobs keeps.

Here, not in a test file: workers in other processes import it by name.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.errors import SceneError


@dataclass(frozen=True)
class Job:
    """What to do, and where to note that it was begun."""

    number: int
    do: str = "draw"
    notes: str = ""

    def __str__(self) -> str:
        return f"job {self.number}"


class Draw:
    """Draws by the job's number, or fails as it says. Remembers how many jobs it has done."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self, job: Job) -> Any:
        times = self._note(job)
        if job.do == "raise":
            raise KeyError("no such thing")
        if job.do == "refuse":
            raise SceneError("expected a scene, got none")
        if job.do == "die" or (job.do == "die once" and times == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        self.done += 1
        return os.getpid(), np.random.default_rng(job.number).random(100)

    def _note(self, job: Job) -> int:
        if not job.notes:
            return 0
        path = Path(job.notes) / str(job.number)
        with path.open("a") as file:
            file.write("x")
        return path.stat().st_size


def drawn(results: list[Any]) -> Any:
    """What was drawn, without by whom."""
    return np.stack([numbers for _, numbers in results])
