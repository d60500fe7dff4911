"""What a base that drives offers, whether its wheels turn or only a map in memory changes.

Knows: the calls, and how they end. Does not know: maps, laser scans, wheels, ROS, nor what is said.

Positions are in the map frame (REP 105: map, odom, base_link). What a drive comes to is told by the
same reports as a skill's (ports.skills), with the failures that `DRIVE_FAILURES` lists.
"""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport
from llmagentos.types import BaseState, MapPose, NamedPlace

Side = Literal["left", "right", "nearer"]

#: What a drive may end with besides success.
DRIVE_FAILURES: frozenset[Failure] = frozenset(
    {
        Failure.INVALID_ACTION,
        Failure.STOPPED,
        Failure.NO_WAY,
        Failure.WAY_BLOCKED,
        Failure.LOST,
        Failure.NO_WALL,
        Failure.TIMEOUT,
        Failure.NO_ANSWER,
    }
)


@runtime_checkable
class Base(Protocol):
    """A base that drives, one drive at a time.

    The life of a drive: `go_to`, `go_by` or `follow_wall`, then `tick` until the report's status is
    not RUNNING; from then on `tick` gives that same report. A drive that is begun while another is
    under way takes its place. Numbers that it can't take are reported (INVALID_ACTION), never
    raised. The base never touches anything: it ends with WAY_BLOCKED before it would.

    speed: a share of the usual one, above 0; the base's own limits hold whatever it is.
    """

    def state(self) -> BaseState:
        """Where it believes to stand now, and the places that it knows."""
        ...

    def go_to(self, goal: MapPose, speed: float = 1.0) -> None:
        """Begin to drive to a pose, round what stands in the way. Nothing moves before a tick."""
        ...

    def go_by(self, ahead_m: float, turn_rad: float = 0.0, speed: float = 1.0) -> None:
        """Begin to drive straight ahead (back where negative) so far, and then turn on the spot,
        counter-clockwise positive."""
        ...

    def follow_wall(self, side: Side = "nearer", speed: float = 1.0) -> None:
        """Begin to drive along a wall, keeping it on that side, until stopped or the wall ends
        (which is success)."""
        ...

    def tick(self) -> SkillReport:
        """About 0.1 s of robot time, or less when the drive ends."""
        ...

    def stop(self) -> SkillReport:
        """Brake, and say where it stands. Always a FAILED report with Failure.STOPPED, idle or not;
        `tick` gives it from then on."""
        ...

    def name_place(self, name: str) -> NamedPlace:
        """Give the place where it stands a name, instead of any place that had it; kept as long as
        the map is. Raises ValueError for a name that is empty."""
        ...
