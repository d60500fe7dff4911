"""Outlines, grids, kinds: the arithmetic of seeing, without pictures."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from llmagentos.objects.geometry import object_geometry
from llmagentos.perception.maps.outlines import hull_of, outline, square_hull, wrap_quarter
from llmagentos.perception.maps.rectify import GridSpec
from llmagentos.perception.things.kinds import best_of, guess_kind
from llmagentos.perception.things.splitting import best_square

GRID = GridSpec()


def filled(hull: np.ndarray) -> np.ndarray:
    mask = np.zeros(GRID.shape, np.uint8)
    cv2.fillConvexPoly(mask, hull, 1)
    return mask > 0


def test_grid_cells_and_points_are_inverse() -> None:
    col, row = GRID.col_row(0.5113, -0.1233)
    assert GRID.xy(col, row) == pytest.approx((0.5113, -0.1233))
    rows, cols = GRID.rows_cols(np.float32([0.5113]), np.float32([-0.1233]))
    assert (rows[0], cols[0]) == (round(row), round(col))


@pytest.mark.parametrize("angle", [-3.0, -0.8, -0.3, 0.0, 0.4, math.pi / 4, 1.2, 7.0])
def test_wrap_quarter_keeps_the_orientation_of_a_square(angle: float) -> None:
    wrapped = wrap_quarter(angle)
    assert -math.pi / 4 < wrapped <= math.pi / 4 + 1e-9
    assert math.sin(2 * (wrapped - angle)) ** 2 == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("yaw", [-0.7, -0.35, 0.0, 0.2, 0.6])
def test_a_square_is_measured(yaw: float) -> None:
    shape = outline(hull_of(filled(square_hull((0.5, 0.1), 0.06, yaw, GRID)), 0, 0), GRID)
    assert not shape.is_round
    assert shape.center == pytest.approx((0.5, 0.1), abs=0.002)
    assert shape.size_m == pytest.approx(0.06, abs=0.003)
    assert math.sin(2 * (shape.yaw - yaw)) == pytest.approx(0.0, abs=0.08)


@pytest.mark.parametrize("size", [0.03, 0.06, 0.14])
def test_a_circle_is_round(size: float) -> None:
    mask = np.zeros(GRID.shape, np.uint8)
    col, row = GRID.col_row(0.45, -0.2)
    cv2.circle(mask, (round(col), round(row)), int(size / 2 / GRID.cell_m), 1, -1)
    shape = outline(hull_of(mask > 0, 0, 0), GRID)
    assert shape.is_round and shape.yaw == 0.0
    assert shape.center == pytest.approx((0.45, -0.2), abs=0.002)
    assert shape.size_m == pytest.approx(size, abs=0.004)


@pytest.mark.parametrize("kind", ["bowl", "plate", "cup", "box", "tray", "block", "can", "ball"])
def test_a_kind_is_told_by_its_height(kind: str) -> None:
    size = {"block": 0.04, "can": 0.06, "ball": 0.045, "cup": 0.07}.get(kind, 0.14)
    g = object_geometry(kind, size)
    square = kind in ("block", "box", "tray")
    hull = square_hull((0.5, 0.0), size, 0.1, GRID)
    shape = outline(hull, GRID, force_round=not square)
    shape = type(shape)(**{**shape.__dict__, "size_m": size})
    profile = "hollow" if g.has_rim else ("dome" if kind == "ball" else "flat")
    guess = guess_kind(shape, profile, g.height_m, (0.0,))
    assert guess is not None and guess.kind == kind
    assert guess.base_z == pytest.approx(0.0, abs=1e-6)


def test_no_kind_comes_that_large() -> None:
    assert best_of(("block", "can"), 0.2, 0.1, (0.0,)) is None


@pytest.mark.parametrize("yaw", [-0.6, -0.2, 0.3])
def test_a_square_of_known_size_is_found_in_what_is_left_of_it(yaw: float) -> None:
    """Half of it is covered; the bare table around says where it ends."""
    true = filled(square_hull((0.5, 0.0), 0.05, yaw, GRID))
    cover = np.zeros_like(true)
    col, row = GRID.col_row(0.5, 0.0)
    cover[:, : int(col)] = True
    window = slice(int(row) - 30, int(row) + 30), slice(int(col) - 30, int(col) + 30)
    own, bare = (true & ~cover)[window], (~true & ~cover)[window]
    x, y, angle = best_square(own.astype(np.float32), bare, 0.05 / GRID.cell_m)
    found = GRID.xy(x + window[1].start, y + window[0].start)
    assert found == pytest.approx((0.5, 0.0), abs=0.007)
    assert math.sin(2 * (angle - yaw)) == pytest.approx(0.0, abs=0.25)
