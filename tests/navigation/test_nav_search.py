"""Searches find what networkx finds, for the same price."""

import itertools
import math

import networkx
import numpy as np
import pytest

from llmagentos.errors import NoWayError
from llmagentos.navigation.any_angle import line_cost, pulled, step_cost, theta_star
from llmagentos.navigation.search import STEPS, a_star, cost_to, dijkstra

SEARCHES = [dijkstra, a_star, theta_star]
SEEDS = range(12)


def field(seed: int, rows: int = 18, columns: int = 24) -> np.ndarray:
    """Costs from 1 to 5, a quarter of the cells blocked."""
    rng = np.random.default_rng(seed)
    costs = 1 + 4 * rng.random((rows, columns)) ** 3
    costs[rng.random((rows, columns)) < 0.25] = np.inf
    costs[0, 0] = costs[-1, -1] = 1.0
    return costs


def graph(costs: np.ndarray):
    """The same neighbourhood, as networkx has it."""
    made = networkx.DiGraph()
    rows, columns = costs.shape
    for cell in itertools.product(range(rows), range(columns)):
        if not math.isfinite(costs[cell]):
            continue
        made.add_node(cell)
        for dr, dc in STEPS:
            beside = cell[0] + dr, cell[1] + dc
            if not (0 <= beside[0] < rows and 0 <= beside[1] < columns):
                continue
            if not math.isfinite(costs[beside]):
                continue
            if (
                dr
                and dc
                and not np.isfinite(
                    [costs[cell[0] + dr, cell[1]], costs[cell[0], cell[1] + dc]]
                ).all()
            ):
                continue
            made.add_edge(
                cell, beside, weight=math.hypot(dr, dc) * (costs[cell] + costs[beside]) / 2
            )
    return made


def price(costs: np.ndarray, cells) -> float:
    return sum(step_cost(costs, a, b) for a, b in itertools.pairwise(cells))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("search", [dijkstra, a_star])
def test_the_cheapest_way_costs_what_networkx_says(search, seed) -> None:
    costs = field(seed)
    start, goal = (0, 0), (costs.shape[0] - 1, costs.shape[1] - 1)
    try:
        best = networkx.dijkstra_path_length(graph(costs), start, goal)
    except networkx.NetworkXNoPath:
        with pytest.raises(NoWayError):
            search(costs, start, goal)
        return
    found = search(costs, start, goal)
    assert found.cost == pytest.approx(best, rel=1e-12)
    assert price(costs, found.cells) == pytest.approx(best, rel=1e-12), "the way has that price"
    assert found.cells[0] == start and found.cells[-1] == goal


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cost_to_a_goal_is_networkx_s_from_everywhere(seed) -> None:
    costs = field(seed)
    best = networkx.single_source_dijkstra_path_length(graph(costs), (0, 0))
    got = cost_to(costs, (0, 0))
    for cell in itertools.product(*map(range, costs.shape)):
        assert got[cell] == pytest.approx(best.get(cell, math.inf))


def any_angle_optimum(free: np.ndarray, start, goal) -> float:
    """Length of the shortest way of straight lines from cell to cell that all see each other."""
    costs = np.where(free, 1.0, np.inf)
    cells = [tuple(map(int, c)) for c in np.argwhere(free)]
    made = networkx.Graph()
    made.add_nodes_from(cells)
    for a, b in itertools.combinations(cells, 2):
        length = line_cost(costs, a, b)
        if math.isfinite(length):
            made.add_edge(a, b, weight=length)
    return networkx.dijkstra_path_length(made, start, goal)


@pytest.mark.parametrize("seed", range(6))
def test_theta_star_lies_between_the_shortest_of_all_and_the_grid_s(seed) -> None:
    rng = np.random.default_rng(seed)
    free = np.ones((10, 12), dtype=bool)
    for _ in range(5):
        r, c = rng.integers(1, 8), rng.integers(1, 10)
        free[r : r + rng.integers(1, 4), c : c + rng.integers(1, 3)] = False
    free[0, 0] = free[-1, -1] = True
    costs = np.where(free, 1.0, np.inf)
    goal = (9, 11)
    grid = a_star(costs, (0, 0), goal).cost
    found = theta_star(costs, (0, 0), goal)
    best = any_angle_optimum(free, (0, 0), goal)
    assert best - 1e-9 <= found.cost <= grid + 1e-9
    along = sum(line_cost(costs, a, b) for a, b in itertools.pairwise(found.cells))
    assert along == pytest.approx(found.cost)


def test_theta_star_goes_straight_where_the_grid_goes_in_corners() -> None:
    costs = np.ones((30, 60))
    found = theta_star(costs, (2, 3), (20, 55))
    assert found.cells == ((2, 3), (20, 55))
    assert found.cost == pytest.approx(math.dist((2, 3), (20, 55)))
    assert a_star(costs, (2, 3), (20, 55)).cost > 1.05 * found.cost


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pulled_way_is_no_dearer_and_blocked_nowhere(seed) -> None:
    costs = field(seed)
    costs[1:8, 1:20] = 1.0
    found = a_star(costs, (2, 2), (6, 18))
    way = pulled(costs, found.cells)
    assert (way[0], way[-1]) == ((2, 2), (6, 18))
    assert sum(line_cost(costs, a, b) for a, b in itertools.pairwise(way)) <= 1.002 * found.cost


@pytest.mark.parametrize("search", SEARCHES)
def test_nothing_squeezes_between_two_blocked_corners(search) -> None:
    costs = np.array([[1, np.inf], [np.inf, 1]])
    with pytest.raises(NoWayError, match="expected a way"):
        search(costs, (0, 0), (1, 1))


@pytest.mark.parametrize("search", SEARCHES)
def test_the_way_from_a_cell_to_itself(search) -> None:
    found = search(np.ones((3, 3)), (1, 1), (1, 1))
    assert found.cells == ((1, 1),) and found.cost == 0


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("ends", [((0, 0), (1, 1)), ((1, 1), (0, 0)), ((0, 0), (0, 9))])
def test_ends_that_cannot_be_are_said(search, ends) -> None:
    costs = np.ones((3, 3))
    costs[1, 1] = np.inf
    with pytest.raises(NoWayError, match="expected a"):
        search(costs, *ends)


def test_a_star_looks_at_less_than_dijkstra() -> None:
    costs = np.ones((60, 60))
    near, far = a_star(costs, (30, 10), (30, 50)), dijkstra(costs, (30, 10), (30, 50))
    assert near.cost == pytest.approx(far.cost)
    assert near.looked_at < 0.5 * far.looked_at
