"""Cheapest ways over a grid of costs: one call, `Search`, and who answers it.

Knows: cells and costs. Does not know: metres, robots, what a cost stands for.

A step between neighbours (also diagonal ones) costs its length, 1 or the root of 2, times the mean
of both cells' costs; no step cuts a blocked cell's corner. Dijkstra (1959) and A* (Hart, Nilsson,
Raphael 1968) find the cheapest way of such steps. Both take all cells whose estimate is within a
bucket at once, as numpy's arrays, and correct labels until none improves (delta-stepping: Meyer and
Sanders, Journal of Algorithms 49, 2003). Any-angle ways are in any_angle.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import NoWayError

Cell = tuple[int, int]
Costs = NDArray[np.float64]
_ROOT2 = math.sqrt(2)
#: Straight steps first; each diagonal needs the two straight cells beside it to be free.
STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1))
#: How much is taken at once, in mean costs of a straight step.
_BUCKET = 4.0


@dataclass(frozen=True)
class Route:
    """A way. cells: from start to goal, each (row, column), straight lines between them; cost: of
    all of it; looked_at: cells that were expanded."""

    cells: tuple[Cell, ...]
    cost: float
    looked_at: int


class Search(Protocol):
    """Finds ways. costs: [rows, columns], positive, infinite where blocked."""

    def __call__(self, costs: Costs, start: Cell, goal: Cell) -> Route:
        """A way from start to goal. NoWayError where there is none, or an end is blocked."""
        ...


def dijkstra(costs: Costs, start: Cell, goal: Cell) -> Route:
    """The cheapest way over neighbours; looks in all directions alike."""
    return _found(costs, start, goal, None)


def a_star(costs: Costs, start: Cell, goal: Cell) -> Route:
    """The cheapest way over neighbours; looks towards the goal first (octile distance times the
    least cost, which never says too much)."""
    return _found(costs, start, goal, octile(costs.shape, goal))


def cost_to(costs: Costs, goal: Cell) -> Costs:
    """What the cheapest way from every cell to the goal costs, [rows, columns]; infinite where there
    is none. NoWayError for a goal that is blocked or outside."""
    check_ends(costs, goal)
    field = _Field(costs)
    field.spread(goal, None, None)
    return field.inner()


def octile(shape: tuple[int, int], goal: Cell) -> Costs:
    """Length of the shortest way over neighbours with nothing in between, [rows, columns]."""
    rows = np.abs(np.arange(shape[0]) - goal[0])[:, None]
    columns = np.abs(np.arange(shape[1]) - goal[1])[None, :]
    return np.maximum(rows, columns) + (_ROOT2 - 1) * np.minimum(rows, columns)


def check_ends(costs: Costs, *cells: Cell) -> None:
    """NoWayError for cells that are outside or blocked."""
    for row, column in cells:
        if not (0 <= row < costs.shape[0] and 0 <= column < costs.shape[1]):
            raise NoWayError(f"expected a cell inside {costs.shape}, got {(row, column)}")
        if not math.isfinite(costs[row, column]):
            raise NoWayError(f"expected a free cell, got the blocked one {(row, column)}")


def _found(costs: Costs, start: Cell, goal: Cell, ahead: Costs | None) -> Route:
    check_ends(costs, start, goal)
    field = _Field(costs)
    looked_at = field.spread(start, goal, ahead)
    cost = field.value(goal)
    if not math.isfinite(cost):
        raise NoWayError(f"expected a way from {start} to {goal}, got none")
    return Route(field.back(goal, start), cost, looked_at)


class _Field:
    """Costs from one cell, on a flat array with a blocked border."""

    def __init__(self, costs: Costs) -> None:
        self._shape = costs.shape
        self._width = costs.shape[1] + 2
        self._costs = np.pad(costs, 1, constant_values=np.inf).ravel()
        self._offsets = np.array([r * self._width + c for r, c in STEPS])
        self._free = np.isfinite(self._costs)
        self._least = float(self._costs[self._free].min(initial=1.0))
        self._reached = np.full(len(self._costs), np.inf)
        self._half = np.array([0.5] * 4 + [_ROOT2 / 2] * 4)[:, None]

    def value(self, cell: Cell) -> float:
        return float(self._reached[self._index(cell)])

    def inner(self) -> Costs:
        rows, columns = self._shape
        return self._reached.reshape(rows + 2, columns + 2)[1:-1, 1:-1].copy()

    def _index(self, cell: Cell) -> int:
        return (cell[0] + 1) * self._width + cell[1] + 1

    def spread(self, start: Cell, goal: Cell | None, ahead: Costs | None) -> int:
        """Label cells with their cost from `start`, until the goal's cannot improve any more."""
        reached, width = self._reached, len(self._reached)
        guess = None
        if ahead is not None:
            guess = np.pad(ahead * self._least, 1).ravel()
        reached[self._index(start)] = 0.0
        end = -1 if goal is None else self._index(goal)
        waiting = np.array([self._index(start)])
        waits, order = np.zeros(width, dtype=bool), np.zeros(width, dtype=np.int64)
        bucket, looked_at = _BUCKET * self._least, 0
        while len(waiting):
            estimates = reached[waiting]
            if guess is not None:
                estimates = estimates + guess[waiting]
            least = float(estimates.min())
            if end >= 0 and least >= reached[end]:
                break
            now = estimates <= least + bucket
            batch, waiting = waiting[now], waiting[~now]
            waits[batch] = False
            looked_at += len(batch)
            fresh = self._relax(batch)
            fresh = fresh[~waits[fresh]]
            order[fresh] = np.arange(len(fresh))
            fresh = fresh[order[fresh] == np.arange(len(fresh))]  # each once
            waits[fresh] = True
            waiting = np.concatenate([waiting, fresh])
        return looked_at

    def _relax(self, batch: NDArray[np.int64]) -> NDArray[np.int64]:
        """Go on from these cells; returns those that became cheaper, some of them twice."""
        beside = batch + self._offsets[:, None]
        prices = self._prices(batch, beside)
        offers = self._reached[batch] + prices
        better = offers < self._reached[beside]
        cells, offers = beside[better], offers[better]
        np.minimum.at(self._reached, cells, offers)
        return cells

    def _prices(self, cells: NDArray[np.int64], beside: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of the steps to all neighbours, [8, N]; infinite where there is none."""
        costs = self._costs[beside]
        prices: NDArray[np.float64] = (costs + self._costs[cells]) * self._half
        free = self._free[beside[:4]]
        for diagonal in range(4):
            cut = ~(free[diagonal] & free[(diagonal + 1) % 4])
            prices[4 + diagonal, cut] = np.inf
        return prices

    def back(self, goal: Cell, start: Cell) -> tuple[Cell, ...]:
        """The way found, read from its end: each cell's cheapest way came over a neighbour."""
        at, first = self._index(goal), self._index(start)
        cells = [at]
        while at != first:
            here = np.array([at])
            beside = here + self._offsets[:, None]
            came = self._reached[beside[:, 0]] + self._prices(here, beside)[:, 0]
            at = int(beside[int(came.argmin()), 0])
            cells.append(at)
        return tuple((i // self._width - 1, i % self._width - 1) for i in reversed(cells))
