"""Whether a robot gains by false bids: searched for where none may be, and found where some are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmagentos.fleet import Auction, Bidder, FleetTask, Member, Table, ask_here, find
from llmagentos.fleet.bids import Bundle

TASKS = 3
IDS = [f"t{i}" for i in range(TASKS)]
SEEDS = st.integers(0, 2**32 - 1)
COSTS = st.lists(
    st.sampled_from([0.0, 1.0, 5.0, 9.0, 20.0, 31.0, 1e6]) | st.floats(0, 60),
    min_size=8,
    max_size=8,
)


class AnyBundle(Bidder):
    """A cost for every bundle, of no form at all. costs: by bits; the first is not used."""

    def __init__(self, costs: list[float]) -> None:
        self._costs = {
            frozenset(t for i, t in enumerate(IDS) if bits >> i & 1): cost
            for bits, cost in enumerate(costs)
        }
        self._costs[frozenset()] = 0.0

    def cost_s(self, bundle: Bundle) -> float:
        """See Bidder."""
        return self._costs[bundle]


def kept(
    policy: str, bidders: dict[str, Bidder], true: Bidder, worth: list[float], robot: str = "r0"
) -> float:
    """What `robot` keeps: its credit less its true cost."""
    tasks = [FleetTask(t, worth_s=w) for t, w in zip(IDS, worth, strict=True)]
    members = [Member(name) for name in bidders]
    found = find(policy).divide(Auction(tasks, members, ask_here(bidders)))
    return found.paid_s.get(robot, 0.0) - true.cost_s(frozenset(found.given[robot]))


def world(policy: str, seed: int) -> tuple[dict[str, Bidder], list[float]]:
    """Two to four robots with true costs, and what tasks are worth."""
    rng = np.random.default_rng(seed)
    worth = [float(w) for w in rng.uniform(5, 60, TASKS)]
    names = [f"r{i}" for i in range(int(rng.integers(2, 5)))]
    if policy == "vcg-bundles":
        return {n: AnyBundle(list(rng.uniform(0, 60, 8))) for n in names}, worth
    most = 1 if policy == "vcg" else int(rng.integers(1, 3))
    return {
        n: Table(dict(zip(IDS, rng.uniform(0, 60, TASKS), strict=True)), most) for n in names
    }, worth


def lie(policy: str, costs: list[float], most: int = 1) -> Bidder:
    if policy == "vcg-bundles":
        return AnyBundle(costs)
    return Table(dict(zip(IDS, costs, strict=False)), most)


@pytest.mark.parametrize("policy", ["vcg", "vcg-bundles"])
@settings(max_examples=400, deadline=None)
@given(seed=SEEDS, costs=COSTS)
def test_no_lie_pays_where_true_bids_are_promised_to_be_best(
    policy: str, seed: int, costs: list[float]
) -> None:
    assert find(policy).truthful
    bidders, worth = world(policy, seed)
    honest = kept(policy, bidders, bidders["r0"], worth)
    assert honest >= -1e-6  # and nobody loses who takes part
    false = kept(policy, {**bidders, "r0": lie(policy, costs)}, bidders["r0"], worth)
    assert false <= honest + 1e-6


@pytest.mark.parametrize("policy", ["vcg", "vcg-bundles"])
def test_no_lie_out_of_many_near_the_truth_pays(policy: str) -> None:
    """A search that climbs: the truth with some costs a little or much changed."""
    rng = np.random.default_rng(11)
    for seed in range(25):
        bidders, worth = world(policy, seed)
        true = bidders["r0"]
        subsets = [frozenset(t for i, t in enumerate(IDS) if b >> i & 1) for b in range(8)]
        base = (
            [true.cost_s(s) for s in subsets]
            if policy == "vcg-bundles"
            else [true.cost_s(frozenset({t})) for t in IDS]
        )
        honest = kept(policy, bidders, true, worth)
        for _ in range(40):
            said = [
                max(0.0, c + rng.choice([0.0, rng.normal(0, 3), rng.normal(0, 30)])) for c in base
            ]
            assert kept(policy, {**bidders, "r0": lie(policy, said)}, true, worth) <= honest + 1e-6


@pytest.mark.parametrize("policy", ["greedy", "sequential"])
def test_lies_that_pay_are_found_where_nothing_is_promised(policy: str) -> None:
    assert not find(policy).truthful
    gains = []
    for seed in range(40):
        bidders, worth = world(policy, seed)
        true = bidders["r0"]
        honest = kept(policy, bidders, true, worth)
        for said in itertools.product((0.0, 25.0, 1e6), repeat=TASKS):
            most = true._most  # type: ignore[attr-defined]
            gains.append(
                kept(policy, {**bidders, "r0": lie(policy, list(said), most)}, true, worth) - honest
            )
    assert max(gains) > 1.0


def test_a_lie_in_a_greedy_division_that_a_person_can_follow() -> None:
    """Ann has room for one. By true bids she gets the first task for 10 and keeps 10 - 9 = 1. She says she
    can't do it, gets the second one for 30, and keeps 30 - 5 = 25. Under vcg the same lie gains nothing."""
    bob = Table({"t0": 10.0, "t1": 30.0}, 1000)
    ann, feigned = Table({"t0": 9.0, "t1": 5.0}, 1), Table({"t1": 5.0}, 1)
    worth = [60.0] * TASKS
    assert kept("greedy", {"r0": ann, "r1": bob}, ann, worth) == pytest.approx(1.0)
    assert kept("greedy", {"r0": feigned, "r1": bob}, ann, worth) == pytest.approx(25.0)
    honest = kept("vcg", {"r0": ann, "r1": bob}, ann, worth)
    assert kept("vcg", {"r0": feigned, "r1": bob}, ann, worth) <= honest
