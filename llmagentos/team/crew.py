"""The arms of a team, as whoever carries out a sentence asks them.

Knows: the calls. Does not know: whether they are simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from llmagentos.fleet.table import Job, Seat
from llmagentos.ports.skills import SkillReport
from llmagentos.types import Hand, Scene


@dataclass(frozen=True)
class JobNews:
    """Something about a job. began: whether it begins now; else report says how it ended."""

    job: Job
    began: bool
    report: SkillReport | None = None


class Crew(Protocol):
    """Arms that work side by side, each behind its own gate, and are never where another one may be."""

    @property
    def seats(self) -> Sequence[Seat]:
        """Where each arm stands; the first one's frame is all seats'."""
        ...

    @property
    def now_s(self) -> float:
        """The clock of all, seconds."""
        ...

    def scene(self) -> Scene:
        """What stands where now, in the shared frame; its workspace is the whole table's."""
        ...

    def holds(self) -> Mapping[str, str]:
        """Who holds what: arms by the id of the thing."""
        ...

    def hand(self, name: str) -> Hand:
        """Where an arm's hand is, shared frame, and how far open."""
        ...

    def begin(self, jobs: Sequence[Job]) -> None:
        """Take jobs on; nothing moves before the first tick. What is under way is dropped."""
        ...

    def tick(self) -> list[JobNews]:
        """About 0.1 s for all arms, or less when all is done; what began and ended in it. A job whose
        predecessor failed is not begun, and ends as failed."""
        ...

    @property
    def busy(self) -> bool:
        """Whether jobs are open, or an arm is on its way home from one."""
        ...

    def stop(self) -> list[SkillReport]:
        """Ramp all arms down at once, keep holding; where each one is. Open jobs are dropped."""
        ...

    def reset(self) -> None:
        """The world was set up anew."""
        ...
