"""Grids, rays, scans that add up to maps, and maps as files."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab.flatland import Flatland, rooms

from llmagentos.errors import FileError, NavigationError
from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.costmap import Costmap, Inflation
from llmagentos.navigation.frame import GridFrame
from llmagentos.navigation.map_files import load_map, save_map
from llmagentos.navigation.occupancy import OccupancyGrid
from llmagentos.navigation.rays import cast, lines
from llmagentos.types import MapPose


def test_cells_and_metres_there_and_back() -> None:
    frame = GridFrame.around((-1.0, 2.0), (1.0, 3.0), 0.1)
    assert frame.shape == (10, 20)
    cells = np.array([[0, 0], [9, 19], [3, 7]])
    assert (frame.cells(frame.centres(cells)) == cells).all()
    assert frame.cell(-1.0, 2.0) == (0, 0)


def test_a_grown_frame_keeps_its_cells_places() -> None:
    frame = GridFrame.around((0.0, 0.0), (1.0, 1.0), 0.1)
    grown = frame.grown((-0.35, 0.5), (0.9, 2.0), 0.5)
    assert (grown.cells(frame.centres(np.array([[4, 4]]))) - (4, 4) == [[0, 9]]).all()
    assert grown.extent_m[0] <= -0.85 and grown.extent_m[3] >= 2.5
    assert frame.grown((0.1, 0.1), (0.9, 0.9), 0.5) is frame


@given(st.tuples(st.integers(-20, 20), st.integers(-20, 20)))
@settings(max_examples=60, deadline=None)
def test_a_line_is_connected_and_near_the_true_one(end) -> None:
    cells, _ = lines((0, 0), np.array([end]))
    assert len(cells) == max(abs(end[0]), abs(end[1]))
    every = np.vstack([cells, end])
    if len(cells):
        assert (cells[0] == 0).all()
        assert (np.abs(np.diff(every, axis=0)).max(axis=1) == 1).all()
        length = math.hypot(*end)
        off = np.abs(cells[:, 0] * end[1] - cells[:, 1] * end[0]) / length
        assert off.max() <= 0.71


def test_rays_end_where_finely_sampled_ones_do() -> None:
    walls, frame = rooms()
    rng = np.random.default_rng(0)
    angles = rng.uniform(-np.pi, np.pi, 200)
    got = cast(walls, frame, (-2.0, 1.5), angles, 10.0)
    away = np.arange(0.0, 10.0, 0.002)
    right = 0
    for angle, distance in zip(angles, got, strict=True):
        points = np.array([-2.0, 1.5]) + away[:, None] * (math.cos(angle), math.sin(angle))
        cells = frame.cells(points)
        inside = frame.holds(cells)
        met = np.zeros(len(away), dtype=bool)
        met[inside] = walls[cells[inside, 0], cells[inside, 1]]
        right += abs(distance - (away[met.argmax()] if met.any() else 10.0)) < 0.04
    assert right >= 198, "a ray may pass by a corner that it cuts by less than a quarter of a cell"


def test_clearance_is_the_distance_to_the_nearest_thing() -> None:
    walls, _ = rooms(0.1)
    got = clearance_m(walls, 0.1)
    cells = np.argwhere(walls)
    for r, c in [(20, 20), (40, 60), (10, 55)]:
        assert got[r, c] == pytest.approx(
            0.1 * np.hypot(*(cells - (r, c)).T).min() - 0.05, abs=0.02
        )
    assert (got[walls] == 0).all()


def test_scans_add_up_to_the_map_that_they_were_taken_in() -> None:
    walls, frame = rooms()
    grid = OccupancyGrid.empty(size_m=2.0)  # it has to grow
    for x, y in [(-2, 1.5), (-1.0, 1.4), (1, 0.7), (3, 2), (2.4, -1), (1, -1.5), (-2, -1.5)]:
        for yaw in (0.0, 0.2, 0.4):
            base = Flatland(walls, frame, MapPose(x, y, yaw), seed=3)
            grid.add(base.scan(), base.truth)
    centres = frame.centres(np.argwhere(walls | ~walls))
    cells = grid.frame.cells(centres)
    truth = walls[tuple(frame.cells(centres).T)]
    free, occupied = grid.free[tuple(cells.T)], grid.occupied[tuple(cells.T)]
    near = (clearance_m(walls, frame.resolution_m) < 0.06)[tuple(frame.cells(centres).T)]
    assert (free & ~truth).sum() > 0.93 * (~truth & ~near).sum(), "what is free is known to be"
    assert (near[occupied]).mean() > 0.98, "what is occupied is wall, within a cell"
    assert (free & truth).sum() < 0.03 * truth.sum()


def test_what_went_away_is_freed_again() -> None:
    walls, frame = rooms()
    grid = OccupancyGrid.of_truth(walls, frame)
    grid.log_odds[tuple(frame.cell(-2.0, 2.0))] = 4.0
    base = Flatland(walls, frame, MapPose(-2.0, 1.0))
    for _ in range(12):
        grid.add(base.scan(), base.truth)
    assert grid.free[frame.cell(-2.0, 2.0)]


def test_who_came_while_the_map_was_made_is_told_from_its_walls() -> None:
    walls, frame = rooms()
    grid = OccupancyGrid.empty(size_m=2.0)
    before, behind = MapPose(-2.0, 1.0), MapPose(-1.0, 2.0)
    for at in (before, behind) * 5:
        base = Flatland(walls, frame, at, seed=3)
        grid.add(base.scan(), base.truth)
    assert not grid.come_since.any()
    crowd = walls.copy()
    (r0, c0), (r1, c1) = frame.cell(-2.2, 1.9), frame.cell(-1.8, 2.2)
    crowd[r0 : r1 + 1, c0 : c1 + 1] = True
    for at in (before, behind) * 8:
        base = Flatland(crowd, frame, at, seed=4)
        grid.add(base.scan(), base.truth)
    there = grid.frame.centres(np.argwhere(grid.come_since))
    assert len(there) >= 6 and (np.abs(there - (-2.0, 2.05)).max(axis=1) < 0.3).all()
    without = grid.without_come()
    assert without.free[grid.come_since].all()
    assert without.occupied.sum() == grid.occupied.sum() - len(there)


def test_a_map_file_gives_back_what_was_written(tmp_path) -> None:
    walls, frame = rooms()
    grid = OccupancyGrid.of_truth(walls, frame)
    grid.log_odds[:20] = 0.0
    save_map(grid, tmp_path / "flat.yaml")
    back = load_map(tmp_path / "flat.yaml")
    assert back.frame == frame
    assert (back.occupied == grid.occupied).all() and (back.free == grid.free).all()


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("image: no.pgm\nresolution: 0.05\norigin: [0, 0, 0]\n", FileError, "no.pgm"),
        ("image: it.yaml\nresolution: 0.05\norigin: [0, 0, 0]\n", NavigationError, "a picture"),
        ("image: x.pgm\nresolution: soft\norigin: [0, 0, 0]\n", NavigationError, "fields of a map"),
        ("image: x.pgm\nresolution: 0.05\norigin: [0, 0, 1]\n", NavigationError, "not turned"),
        (
            "image: x.pgm\nmode: scale\nresolution: 0.05\norigin: [0, 0, 0]\n",
            NavigationError,
            "trinary.*got scale",
        ),
        ("- 1\n", NavigationError, "fields of a map"),
    ],
)
def test_files_that_are_no_maps_are_said(tmp_path, text, error, match) -> None:
    (tmp_path / "it.yaml").write_text(text)
    with pytest.raises(error, match=match):
        load_map(tmp_path / "it.yaml")


def test_a_costmap_blocks_where_the_body_would_touch_and_falls_off_beside() -> None:
    walls, frame = rooms()
    costmap = Costmap(walls, frame, Inflation(0.3))
    assert (np.isinf(costmap.costs) == (costmap.clearance_m < 0.3)).all()
    finite = np.isfinite(costmap.costs)
    order = np.argsort(costmap.clearance_m[finite])
    assert (np.diff(costmap.costs[finite][order]) <= 1e-9).all()
    assert costmap.costs[finite].min() >= 1.0
    row, column = costmap.nearest_free(-3.95, 1.0, 0.6)
    assert costmap.is_free(*frame.centres(np.array([[row, column]]))[0])
    assert costmap.nearest_free(-3.95, 1.0, 0.2) is None
