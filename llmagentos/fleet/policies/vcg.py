"""Vickrey-Clarke-Groves: the best allocation by what is bid, and credits that make true bids best.

Knows: the rule, for one task a robot and for bundles. Does not know: whether bids are true; no robot gains
by false ones.

Each robot is credited what the others are better off for it: (what all gain) - (what the others would
gain without it) + (its own bid). What it keeps after its true cost is then what all gain by its true
cost and the others' bids, less something it has no hand in; the allocation makes just that as large as
it can be if the robot bids its true cost. So true bids are a dominant strategy, and who bids truly never
loses (what the others gain without it is never more than what all gain). Vickrey 1961, Clarke 1971, Groves
1973; Nisan, Roughgarden, Tardos, Vazirani, "Algorithmic Game Theory", 2007, ch. 9. This holds for one
round: nothing is promised to one that bids falsely now to gain in a later round. It holds only with the
true optimum, which is why the form for bundles takes few tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from llmagentos.errors import FleetError
from llmagentos.fleet.assignment import cheapest_pairs, least_without_each
from llmagentos.fleet.auction import Allocation, Auction, Policy
from llmagentos.fleet.bids import Bundle
from llmagentos.fleet.values import FleetTask

#: Stands for infinity in sums, seconds; larger than any worth.
_NEVER = 1e15
#: Bundles are 2^n, and ways to divide them 3^n.
MOST_TASKS = 8


class VCG(Policy):
    """At most one task a robot; others wait for the next round. Any number of robots and tasks: each is
    asked once, for each task by itself. least: sum of (cost - worth)."""

    name, pays, truthful = "vcg", True, True

    def divide(self, auction: Auction) -> Allocation:
        """See Policy."""
        tasks, names = auction.tasks, list(auction.members)
        rows = [(name, task) for name in names for task in tasks]
        asked = auction.costs_s((n, frozenset({t.id})) for n, t in rows)
        idle = auction.costs_s((n, frozenset[str]()) for n in names)
        costs = np.reshape(np.array(asked, dtype=float), (len(names), len(tasks)))
        more = costs - np.where(np.isfinite(idle), idle, 0.0)[:, None]
        worth = np.array([task.worth_s for task in tasks])
        # a column of its own for each robot that gets nothing: 0 for its owner and for all others
        gains = np.where(np.isfinite(more) & (more <= worth), more - worth, _NEVER)
        matrix = np.hstack([gains, np.zeros((len(names), len(names)))])
        pairs = cheapest_pairs(matrix)
        without = least_without_each(matrix, pairs)
        all_gain = float(matrix[np.arange(len(names)), pairs].sum())
        given: dict[str, list[str]] = {}
        why: dict[str, str] = {}
        paid: dict[str, float] = {}
        for row, name in enumerate(names):
            if pairs[row] >= len(tasks):
                continue
            task = tasks[pairs[row]]
            given[name] = [task.id]
            bid = float(more[row, pairs[row]])
            paid[name] = float(without[row]) - all_gain + bid
            bids = dict(zip(names, map(float, more[:, pairs[row]]), strict=True))
            able = {n: bids[n] for n in auction.able(task)}
            why[task.id] = f"{auction.why_won(task, able, name)}; least for all together"
        taken = {task for won in given.values() for task in won}
        left = {t.id: _why_left(auction, t, more[:, i]) for i, t in enumerate(tasks)
                if t.id not in taken}  # fmt: skip
        return auction.result(given, left, why, paid)


def _why_left(auction: Auction, task: FleetTask, bids: Sequence[float] | np.ndarray) -> str:
    least = float(min(bids, default=math.inf))
    if least <= task.worth_s:
        return "waits: every robot that can do it has another task in this round"
    return auction.why_nobody(task, least)


class BundleVCG(Policy):
    """Any bundle to any robot, of at most eight tasks. Raises FleetError for more."""

    name, pays, truthful = "vcg-bundles", True, True

    def divide(self, auction: Auction) -> Allocation:
        """See Policy."""
        if len(auction.tasks) > MOST_TASKS:
            raise FleetError(
                f"expected at most {MOST_TASKS} tasks for policy '{self.name}', got "
                f"{len(auction.tasks)}: use sequential, or vcg with one task a robot"
            )
        names = list(auction.members)
        gains = gains_of(auction, names)
        best, chosen = best_bundles(gains, len(auction.tasks))
        given: dict[str, list[str]] = {}
        why: dict[str, str] = {}
        paid: dict[str, float] = {}
        for row, name in enumerate(names):
            won = [t for i, t in enumerate(auction.tasks) if chosen[row] >> i & 1]
            if not won:
                continue
            given[name] = [t.id for t in won]
            others = best_bundles(gains[:row] + gains[row + 1 :], len(auction.tasks))[0]
            idle, cost = auction.costs_s([(name, frozenset[str]()), (name, frozenset(given[name]))])
            paid[name] = best - others + cost - idle
            said = f"{name} bid {cost - idle:.1f} s for {', '.join(given[name])}; least for all together"
            why |= {t.id: said for t in won}
        taken = {task for won_ids in given.values() for task in won_ids}
        left = {t.id: _why_dear(auction, t) for t in auction.tasks if t.id not in taken}
        return auction.result(given, left, why, paid)


def _why_dear(auction: Auction, task: FleetTask) -> str:
    alone = [auction.cost_s(n, frozenset({task.id})) for n in auction.able(task)]
    least = min(alone, default=math.inf)
    if least <= task.worth_s:
        return "all together gain more without it"
    return auction.why_nobody(task, least)


def gains_of(auction: Auction, names: Sequence[str]) -> list[list[float]]:
    """Worth less cost of each bundle, [robot][bits of tasks]; -infinity for what it can't."""
    bundles = [_bundle(auction.tasks, bits) for bits in range(1 << len(auction.tasks))]
    worth = [sum(t.worth_s for t in auction.tasks if t.id in b) for b in bundles]
    costs = auction.costs_s((name, bundle) for name in names for bundle in bundles)
    out = []
    for row in range(len(names)):
        own = costs[row * len(bundles) : (row + 1) * len(bundles)]
        idle = own[0] if math.isfinite(own[0]) else 0.0
        gains = [
            w - (c - idle) if math.isfinite(c) else -math.inf
            for w, c in zip(worth, own, strict=True)
        ]
        gains[0] = 0.0
        out.append(gains)
    return out


def best_bundles(gains: Sequence[Sequence[float]], tasks: int) -> tuple[float, list[int]]:
    """The largest sum of gains and each robot's bundle as bits, over all ways to divide, robot after
    robot over all subsets of what is left: O(robots 3^tasks)."""
    full = (1 << tasks) - 1
    best = [0.0] * (full + 1)  # of the robots so far, with these tasks to choose from
    choices: list[list[int]] = []
    for own in gains:
        now, choice = list(best), [0] * (full + 1)
        for bits in range(full + 1):
            part = bits
            while part:
                value = best[bits ^ part] + own[part]
                if value > now[bits]:
                    now[bits], choice[bits] = value, part
                part = (part - 1) & bits
        best = now
        choices.append(choice)
    chosen, bits = [0] * len(gains), full
    for row in range(len(gains) - 1, -1, -1):
        chosen[row] = choices[row][bits]
        bits ^= chosen[row]
    return best[full], chosen


def _bundle(tasks: Sequence[FleetTask], bits: int) -> Bundle:
    return frozenset(task.id for i, task in enumerate(tasks) if bits >> i & 1)
