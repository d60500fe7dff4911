"""A map that it makes itself is the world's, though its wheels are wrong."""

import numpy as np
from lab.flatland import Flatland, rooms

from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.exploring import Exploring, frontiers
from llmagentos.navigation.floor_plan import FloorPlan, Furniture
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.robots.bases import load_base
from llmagentos.safety.base_gate import BaseGate
from llmagentos.safety.gated_base import GatedBase
from llmagentos.types import MapPose

SPEC = load_base()


#: Its legs are met by nothing here: only the floor plan knows of it.
TABLE = Furniture(name="table", at=(2.3, -1.5), size=(1.0, 0.7))


def test_four_rooms_are_explored_and_the_map_is_true() -> None:
    walls, frame = rooms()
    under = clearance_m(FloorPlan(furniture=[TABLE]).keep_out(frame), frame.resolution_m)
    start = MapPose(-2.0, 1.5, 0.0)
    world = Flatland(walls, frame, start, SPEC, (0.05, -0.05, 0.05))
    exploring = Exploring(
        GatedBase(world, BaseGate(SPEC, "sim")), SPEC, SPEC.profile("sim"), start,
        keep_out=FloorPlan(furniture=[TABLE]).keep_out,
    )  # fmt: skip
    run, errors, from_table = exploring.run(), [], []
    for _ in range(12_000):
        try:
            next(run)
        except StopIteration as ended:
            grid = ended.value
            break
        errors.append(exploring.slam.pose.distance_m(world.truth))
        from_table.append(under[frame.cell(world.truth.x_m, world.truth.y_m)])
    assert exploring.is_complete and max(errors) < 0.15
    assert world.least_m > 0.0
    assert min(from_table) > SPEC.radius_m, "under the table it never was"
    assert world.truth.distance_m(start) < 0.25, "it came back"
    cells = np.argwhere(walls | ~walls)
    there = grid.frame.cells(frame.centres(cells))
    there = np.clip(there, 0, np.array(grid.frame.shape) - 1)
    free, occupied = grid.free[tuple(there.T)], grid.occupied[tuple(there.T)]
    truth = walls[tuple(cells.T)]
    near = clearance_m(walls, frame.resolution_m)[tuple(cells.T)] < 0.11
    assert (free & ~truth).sum() > 0.95 * (~truth & ~near).sum()
    assert near[occupied].mean() > 0.97


def test_a_border_is_where_free_floor_ends_unknown() -> None:
    grid = OccupancyGrid(GridFrame((0.0, 0.0), 0.1, (20, 30)))
    grid.log_odds[:, :10] = -2.0
    grid.log_odds[:10, 9] = 2.0  # half of it is a wall
    found = frontiers(grid)
    assert len(found) == 1
    assert found[0].length_m == 1.1 or abs(found[0].length_m - 1.0) < 0.11
    assert found[0].cell[0] >= 10 and found[0].cell[1] in (8, 9)
    grid.log_odds[:, 10:] = -2.0
    assert frontiers(grid) == []
