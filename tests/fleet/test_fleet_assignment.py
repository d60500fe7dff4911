"""The cheapest pairs against all permutations, and the sums without each row against solving anew."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from llmagentos.fleet.assignment import cheapest_pairs, least_without_each

MATRICES = st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(0, 2**32 - 1), st.booleans())


def made(rows: int, more: int, seed: int, whole: bool) -> np.ndarray:
    rng = np.random.default_rng(seed)
    costs = rng.normal(0, 10, (rows, rows + more))
    return np.round(costs / 5) * 5 if whole else costs  # equal costs, too


def least(costs: np.ndarray) -> float:
    rows, columns = costs.shape
    ways = permutations(range(columns), rows)
    return min(float(costs[range(rows), way].sum()) for way in map(list, ways))


@settings(max_examples=200, deadline=None)
@given(MATRICES)
def test_pairs_are_the_cheapest(case: tuple[int, int, int, bool]) -> None:
    costs = made(*case)
    pairs = cheapest_pairs(costs)
    assert len(set(pairs.tolist())) == len(costs)
    assert np.isclose(costs[np.arange(len(costs)), pairs].sum(), least(costs))


@settings(max_examples=200, deadline=None)
@given(MATRICES)
def test_the_sums_without_each_row(case: tuple[int, int, int, bool]) -> None:
    costs = made(*case)
    without = least_without_each(costs, cheapest_pairs(costs))
    anew = [least(np.delete(costs, row, axis=0)) for row in range(len(costs))]
    assert np.allclose(without, anew)


def test_a_hundred_rows_are_paired_as_by_solving_anew() -> None:
    costs = np.random.default_rng(7).random((100, 130))
    pairs = cheapest_pairs(costs)
    without = least_without_each(costs, pairs)
    for row in (0, 50, 99):
        rest = np.delete(costs, row, axis=0)
        assert np.isclose(without[row], rest[np.arange(99), cheapest_pairs(rest)].sum())
