"""Patterns: slots apart from each other, short ways, sorting."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from lab.scenes import scene, thing

from llmagentos.grounding.patterns import assign, pattern, spread_slots
from llmagentos.tasks.sorting import sort_ids

SHAPES = ["line", "row", "column", "diagonal", "circle", "square", "triangle", "grid", "cluster"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7])
def test_slots_do_not_overlap(shape: str, n: int) -> None:
    slots = pattern(shape, n, 0.04).offsets
    assert len(slots) == n
    assert all(math.dist(a, b) >= 0.05 for i, a in enumerate(slots) for b in slots[:i])


@pytest.mark.parametrize("shape", ["line", "row"])
def test_rows_go_from_left_to_right(shape: str) -> None:
    slots = pattern(shape, 4, 0.04).offsets
    assert [y for _, y in slots] == sorted((y for _, y in slots), reverse=True)
    assert all(x == 0 for x, _ in slots)


def test_columns_go_from_front_to_back() -> None:
    slots = pattern("column", 3, 0.04).offsets
    assert [x for x, _ in slots] == sorted(x for x, _ in slots)


def test_circle_has_the_diameter_that_was_said() -> None:
    slots = pattern("circle", 6, 0.04, size_m=0.30).offsets
    assert all(math.hypot(*s) == pytest.approx(0.15) for s in slots)


def test_line_has_the_length_and_the_spacing_that_were_said() -> None:
    slots = pattern("line", 4, 0.04, size_m=0.30).offsets
    assert math.dist(slots[0], slots[-1]) == pytest.approx(0.30)
    slots = pattern("line", 4, 0.04, spacing_m=0.07).offsets
    assert math.dist(slots[0], slots[1]) == pytest.approx(0.07)


def test_square_of_four_has_equal_sides_along_the_axes() -> None:
    slots = pattern("square", 4, 0.04, size_m=0.20).offsets
    assert {(round(abs(x), 3), round(abs(y), 3)) for x, y in slots} == {(0.1, 0.1)}


def test_grid_rows() -> None:
    slots = pattern("grid", 6, 0.04, rows=2).offsets
    assert len({round(x, 4) for x, _ in slots}) == 2
    assert len({round(y, 4) for _, y in slots}) == 3


def test_pyramid_rests_on_the_level_below() -> None:
    pat = pattern("pyramid", 6, 0.04)
    assert pat.levels == (0, 0, 0, 1, 1, 2)
    for k in range(3, 6):
        below = [pat.offsets[j] for j in range(6) if pat.levels[j] == pat.levels[k] - 1]
        carrying = [b for b in below if abs(b[1] - pat.offsets[k][1]) < 0.04]
        assert len(carrying) == 2


def test_spread_is_far_apart() -> None:
    slots = spread_slots(4, 0.26, 0.56)
    assert min(math.dist(a, b) for i, a in enumerate(slots) for b in slots[:i]) > 0.18


def test_assignment_is_short() -> None:
    slots = [(0.0, 0.0), (0.0, 0.1), (0.0, 0.2)]
    assert assign([(0.0, 0.21), (0.0, 0.01), (0.0, 0.12)], slots) == [2, 0, 1]


def test_sorting() -> None:
    world = scene(
        thing("a", "block", "red", 0.4, 0, 0.05),
        thing("b", "block", "white", 0.5, 0, 0.03),
        thing("c", "block", "red", 0.6, 0, 0.04),
        thing("d", "block", "black", 0.4, 0.2, 0.06),
    )
    ids = ("a", "b", "c", "d")
    assert sort_ids(ids, "small_first", world) == ("b", "c", "a", "d")
    assert sort_ids(ids, "large_first", world) == ("d", "a", "c", "b")
    assert sort_ids(ids, "dark_first", world)[0] == "d"
    assert sort_ids(ids, "light_first", world)[0] == "b"
    assert sort_ids(ids, "by_color", world)[:2] == ("a", "c")
    low_and_wide = replace(world.objects[3], height_m=0.01)
    world = replace(world, objects=(*world.objects[:3], low_and_wide))
    assert sort_ids(ids, "tall_first", world) == ("a", "c", "b", "d")
    assert sort_ids(ids, "short_first", world) == ("d", "b", "c", "a")
    alternate = sort_ids(ids, "alternate", world)
    colors = [world.get(i).color for i in alternate]  # type: ignore[union-attr]
    assert all(a != b for a, b in itertools.pairwise(colors))
