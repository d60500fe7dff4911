"""Parts of navigation, measured alone: searches beside others', and what says where a base is.

Knows: grids and recorded drives, tables with ratios. Does not know: whole drives (navigation.py).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.table import Table

from llmagentos.navigation.any_angle import line_cost, pulled, theta_star
from llmagentos.navigation.costmap import Costmap, Inflation
from llmagentos.navigation.localization import How, Localization
from llmagentos.navigation.navigator import Navigator
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.search import STEPS, Cell, Costs, a_star, dijkstra
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose
from sim.flats.generated import Recipe, random_flat
from sim.flats.world import FlatWorld

_PAIRS, _FLATS, _SEED = 6, 1, 2_000_000


def planning() -> Table:
    """Searches on costmaps of generated flats (2.5 cm cells), beside networkx and scikit-image; the
    same ends for all, one after another, so that all meet the same load."""
    times: dict[str, list[float]] = {}
    costs_of: dict[str, list[float]] = {}
    for seed in range(_SEED, _SEED + _FLATS):
        flat = random_flat(seed, Recipe(size_m=(9.0, 11.0)))
        walls, frame = flat.occupied(resolution_m=0.025)
        costs = Costmap(walls, frame, Inflation(0.28)).costs
        rng = np.random.default_rng(seed)
        free = np.argwhere(np.isfinite(costs))
        beside = [free[i] for i in rng.permutation(len(free))]
        graph = _networkx(costs)
        pairs: list[tuple[Cell, Cell]] = []
        while len(pairs) < _PAIRS:
            a, b = (tuple(map(int, beside.pop())) for _ in range(2))
            try:
                a_star(costs, a, b)  # type: ignore[arg-type]
            except Exception:
                continue
            pairs.append((a, b))  # type: ignore[arg-type]
        for a, b in pairs:
            for name, search in _searches(costs, graph).items():
                start = time.perf_counter()
                cost = search(a, b)
                times.setdefault(name, []).append(time.perf_counter() - start)
                costs_of.setdefault(name, []).append(cost)
    usual = np.array(times["Dijkstra"])
    table = Table(title=f"{len(usual)} ways over {costs.shape[0]} x {costs.shape[1]} cells or so")
    for name in ("search", "ms, median", "times Dijkstra's, median", "cost against Dijkstra's"):
        table.add_column(name, justify="right" if name != "search" else "left")
    for name, seconds in times.items():
        ratio = float(np.median(np.array(seconds) / usual))
        dearer = float(np.mean(np.array(costs_of[name]) / np.array(costs_of["Dijkstra"])))
        table.add_row(
            name, f"{1000 * float(np.median(seconds)):.1f}", f"{ratio:.2f}", f"{dearer:.4f}"
        )
    return table


def _searches(costs: Costs, graph: Any) -> dict[str, Callable[[Cell, Cell], float]]:
    import networkx
    from skimage.graph import route_through_array

    walled = np.where(np.isfinite(costs), costs, -1)

    def shortened(a: Cell, b: Cell) -> float:
        cells = pulled(costs, a_star(costs, a, b).cells)
        return sum(line_cost(costs, p, q) for p, q in itertools.pairwise(cells))

    return {
        "Dijkstra": lambda a, b: dijkstra(costs, a, b).cost,
        "A*": lambda a, b: a_star(costs, a, b).cost,
        "A*, pulled straight": shortened,
        "Lazy Theta*": lambda a, b: theta_star(costs, a, b).cost,
        "scikit-image route_through_array": lambda a, b: float(
            route_through_array(walled, a, b, fully_connected=True, geometric=True)[1]
        ),
        "networkx dijkstra_path": lambda a, b: float(
            networkx.single_source_dijkstra(graph, a, b)[0]
        ),
        "networkx astar_path": lambda a, b: float(
            networkx.astar_path_length(
                graph, a, b, lambda p, q: float(np.hypot(p[0] - q[0], p[1] - q[1]))
            )
        ),
    }


def _networkx(costs: Costs) -> Any:
    import networkx

    graph = networkx.DiGraph()
    rows, columns = costs.shape
    table = costs.tolist()
    for r, c in np.argwhere(np.isfinite(costs)).tolist():
        for dr, dc in STEPS:
            if not (0 <= r + dr < rows and 0 <= c + dc < columns):
                continue
            there = table[r + dr][c + dc]
            if there == np.inf or (dr and dc and np.inf in (table[r + dr][c], table[r][c + dc])):
                continue
            graph.add_edge(
                (r, c), (r + dr, c + dc), weight=np.hypot(dr, dc) * (there + table[r][c]) / 2
            )
    return graph


def localization(flats: int, first: int) -> Table:
    """The same drives, recorded, told by each way of knowing where the base is; 5 % wrong wheels."""
    errors: dict[How, list[float]] = {how: [] for how in How}
    cpu: dict[How, float] = dict.fromkeys(How, 0.0)
    periods = 0
    for seed in range(first, first + flats):
        flat = random_flat(seed, Recipe(people=2))
        world = FlatWorld(flat, seed=seed, renderer="tiny")
        walls, frame = flat.occupied(at_m=world.spec.scanner.height_m)
        grid = OccupancyGrid.of_truth(walls, frame)
        start = MapPose(*flat.start)
        driver = GatedBase(world, BaseGate(world.spec, "sim"))
        navigator = Navigator(
            driver, world.spec, grid, Localization(grid, start), world.spec.profile("sim")
        )
        log = []
        for room in flat.rooms:
            for _ in navigator.go_to(MapPose(*room.middle), any_yaw=True):
                log.append((world.odometry(), world.scan(), world.truth))
        periods += len(log)
        for how in How:
            locating = Localization(grid, start, seed=seed, how=how)
            begun = time.process_time()
            for odometry, scan, truth in log:
                errors[how].append(locating.update(odometry, scan).distance_m(truth))
            cpu[how] += time.process_time() - begun
        world.close()
    table = Table(title=f"{periods * 0.05:.0f} s of driving in {flats} flats, told four ways")
    for name in ("by", "error, median", "95 %", "largest", "ms a period"):
        table.add_column(name, justify="right" if name != "by" else "left")
    for how in How:
        got = np.array(errors[how])
        table.add_row(
            how.value, f"{np.median(got):.3f} m", f"{np.quantile(got, 0.95):.3f} m",
            f"{got.max():.3f} m", f"{1000 * cpu[how] / periods:.2f}",
        )  # fmt: skip
    return table
