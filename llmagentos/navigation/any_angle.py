"""Ways whose straight pieces have any direction, not only a grid's eight.

Knows: cells and costs, the line between two of them. Does not know: metres, robots.

`theta_star` is Lazy Theta* (Nash, Koenig, Tovey, AAAI 2010): A* in which a cell's parent may be any
cell that it sees. `pulled` shortens a way that was found otherwise, for far less time.
A line's cost is its length times the mean cost of the cells along it.
"""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np

from llmagentos.errors import NoWayError
from llmagentos.navigation.search import STEPS, Cell, Costs, Route, check_ends

#: A line that costs more than the way along the grid by this share is no shortening.
_NO_DEARER = 1.001


def theta_star(costs: Costs, start: Cell, goal: Cell) -> Route:
    """A way of straight lines in any direction, a Search. Shorter than a grid's cheapest way, or as
    long; the shortest of all it is not always."""
    check_ends(costs, start, goal)
    least = float(costs[np.isfinite(costs)].min())
    table = costs.tolist()
    rows, columns = costs.shape
    reached: dict[Cell, float] = {start: 0.0}
    parent: dict[Cell, Cell] = {start: start}
    closed: set[Cell] = set()
    heap: list[tuple[float, Cell]] = [(least * math.dist(start, goal), start)]
    while heap:
        _, cell = heapq.heappop(heap)
        if cell in closed:
            continue
        _settle(costs, cell, parent, reached, closed)
        closed.add(cell)
        if cell == goal:
            return Route(_chain(parent, start, goal), reached[goal], len(closed))
        seen_by, (row, column) = parent[cell], cell
        for dr, dc in STEPS:
            r, c = row + dr, column + dc
            if not (0 <= r < rows and 0 <= c < columns) or table[r][c] == math.inf:
                continue
            if dr and dc and math.inf in (table[r][column], table[row][c]):
                continue
            beside = r, c
            if beside in closed:
                continue
            # As if the parent saw it, at the neighbour's own cost: checked when it is taken.
            price = (table[r][c] + table[seen_by[0]][seen_by[1]]) / 2
            offer = reached[seen_by] + math.dist(seen_by, beside) * price
            if offer < reached.get(beside, math.inf):
                reached[beside], parent[beside] = offer, seen_by
                heapq.heappush(heap, (offer + least * math.dist(beside, goal), beside))
    raise NoWayError(f"expected a way from {start} to {goal}, got none")


def _settle(
    costs: Costs,
    cell: Cell,
    parent: dict[Cell, Cell],
    reached: dict[Cell, float],
    closed: set[Cell],
) -> None:
    """The true price from the parent; where a neighbour that is done offers less, that is the
    parent instead."""
    if parent[cell] == cell:
        return
    best, by = reached[parent[cell]] + line_cost(costs, parent[cell], cell), parent[cell]
    for dr, dc in STEPS:
        beside = cell[0] + dr, cell[1] + dc
        if beside in closed and beside != by:
            offer = reached[beside] + step_cost(costs, beside, cell)
            if offer < best:
                best, by = offer, beside
    reached[cell], parent[cell] = best, by


def step_cost(costs: Costs, a: Cell, b: Cell) -> float:
    """Of a step between neighbours, as in `search`; infinite where it cuts a blocked corner."""
    if a[0] != b[0] and a[1] != b[1] and not math.isfinite(costs[a[0], b[1]] + costs[b[0], a[1]]):
        return math.inf
    return math.dist(a, b) * float(costs[a] + costs[b]) / 2


def line_cost(costs: Costs, a: Cell, b: Cell) -> float:
    """Of the straight line between two cells' middles; infinite where it meets a blocked cell.

    Sampled twice a cell, each sample at the four cells around it (bilinear): a line that touches a
    blocked cell's corner is blocked.
    """
    length = math.dist(a, b)
    if length == 0:
        return 0.0
    share = np.linspace(0.0, 1.0, max(2, math.ceil(2 * length) + 1))
    r, c = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    r0, c0 = np.floor(r).astype(int), np.floor(c).astype(int)
    r1, c1 = np.ceil(r).astype(int), np.ceil(c).astype(int)
    fr, fc = r - r0, c - c0
    corners = costs[r0, c0], costs[r0, c1], costs[r1, c0], costs[r1, c1]
    if not all(np.isfinite(corner).all() for corner in corners):
        return math.inf
    low = corners[0] * (1 - fc) + corners[1] * fc
    high = corners[2] * (1 - fc) + corners[3] * fc
    along = low * (1 - fr) + high * fr
    return float(length * (along.sum() - (along[0] + along[-1]) / 2) / (len(along) - 1))


def pulled(costs: Costs, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The same way with straight lines instead of pieces that cost as much or more.

    From each corner as far ahead as a line is no dearer than the way, found by halving.
    """
    prices = [_price(costs, a, b) for a, b in itertools.pairwise(cells)]
    along = np.concatenate([[0.0], np.cumsum(prices)])

    def straight(i: int, j: int) -> bool:
        return line_cost(costs, cells[i], cells[j]) <= _NO_DEARER * (along[j] - along[i])

    kept, at, last = [cells[0]], 0, len(cells) - 1
    while at < last:
        ahead = 1
        while at + ahead < last and straight(at, min(at + 2 * ahead, last)):
            ahead = min(2 * ahead, last - at)
        low, high = ahead, min(2 * ahead, last - at)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if straight(at, at + middle) else (low, middle - 1)
        at += low
        kept.append(cells[at])
    return tuple(kept)


def _price(costs: Costs, a: Cell, b: Cell) -> float:
    beside = max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1
    return step_cost(costs, a, b) if beside else line_cost(costs, a, b)


def _chain(parent: dict[Cell, Cell], start: Cell, goal: Cell) -> tuple[Cell, ...]:
    cells = [goal]
    while cells[-1] != start:
        cells.append(parent[cells[-1]])
    return tuple(reversed(cells))
