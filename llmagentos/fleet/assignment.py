"""The cheapest pairing of rows with columns, and what it costs without each row.

Knows: one matrix of costs. Does not know: robots or tasks. Own code because the only library for it,
SciPy, would be ten times as large as what uses it here; tests hold it against all permutations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cheapest_pairs(costs: NDArray[np.float64]) -> NDArray[np.intp]:
    """costs: [n, m], n <= m, finite. Each row's column, [n], no column twice, with the least sum.

    Shortest augmenting paths with potentials, O(n^2 m): Jonker and Volgenant, "A shortest augmenting
    path algorithm for dense and sparse linear assignment problems", Computing 38, 1987.
    """
    rows, columns = costs.shape
    row_price = np.zeros(rows)
    column_price = np.zeros(columns)
    row_of = np.full(columns, -1)
    for start in range(rows):
        reached = np.zeros(columns, dtype=bool)
        way = np.full(columns, np.inf)
        came_from = np.full(columns, -1)
        row, last, lowest = start, -1, 0.0
        while True:
            through = lowest + costs[row] - row_price[row] - column_price
            nearer = ~reached & (through < way)
            way[nearer], came_from[nearer] = through[nearer], last
            open_way = np.where(reached, np.inf, way)
            last = int(np.argmin(open_way))
            lowest = float(way[last])
            reached[last] = True
            if row_of[last] < 0:
                break
            row = int(row_of[last])
        done = reached.copy()
        done[last] = False
        row_price[start] += lowest
        row_price[row_of[done]] += lowest - way[done]
        column_price[done] -= lowest - way[done]
        while last >= 0:  # hand the columns on along the path
            before = int(came_from[last])
            row_of[last] = start if before < 0 else row_of[before]
            last = before
    found = np.full(rows, -1, dtype=np.intp)
    matched = row_of >= 0
    found[row_of[matched]] = np.flatnonzero(matched)
    return found


def least_without_each(costs: NDArray[np.float64], pairs: NDArray[np.intp]) -> NDArray[np.float64]:
    """The least sum of all other rows, [n], for each row that is taken away, given the cheapest pairs.

    A row that goes leaves its column free; what the others gain by it is the shortest way on which one
    takes that column, another one what that leaves, and so on. There is no way that gains and comes back
    to where it began, since the pairs are the cheapest: Bellman and Ford's steps end.
    """
    rows = len(costs)
    own = costs[np.arange(rows), pairs]
    takes = costs[:, pairs] - own[:, None]  # [r, s]: row r goes from its column to that of row s
    total = float(own.sum())
    least = np.empty(rows)
    for gone in range(rows):
        gain = takes[:, gone].copy()
        gain[gone] = np.inf
        for _ in range(rows):
            step = np.minimum(gain, (takes + gain[None, :]).min(axis=1))
            step[gone] = np.inf
            if np.array_equal(step, gain):
                break
            gain = step
        least[gone] = total - own[gone] + min(0.0, float(gain.min()))
    return least
