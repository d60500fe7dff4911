"""Who is in a fleet and what is to be done.

Knows: members with roles and abilities, tasks with needs, as they travel over the bus. Does not know:
who does what, or how bids are made.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from llmagentos.errors import FleetError
from llmagentos.messaging import register

#: What becomes of a task whose robot was lost in the middle of it: begun again from the start by
#: another robot, or kept for a person to decide.
HalfDone = Literal["again", "ask"]
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class Member:
    """A robot. name: of letters, digits, _ . and -. role: a word for people ("carrier"); a task may need
    it as it needs an ability. abilities: words ("pick", "drive"). at_m: where it is, x and y in the
    fleet's frame, metres. speed_mps: how fast it drives; 0: it stands. most: so many tasks at a time."""

    name: str
    abilities: tuple[str, ...] = ()
    role: str = ""
    at_m: tuple[float, float] = (0.0, 0.0)
    speed_mps: float = 0.0
    most: int = 1000

    def __post_init__(self) -> None:
        _checked("a member", self.name)
        finite = all(math.isfinite(v) for v in (*self.at_m, self.speed_mps))
        if not finite or self.speed_mps < 0 or self.most < 1:
            raise FleetError(
                f"expected {self.name} at a finite place with a speed of at least 0 m/s and 1 task or "
                f"more, got {self.at_m}, {self.speed_mps} and {self.most}"
            )

    def lacks(self, task: FleetTask) -> tuple[str, ...]:
        """What the task needs and this robot has not."""
        has = {*self.abilities, self.role}
        return tuple(need for need in task.needs if need not in has)


@dataclass(frozen=True)
class FleetTask:
    """Something to be done once. id: the same id is the same task, however often it is handed in. what: the
    command or the words for it. needs: abilities or a role. at_m: where, in the fleet's frame, metres;
    None: anywhere. work_s: how long it takes there. worth_s: what it may cost at most, seconds of a
    robot's time; a task that is dearer waits. half_done: see HalfDone."""

    id: str
    what: str = ""
    needs: tuple[str, ...] = ()
    at_m: tuple[float, float] | None = None
    work_s: float = 10.0
    worth_s: float = 3600.0
    half_done: HalfDone = "again"

    def __post_init__(self) -> None:
        _checked("a task", self.id)
        numbers = (self.work_s, self.worth_s, *(self.at_m or ()))
        if not all(math.isfinite(v) for v in numbers) or self.work_s <= 0 or self.worth_s <= 0:
            raise FleetError(
                f"expected task '{self.id}' at a finite place with work and worth above 0 s, got "
                f"{self.at_m}, {self.work_s} and {self.worth_s}"
            )
        if self.half_done not in ("again", "ask"):
            raise FleetError(
                f"expected half_done of again or ask for task '{self.id}', got {self.half_done!r}"
            )


def _checked(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise FleetError(f"expected a name of letters, digits, _ . and - for {what}, got {name!r}")


register(Member, name="fleet.Member")
register(FleetTask, name="fleet.Task")
