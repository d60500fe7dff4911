"""Best response: each task goes where it would be done soonest, until none wants to move.

Knows: the game, and why it ends. Does not know: who bids truly; it pays nothing and promises nothing
against false bids.

The game is load balancing on unrelated machines: players are the tasks, a strategy is a robot that can do
the task, and what a task pays is when its robot is done with all it has, C_r(S_r). A pure Nash
equilibrium is an allocation in which no task would be done sooner by another robot, as the others are.

Potential: the robots' loads, sorted from the largest down, compared word by word. Say task j moves from
robot a to b because that is better: C_b(S_b + j) < C_a(S_a). Costs grow with each task, so C_a(S_a - j)
< C_a(S_a) too. The two loads that changed were C_a(S_a) and one not larger; now both are below C_a(S_a),
and no other has changed: the sorted loads have become smaller. There are finitely many allocations, so
none comes back and the moves end, and where they end is an equilibrium (Even-Dar, Kesselman, Mansour,
"Convergence time to Nash equilibria in load balancing", ACM Transactions on Algorithms 3(3), 2007). The
first of the sorted loads is when the last robot is done: no move makes it later, so the end is never
worse than the sequential auction that it begins with. "Costs grow" holds for tours over the shortest way
with work at each place, and for tables above 0; for bidders of another kind, moves stop with the first that
would break it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from llmagentos.fleet.auction import Allocation, Auction, Policy
from llmagentos.fleet.policies.sequential import SequentialAuction
from llmagentos.fleet.values import FleetTask

#: A move has to gain more than this share: rounding errors are no gain.
_GAIN = 1e-9


class BestResponse(Policy):
    """moves: how many there were in the last division. goal: "latest" by its nature."""

    name = "best-response"

    def __init__(self) -> None:
        self.moves = 0

    def divide(self, auction: Auction) -> Allocation:
        """See Policy."""
        start = SequentialAuction("latest").divide(auction)
        given = {name: list(tasks) for name, tasks in start.given.items()}
        why = dict(start.why)
        self.moves = 0
        tasks = [task for task in auction.tasks if task.id not in start.left]
        _ask_ahead(auction, tasks, given, list(auction.members))
        moved = True
        while moved:
            moved = False
            for task in tasks:
                changed = self._respond(auction, task, given, why)
                if changed:
                    moved = True
                    _ask_ahead(auction, tasks, given, changed)
        return auction.result(given, start.left, why)

    def _respond(
        self, auction: Auction, task: FleetTask, given: dict[str, list[str]], why: dict[str, str]
    ) -> list[str]:
        """The two robots between which it has moved; none where it stays."""
        holder = next(name for name, tasks in given.items() if task.id in tasks)
        ends = ends_by_robot(auction, task, given)
        best = min(ends, key=lambda name: (ends[name], name))
        if not ends[best] < ends[holder] * (1 - _GAIN):
            return []
        rest = frozenset(given[holder]) - {task.id}
        if not auction.cost_s(holder, rest) < ends[holder]:
            return []  # a bidder whose costs do not grow with each task: no potential, no move
        given[holder].remove(task.id)
        given[best].append(task.id)
        self.moves += 1
        why[task.id] = (
            f"{best} is done at {ends[best]:.1f} s with it, {holder} at {ends[holder]:.1f} s"
        )
        return [holder, best]


def _ask_ahead(
    auction: Auction, tasks: Sequence[FleetTask], given: Mapping[str, list[str]], robots: list[str]
) -> None:
    """Ask these robots at once for all that may be asked of them until one of them changes."""
    has = {name: frozenset(given.get(name, ())) for name in robots}
    more = ((n, has[n] | {t.id}) for t in tasks for n in robots if not auction.members[n].lacks(t))
    less = ((name, has[name] - {task}) for name in robots for task in has[name])
    auction.costs_s([*more, *less])


def ends_by_robot(
    auction: Auction, task: FleetTask, given: Mapping[str, list[str]]
) -> dict[str, float]:
    """When each able robot would be done with what it has and this task, seconds, the others as they
    are; the holder's own end as it is."""
    able = auction.able(task)
    costs = auction.costs_s((n, frozenset(given.get(n, ())) | {task.id}) for n in able)
    return dict(zip(able, costs, strict=True))


def is_equilibrium(auction: Auction, given: Mapping[str, list[str]]) -> bool:
    """Whether no given task would be done sooner by another robot."""
    for task in auction.tasks:
        holder = next((name for name, tasks in given.items() if task.id in tasks), "")
        if holder:
            ends = ends_by_robot(auction, task, given)
            if min(ends.values(), default=math.inf) < ends[holder] * (1 - _GAIN):
                return False
    return True
