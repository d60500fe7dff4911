"""Task by task in the order in which they came, each to who asks least for it then: to compare with.

Knows: its rule. Does not know: what comes later, which is what it is worse for.
"""

from __future__ import annotations

from llmagentos.fleet.auction import Allocation, Auction, Goal, Policy
from llmagentos.fleet.policies.one_by_one import Won, pay, rounds_won, settled


class Greedy(Policy):
    """goal "sum": bids are what a task costs more; "latest": when the robot would be done. Who wins is
    credited the second lowest bid (goal "sum"). A robot with limited room or with tours gains by false
    bids (tests/fleet/test_fleet_lies.py finds such)."""

    name, pays = "greedy", True

    def __init__(self, goal: Goal = "sum") -> None:
        self.goal: Goal = goal

    def divide(self, auction: Auction) -> Allocation:
        """See Policy."""
        state = Won(self.goal)
        for task in auction.tasks:
            bids = rounds_won(auction, state, [task])[task.id]
            pay(auction, state, task, bids)
        return settled(auction, state)
