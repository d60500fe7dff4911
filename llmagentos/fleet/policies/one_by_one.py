"""What greedy and sequential auctions have in common: one task is won at a time.

Knows: bids on single tasks beside what is won already, who wins, second prices. Does not know: which
task is next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmagentos.fleet.auction import Allocation, Auction, Goal
from llmagentos.fleet.values import FleetTask

#: One robot's bid on one task, by robot.
Bids = Mapping[str, float]


@dataclass
class Won:
    """What is won so far. bids: the newest, by task and robot; stale: who has won since it bid."""

    goal: Goal
    bids: dict[str, dict[str, float]] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    given: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    why: dict[str, str] = field(default_factory=dict)
    paid_s: dict[str, float] = field(default_factory=dict)


def rounds_won(auction: Auction, state: Won, tasks: Sequence[FleetTask]) -> dict[str, Bids]:
    """One round: what each able robot asks for each task beside what it has won, seconds, by task. Only
    robots that have won since they bid are asked anew."""
    rows = [
        (task.id, name)
        for task in tasks
        for name in auction.able(task)
        if name in state.stale or task.id not in state.bids
    ]
    has = {name: frozenset(state.given.get(name, ())) for name in auction.members}
    wanted = [(name, has[name] | {task}) for task, name in rows]
    held = [(name, has[name]) for name in dict.fromkeys(name for _, name in rows)]
    costs = auction.costs_s([*wanted, *held])
    before = dict(zip((name for name, _ in held), costs[len(rows) :], strict=True))
    for task in tasks:
        state.bids.setdefault(task.id, {})
    for (task_id, name), cost in zip(rows, costs, strict=False):
        more = math.isfinite(cost) and state.goal == "sum"
        state.bids[task_id][name] = cost - before[name] if more else cost
    state.stale.clear()
    return {task.id: state.bids[task.id] for task in tasks}


def lowest(bids: Bids) -> tuple[float, str]:
    """The lowest bid and whose, the first by name of equal ones; infinity and "" for none."""
    return min(((bid, name) for name, bid in bids.items()), default=(math.inf, ""))


def pay(auction: Auction, state: Won, task: FleetTask, bids: Bids) -> None:
    """Give the task to the lowest bid, for the second lowest, or leave it."""
    bid, winner = lowest(bids)
    more_s = bid
    if math.isfinite(bid) and state.goal == "latest":  # worth is of what it costs more, not of when
        has = frozenset(state.given.get(winner, ()))
        more_s = bid - auction.cost_s(winner, has)
    if not more_s <= task.worth_s or math.isinf(bid):
        state.left[task.id] = auction.why_nobody(task, more_s)
        return
    state.given.setdefault(winner, []).append(task.id)
    state.stale.add(winner)
    state.why[task.id] = auction.why_won(task, bids, winner)
    if state.goal == "sum":
        others = [other for name, other in bids.items() if name != winner]
        price = min([*others, task.worth_s])
        state.paid_s[winner] = state.paid_s.get(winner, 0.0) + price


def settled(auction: Auction, state: Won) -> Allocation:
    """What came of it."""
    return auction.result(state.given, state.left, state.why, state.paid_s)
