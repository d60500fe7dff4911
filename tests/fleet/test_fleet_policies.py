"""Every policy: no task lost or given twice, nobody gets what it can't, reasons; and what each promises."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmagentos.errors import FleetError
from llmagentos.fleet import (
    POLICIES,
    Auction,
    FleetTask,
    Member,
    Table,
    Tour,
    ask_here,
    divide,
    find,
)
from llmagentos.fleet.auction import Allocation, Policy
from llmagentos.fleet.policies.best_response import BestResponse, is_equilibrium
from llmagentos.fleet.policies.greedy import Greedy
from llmagentos.fleet.policies.sequential import SequentialAuction

ABILITIES = ("pick", "drive", "see")
CASES = st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(0, 2**32 - 1))


def fleet(robots: int, tasks: int, seed: int) -> tuple[list[FleetTask], list[Member]]:
    """Random places, abilities, room, worth."""
    rng = np.random.default_rng(seed)

    def some(chance: float) -> tuple[str, ...]:
        return tuple(a for a in ABILITIES if rng.random() < chance)

    def place() -> tuple[float, float]:
        return (float(rng.uniform(0, 10)), float(rng.uniform(0, 10)))

    members = [
        Member(
            f"r{i}",
            some(0.8),
            "",
            place(),
            float(rng.choice([0.0, 0.5, 1.0])),
            int(rng.integers(1, 6)),
        )
        for i in range(robots)
    ]
    wanted = [
        FleetTask(f"t{i}", "", some(0.2), place() if rng.random() < 0.9 else None,
                  float(rng.uniform(1, 20)), float(rng.choice([8.0, 40.0, 3600.0])))
        for i in range(tasks)
    ]  # fmt: skip
    return wanted, members


def auction(case: tuple[int, int, int], silent: str = "") -> Auction:
    tasks, members = fleet(*case)
    bidders = {m.name: Tour(m, tasks) for m in members if m.name != silent}
    return Auction(tasks, members, ask_here(bidders))


@pytest.mark.parametrize("name", POLICIES)
@settings(max_examples=80, deadline=None)
@given(case=CASES, silent=st.sampled_from(["", "r0", "r1"]))
def test_each_task_is_given_once_or_left_for_a_reason(
    name: str, case: tuple[int, int, int], silent: str
) -> None:
    held = auction(case, silent)
    found = find(name).divide(held)
    placed = sorted([*found.left, *(t for tasks in found.given.values() for t in tasks)])
    assert placed == [t.id for t in held.tasks]
    assert all(found.left.values()) and set(found.why) == set(placed) - set(found.left)
    by_id = {t.id: t for t in held.tasks}
    for robot, tasks in found.given.items():
        member = held.members[robot]
        assert not tasks or robot != silent
        assert len(tasks) <= member.most
        assert not any(member.lacks(by_id[t]) for t in tasks)
        assert not tasks or math.isfinite(found.costs_s[robot])


@pytest.mark.parametrize("name", [n for n, p in POLICIES.items() if p().pays])
@settings(max_examples=80, deadline=None)
@given(case=CASES)
def test_who_bids_truly_never_loses(name: str, case: tuple[int, int, int]) -> None:
    held = auction(case)
    found = find(name).divide(held)
    for robot, tasks in found.given.items():
        if tasks:
            assert found.paid_s[robot] >= found.costs_s[robot] - 1e-6


@settings(max_examples=150, deadline=None)
@given(case=CASES)
def test_best_response_ends_in_an_equilibrium_not_later_than_its_start(
    case: tuple[int, int, int],
) -> None:
    held = auction(case)
    found = BestResponse().divide(held)
    assert is_equilibrium(held, {n: list(t) for n, t in found.given.items()})
    start = SequentialAuction("latest").divide(auction(case))
    assert found.latest_s <= start.latest_s + 1e-9


def test_best_response_moves_where_the_auction_ends_in_no_equilibrium() -> None:
    moved = 0
    for seed in range(60):
        held = auction((4, 6, seed))
        policy = BestResponse()
        policy.divide(held)
        moved += policy.moves > 0
    assert moved > 3  # else the test above shows nothing of the moves


def test_the_sorted_loads_fall_with_every_move() -> None:
    """The potential itself, on tables with hard cases for it: random moves, not only the best ones."""
    rng = np.random.default_rng(3)
    steps = 0
    for _ in range(30):
        costs = rng.integers(1, 20, (3, 6)).astype(float)
        at = rng.integers(0, 3, 6)
        while True:
            loads = [costs[r, at == r].sum() for r in range(3)]
            better = [
                (j, r)
                for j, r in product(range(6), range(3))
                if r != at[j] and loads[r] + costs[r, j] < loads[at[j]]
            ]
            if not better:
                break
            j, r = better[rng.integers(len(better))]
            at[j] = r
            now = sorted((costs[k, at == k].sum() for k in range(3)), reverse=True)
            assert now < sorted(loads, reverse=True)
            steps += 1
    assert steps > 30


def brute(held: Auction, goal: str) -> tuple[int, float]:
    """Most tasks done, then the least sum or the earliest end, over all ways."""
    names = [*held.members, ""]
    best = (1, math.inf)
    for way in product(names, repeat=len(held.tasks)):
        bundles = {
            n: frozenset(t.id for t, w in zip(held.tasks, way, strict=True) if w == n)
            for n in held.members
        }
        costs = [held.cost_s(n, b) for n, b in bundles.items()]
        if all(map(math.isfinite, costs)):
            value = math.fsum(costs) if goal == "sum" else max(costs)
            best = min(best, (-sum(w != "" for w in way), value))
    return best


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_vcg_over_bundles_is_the_optimum(seed: int) -> None:
    tasks, members = fleet(3, 4, seed)
    tasks = [FleetTask(t.id, t.what, t.needs, t.at_m, t.work_s) for t in tasks]
    held = Auction(tasks, members, ask_here({m.name: Tour(m, tasks) for m in members}))
    found = find("vcg-bundles").divide(held)
    done, least = brute(held, "sum")
    assert (-done, found.sum_s) == (len(tasks) - len(found.left), pytest.approx(least))


def test_vcg_gives_one_each_and_is_the_optimum_of_that() -> None:
    rng = np.random.default_rng(5)
    for _ in range(20):
        costs = rng.uniform(1, 100, (4, 4))
        tasks = [FleetTask(f"t{i}") for i in range(4)]
        members = [Member(f"r{i}", most=1) for i in range(4)]
        tables = {f"r{i}": Table({f"t{j}": costs[i, j] for j in range(4)}, 1) for i in range(4)}
        held = Auction(tasks, members, ask_here(tables))
        assert find("vcg").divide(held).sum_s == pytest.approx(brute(held, "sum")[1])


def test_sequential_sums_stay_within_twice_the_optimum() -> None:
    """Lagoudakis et al., 2005: for ways without work."""
    for seed in range(25):
        rng = np.random.default_rng(seed)
        tasks = [
            FleetTask(f"t{i}", at_m=tuple(rng.uniform(0, 10, 2)), work_s=1e-6) for i in range(5)
        ]
        members = [
            Member(f"r{i}", at_m=tuple(rng.uniform(0, 10, 2)), speed_mps=1.0) for i in range(2)
        ]
        held = Auction(tasks, members, ask_here({m.name: Tour(m, tasks) for m in members}))
        assert SequentialAuction().divide(held).sum_s <= 2 * brute(held, "sum")[1] + 1e-3


def test_a_tour_is_the_shortest_and_grows_with_each_task() -> None:
    for seed in range(30):
        tasks, members = fleet(1, 6, seed)
        tour = Tour(Member("r", ABILITIES, "", members[0].at_m, 1.0), tasks)
        ids = [t.id for t in tasks]
        for n in range(1, len(ids) + 1):
            assert tour.cost_s(frozenset(ids[:n])) > tour.cost_s(frozenset(ids[: n - 1]))


def test_words_say_why() -> None:
    tasks = [
        FleetTask("cup", "bring the cup", ("pick",), (1.0, 0.0)),
        FleetTask("roof", "fly to the roof", ("fly",)),
        FleetTask("far", "look", (), (900.0, 0.0), worth_s=60),
    ]
    members = [
        Member("ann", ("pick",), at_m=(0, 0), speed_mps=1),
        Member("bob", at_m=(2, 0), speed_mps=1),
    ]
    found = divide(tasks, members)
    assert found.given == {"ann": ("cup",), "bob": ()}
    assert found.why == {"cup": "ann bid 11.0 s, bob can't"}
    assert found.left["roof"] == "nobody can do it: ann lacks fly, bob lacks fly"
    assert found.left["far"] == "the lowest bid is 908.0 s, and it is worth 60.0 s"


def test_one_that_answers_nonsense_is_left_out() -> None:
    tasks = [FleetTask("a"), FleetTask("b")]
    members = [Member("good"), Member("bad")]

    def ask(wanted: dict[str, list[frozenset[str]]]) -> dict[str, list[float]]:
        return {
            n: [len(b) * 5.0 if n == "good" else math.nan for b in bundles]
            for n, bundles in wanted.items()
        }

    for policy in (
        Greedy(),
        SequentialAuction("latest"),
        find("vcg"),
        find("vcg-bundles"),
        BestResponse(),
    ):
        found: Allocation = policy.divide(Auction(tasks, members, ask))
        assert not found.given["bad"] and found.given["good"]


def test_errors_say_what_was_expected() -> None:
    with pytest.raises(
        FleetError, match=r"expected a policy of best-response, sequential, vcg, .* got 'lottery'"
    ):
        find("lottery")
    with pytest.raises(FleetError, match="every task once, got 'a' again"):
        divide([FleetTask("a"), FleetTask("a")], [])
    with pytest.raises(FleetError, match="at most 8 tasks for policy 'vcg-bundles', got 9"):
        divide([FleetTask(f"t{i}") for i in range(9)], [Member("r")], "vcg-bundles")
    with pytest.raises(FleetError, match=r"work and worth above 0 s, got .* nan"):
        FleetTask("a", work_s=math.nan)
    with pytest.raises(FleetError, match="for a member, got 'a/b'"):
        Member("a/b")

    class Loses(Policy):
        def divide(self, auction: Auction) -> Allocation:
            return auction.result({}, {}, {})

    with pytest.raises(FleetError, match=r"expected each of the tasks \['a'\] once, got \[\]"):
        divide([FleetTask("a")], [Member("r")], Loses())
