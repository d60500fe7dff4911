"""How far each policy's allocations are from the best ones, all on the same problems in one run.

    python -m benchmarks.fleet_allocation            # 200 problems
    python -m benchmarks.fleet_allocation --problems 20

Knows: random rooms, the optimum over all ways to divide. Does not know: how a policy works.

Tours: robots and tasks at random places of a room of 10 m x 10 m, 0.5 m/s, 5 to 20 s of work at each; the
optimum is over all ways to divide the tasks. Pairs: one task a robot, costs by straight ways; the optimum
is the cheapest pairing.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from llmagentos.fleet import Auction, FleetTask, Member, Policy, Tour, ask_here
from llmagentos.fleet.assignment import cheapest_pairs
from llmagentos.fleet.policies.best_response import BestResponse
from llmagentos.fleet.policies.greedy import Greedy
from llmagentos.fleet.policies.sequential import SequentialAuction
from llmagentos.fleet.policies.vcg import VCG, BundleVCG, best_bundles, gains_of


@dataclass(frozen=True)
class Row:
    """A policy on one kind of problem. sum_ratio, end_ratio: its sum of costs, and its last end, against the
    optimum's, mean; *_worst: the largest; questions, rounds: mean; ms: median time to divide."""

    problem: str
    policy: str
    sum_ratio: float
    sum_worst: float
    end_ratio: float
    end_worst: float
    questions: float
    rounds: float
    ms: float


TOURS: dict[str, Policy] = {
    "greedy": Greedy(),
    "greedy, latest": Greedy("latest"),
    "sequential": SequentialAuction(),
    "sequential, latest": SequentialAuction("latest"),
    "best-response": BestResponse(),
    "vcg-bundles": BundleVCG(),
}
PAIRS: dict[str, Policy] = {
    "greedy": Greedy(),
    "sequential": SequentialAuction(),
    "vcg": VCG(),
}


def problem(robots: int, tasks: int, seed: int, most: int = 1000) -> Auction:
    """A random one; the same for the same numbers."""
    rng = np.random.default_rng(seed)

    def place() -> tuple[float, float]:
        return float(rng.uniform(0, 10)), float(rng.uniform(0, 10))

    members = [Member(f"r{i}", at_m=place(), speed_mps=0.5, most=most) for i in range(robots)]
    wanted = [
        FleetTask(f"t{i}", at_m=place(), work_s=float(rng.uniform(5, 20))) for i in range(tasks)
    ]
    return Auction(wanted, members, ask_here({m.name: Tour(m, wanted) for m in members}))


def best_tours(held: Auction) -> tuple[float, float]:
    """The least sum, and the earliest last end, over all ways to divide."""
    names = list(held.members)
    gains = gains_of(held, names)
    worth = sum(task.worth_s for task in held.tasks)
    least = worth - best_bundles(gains, len(held.tasks))[0]
    full = (1 << len(held.tasks)) - 1
    costs = [[_worth(held, bits) - own[bits] for bits in range(full + 1)] for own in gains]
    ends = costs[0]
    for own in costs[1:]:
        now = []
        for bits in range(full + 1):
            part, best = bits, math.inf
            while True:
                best = min(best, max(own[part], ends[bits ^ part]))
                if not part:
                    break
                part = (part - 1) & bits
            now.append(best)
        ends = now
    return least, ends[full]


def _worth(held: Auction, bits: int) -> float:
    return sum(task.worth_s for i, task in enumerate(held.tasks) if bits >> i & 1)


def best_pairs(held: Auction) -> tuple[float, float]:
    """The least sum of one task a robot; no optimum of the last end (NaN)."""
    rows = [(n, frozenset({t.id})) for n in held.members for t in held.tasks]
    costs = np.reshape(held.costs_s(rows), (len(held.members), len(held.tasks)))
    return float(costs[np.arange(len(costs)), cheapest_pairs(costs)].sum()), math.nan


def measured(name: str, robots: int, tasks: int, problems: int) -> Iterator[Row]:
    """One row a policy."""
    pairs = name.startswith("pairs")
    most = 1 if pairs else 1000
    best = [
        (best_pairs if pairs else best_tours)(problem(robots, tasks, seed, most))
        for seed in range(problems)
    ]
    for words, policy in (PAIRS if pairs else TOURS).items():
        ratios, ends, questions, rounds, times = [], [], [], [], []
        for seed in range(problems):
            held = problem(robots, tasks, seed, most)
            began = time.perf_counter()
            found = policy.divide(held)
            times.append(time.perf_counter() - began)
            assert not found.left, found.left
            ratios.append(found.sum_s / best[seed][0])
            ends.append(found.latest_s / best[seed][1])
            questions.append(found.questions)
            rounds.append(found.rounds)
        sums = float(np.mean(ratios)), float(np.mean(ends))
        yield Row(
            name,
            words,
            sum_ratio=round(sums[0], 3),
            sum_worst=round(max(ratios), 3),
            end_ratio=round(sums[1], 3),
            end_worst=round(max(ends), 3),
            questions=round(float(np.mean(questions)), 1),
            rounds=round(float(np.mean(rounds)), 1),
            ms=round(float(np.median(times)) * 1e3, 2),
        )


def table(rows: list[Row]) -> str:
    """Markdown."""
    heads = (
        "problem, policy, sum / least (worst), last end / earliest (worst), questions, rounds, ms"
    )
    lines = ["| " + heads.replace(", ", " | ") + " |", "|" + "---|" * 7]
    for r in rows:
        end = "" if math.isnan(r.end_ratio) else f"{r.end_ratio:.2f} ({r.end_worst:.2f})"
        lines.append(
            f"| {r.problem} | {r.policy} | {r.sum_ratio:.2f} ({r.sum_worst:.2f}) | {end} | "
            f"{r.questions:.0f} | {r.rounds:.0f} | {r.ms:.1f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rows = [
        *measured("tours: 3 robots, 7 tasks", 3, 7, args.problems),
        *measured("pairs: 20 robots, 20 tasks", 20, 20, args.problems),
    ]
    print(json.dumps([asdict(r) for r in rows]) if args.json else table(rows))


if __name__ == "__main__":
    main()
