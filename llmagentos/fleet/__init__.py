"""Several robots: who does what, what happens when one fails, and who is where when.

from llmagentos.fleet import FleetTask, Member, divide
print(divide([FleetTask("a", at_m=(1, 0))], [Member("r1", speed_mps=0.5)]).why)
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.fleet.auction import Allocation, Auction, Policy, ask_here
from llmagentos.fleet.bids import Bidder, Table, Tour
from llmagentos.fleet.policies import DEFAULT, POLICIES, find
from llmagentos.fleet.values import FleetTask, Member

__all__ = [
    "POLICIES",
    "Allocation",
    "Auction",
    "Bidder",
    "FleetTask",
    "Member",
    "Policy",
    "Table",
    "Tour",
    "divide",
]


def divide(
    tasks: Sequence[FleetTask], members: Sequence[Member], policy: str | Policy = DEFAULT
) -> Allocation:
    """Divide tasks among robots of which all is known here, by tours. Raises FleetError."""
    bidders = {member.name: Tour(member, tasks) for member in members}
    return find(policy).divide(Auction(tasks, members, ask_here(bidders)))
