"""Sequential single-item auction: in each round the lowest of all bids on all open tasks wins its task.

Knows: its rule. Does not know: bundles that are good together and not one by one.

Lagoudakis et al., "Auction-Based Multi-Robot Routing", Robotics: Science and Systems, 2005: on tours with
the triangle inequality and no work at the places, bids of what a task costs more (goal "sum") give at
most twice the least sum; bids of when the robot would be done (goal "latest") at most 2n times the
earliest end of n robots. benchmarks/fleet_allocation.py says what it is in the mean.
"""

from __future__ import annotations

from llmagentos.fleet.auction import Allocation, Auction, Goal, Policy
from llmagentos.fleet.policies.one_by_one import Won, lowest, pay, rounds_won, settled


class SequentialAuction(Policy):
    """goal: as of Greedy. Each round asks only whoever has won the last one anew (the others' costs have
    not changed). Who wins is credited the second lowest bid on that task (goal "sum"): it loses nothing
    by true bids, and may gain by false ones."""

    name, pays = "sequential", True

    def __init__(self, goal: Goal = "sum") -> None:
        self.goal: Goal = goal

    def divide(self, auction: Auction) -> Allocation:
        """See Policy."""
        state, open_tasks = Won(self.goal), list(auction.tasks)
        while open_tasks:
            bids = rounds_won(auction, state, open_tasks)
            order = {task.id: place for place, task in enumerate(open_tasks)}
            task = min(open_tasks, key=lambda t: (*lowest(bids[t.id]), order[t.id]))
            pay(auction, state, task, bids[task.id])
            open_tasks.remove(task)
        return settled(auction, state)
