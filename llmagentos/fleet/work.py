"""What a robot brings to a fleet: its costs, doing a task, coming to rest.

Knows: the calls. Does not know: buses, leases, or what a task means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmagentos.fleet.bids import Bidder, Tour
from llmagentos.fleet.values import FleetTask, Member
from llmagentos.messaging import register


@dataclass(frozen=True)
class Rest:
    """What a robot measured after a stop. rests: whether nothing moves. measured: how it knows."""

    rests: bool
    measured: str


register(Rest, name="fleet.Rest")


@dataclass(frozen=True)
class Turn:
    """A robot's right to work on a task. token: for a Fence. go_on: raises TaskEndedError once the lease is
    over, or the task was taken back or stopped; whoever works asks before each act that others can see,
    and gives up what it holds on the way out."""

    task: FleetTask
    token: int
    go_on: Callable[[], None]


class Work(ABC):
    """A robot's side; calls come from threads of the fleet's, `do` from one."""

    @abstractmethod
    def do(self, turn: Turn) -> str:
        """Carry a task out; what came of it, in words. What it raises is a failed task."""

    @abstractmethod
    def stop(self) -> Rest:
        """Come to rest within half a second, and measure it. `do` is ended by its turn."""

    def go_on(self) -> None:  # noqa: B027 - most need not know
        """After a stop: tasks come again."""

    def is_done(self, task: FleetTask) -> bool:
        """Look whether the world shows that it is done already: asked where another robot was lost in
        the middle of it, so that nothing is done twice."""
        return False

    def member(self, member: Member) -> Member:
        """The member as it is now: where it is."""
        return member

    def bidder(
        self, member: Member, held: Sequence[FleetTask], tasks: Sequence[FleetTask]
    ) -> Bidder:
        """Its costs. held: what it has already, in its order; tasks: what it may bid for."""
        at, busy = member, 0.0
        for task in held:
            busy += Tour(at, [task]).cost_s(frozenset({task.id}))
            at = member if task.at_m is None else _moved(at, task.at_m)
        room = member.most - len(held)
        if room < 1:
            return NoRoom(busy)
        return Tour(_moved(at, at.at_m, room), tasks, busy)


class NoRoom(Bidder):
    """Takes nothing more. busy_s: what it is bound to already."""

    def __init__(self, busy_s: float = 0.0) -> None:
        self._busy = busy_s

    def cost_s(self, bundle: frozenset[str]) -> float:
        """See Bidder."""
        return float("inf") if bundle else self._busy


def _moved(member: Member, at_m: tuple[float, float], most: int = 0) -> Member:
    return Member(member.name, member.abilities, member.role, at_m, member.speed_mps,
                  most or member.most)  # fmt: skip
