"""Patterns: rows, columns, circles, squares, grids, pyramids, stacks in order; changing them."""

from __future__ import annotations

import numpy as np

from benchmarks import predicates as p
from benchmarks.suites.cases import Row, d, r, t
from benchmarks.suites.judge import (  # fmt: skip
    Seen,
    at,
    both,
    circle,
    corners,
    either,
    grid,
    line,
    moved,
    n_at,
    pyramid,
    sides,
    spread,
    square,
    together,
    tower,
    tower_of,
    triangle,
)


def _bigger(group: str):
    """The mean distance from the middle has grown by a fifth."""

    def size(s: Seen, world) -> float:
        objs = [world[i] for i in s.ids(group)]
        return sum(p.distance(a, b) for a in objs for b in objs)

    return lambda s: size(s, s.after) > 1.2 * size(s, s.before)


def _smaller(group: str):
    return lambda s: _bigger(group)(Seen(s.start, s.after, s.before, s.held, "", "", s.groups))


def _rotated(group: str):
    """The pattern has turned: same distances from the middle, other places."""

    def check(s: Seen) -> bool:
        a = np.array([s.before[i]["position"][:2] for i in s.ids(group)])
        b = np.array([s.after[i]["position"][:2] for i in s.ids(group)])
        ra, rb = (np.sort(np.linalg.norm(v - v.mean(axis=0), axis=1)) for v in (a, b))
        return bool(np.abs(ra - rb).max() < 0.03) and bool(np.abs(a - b).max() > 0.02)

    return check


def _spaced(group: str, cm: float):
    """Neighbours are that far apart, centres or outlines."""

    def check(s: Seen) -> bool:
        objs = s.many(group)
        gaps = [min(p.distance(a, b) for b in objs if b is not a) for a in objs]
        size = objs[0]["size"]
        return all(min(abs(g - cm / 100), abs(g - size - cm / 100)) <= 0.02 for g in gaps)

    return check


ROWS: list[Row] = [
    r("b:block*4", "form a straight line with the blocks", "arrange [ all block ] line", line("b"), "b"),
    r("b:block*4", "put the cubes side by side in a row from left to right", "arrange [ all block ] row", line("b", "row"), "b"),
    r("b:block*3", "make a column out of the blocks, running away from me", "arrange [ all block ] column", line("b", "column"), "b"),
    r("b:block*4", "lay the blocks out as a 24 cm long row", "arrange [ all block ] row size 24 cm", line("b", "row", cm=24), "b"),
    r("b:block*4", "i want a diagonal line of blocks", "arrange [ all block ] diagonal", line("b", "diagonal"), "b"),
    r("b:block*5", "place the blocks so that they form a ring", "arrange [ all block ] circle", circle("b"), "b"),
    r("b:block*4 c:can@inner", "surround the can with the blocks", "arrange [ all block ] circle around [ the can ]", circle("b", "c"), "b"),
    r("b:block*6", "build a circle with a diameter of 25 centimetres out of the blocks", "arrange [ all block ] circle size 25 cm", circle("b", cm=25), "b"),
    r("b:block*4", "let the four blocks be the corners of a square", "arrange [ all block ] square", square("b"), "b"),
    r("b:block*4", "arrange the blocks as a 15 cm square in the middle of the table", "arrange [ all block ] square size 15 cm at middle", square("b", cm=15), "b"),
    r("b:block*3", "make a triangle with the cubes", "arrange [ all block ] triangle", triangle("b"), "b"),
    r("b:block*6", "set the blocks out in a grid of two rows and three columns", "arrange [ all block ] grid rows 2", grid("b", 2, 3), "b"),
    r("b:block*4", "a two by two grid of blocks, please", "arrange [ all block ] grid rows 2", either(grid("b", 2, 2), square("b")), "b"),
    r("b:block*3", "build a little pyramid from the three blocks", "arrange [ all block ] pyramid", pyramid("b"), "b"),
    r("b:block*6", "construct a pyramid using all six cubes", "arrange [ all block ] pyramid", pyramid("b"), "b"),
    r("b:block*4", "one block per corner of the table", "arrange [ all block ] corners", corners("b"), "b"),
    r("b:block*4", "put a block at the middle of every side of the table", "arrange [ all block ] sides", sides("b"), "b"),
    r("b:block*5", "spread the blocks out over the table so they aren't crowded", "arrange [ all block ] spread", spread("b"), "b"),
    r("b:block*4 +1", "gather the blocks into a heap, close together", "arrange [ all block ] cluster", together("b"), "b"),
    r("b:block*3 +1", "build a tower: {b1} at the bottom, then the {b2}, {b3} on top", "stack [ the {b1} ] [ the {b2} ] [ the {b3} ]", tower("b1", "b2", "b3"), "b"),
    r("b:block*3 +1", "stack them with the {b3} on top, the {b1} in the middle and the {b2} as the base", "stack [ the {b2} ] [ the {b1} ] [ the {b3} ]", tower("b2", "b1", "b3"), "b"),
    r("b:block*3 +1", "from top to bottom the tower has to read {b1.color}, {b2.color}, {b3.color}", "stack [ the {b3} ] [ the {b2} ] [ the {b1} ]", tower("b3", "b2", "b1"), "b"),
    r("b:block*3 +1", "pile the blocks up in the back right corner", "stack [ all block ] at back_right", both(tower_of("b"), at("b", "back_right")), "b"),
    r("b:block*4", "going clockwise from the far left corner, put the {b1}, {b2}, {b3} and {b4} in the corners",
      "put [ the {b1} ] at back_left ; put [ the {b2} ] at back_right ; put [ the {b3} ] at front_right ; put [ the {b4} ] at front_left",
      both(at("b1", "back_left"), at("b2", "back_right"), at("b3", "front_right"), at("b4", "front_left")), "b"),
    d("b:block*4", t("arrange the blocks in a circle", "arrange [ all block ] circle", circle("b"), "b"),
      t("make it bigger", "reshape bigger", both(_bigger("b"), circle("b")), "b")),
    d("b:block*4", t("make a big square from the blocks, 24 cm", "arrange [ all block ] square size 24 cm", square("b"), "b"),
      t("now shrink the square", "reshape smaller", both(_smaller("b"), square("b")), "b")),
    d("b:block*3", t("line up the blocks from left to right in the middle", "arrange [ all block ] row at middle", line("b", "row"), "b"),
      t("turn the whole line by 90 degrees", "reshape turn ccw 90", both(line("b", "column"), _rotated("b")), "b")),
    d("b:block*3", t("put the blocks in a row on the left", "arrange [ all block ] row at left", line("b", "row"), "b"),
      t("shift the whole row 10 cm to the right", "reshape move right dist 10 cm", both(line("b", "row"), moved("b", "right", 10)), "b")),
    r("b:block*4 c:bowl", "spell out a line with the blocks along the front edge", "arrange [ all block ] row at front", both(line("b"), n_at("b", "front", 4)), "b"),
    r("b:block*4", "a row of blocks with 8 cm between neighbours", "arrange [ all block ] row spacing 8 cm", both(line("b"), _spaced("b", 8)), "b"),
]  # fmt: skip
