"""Patterns as points: line, circle, grid, pyramid and the others, and who goes where in them.

Knows: the slots of a pattern around its middle, and short ways to fill them. Does not know: the
table's free room (tasks/pattern_middle.py finds the middle) nor motion.

Offsets are (x, y) in metres from the middle, base frame: x away from the robot, y left. Slots
come in reading order: rows and lines from left to right, columns from front to back, circles
clockwise from the back (the top of the picture), grids row by row from the back left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Offset = tuple[float, float]

#: Free room between neighbours when nothing was said, metres.
GAP_M = 0.04
TIGHT_GAP_M = 0.025
#: Room between the lower blocks of a pyramid: the upper ones must reach over it.
PYRAMID_GAP_M = 0.010
LEAST_GAP_M = 0.004


@dataclass(frozen=True)
class Pattern:
    """Slots of one pattern. levels: how high each is, 0 on the table; spacing_m as laid out."""

    offsets: tuple[Offset, ...]
    levels: tuple[int, ...] = ()
    spacing_m: float = 0.0

    def level(self, index: int) -> int:
        """How many slots lie under this one; 0 on the table."""
        return self.levels[index] if self.levels else 0

    @property
    def radius_m(self) -> float:
        """Of the circle around all slots' centres."""
        return max((math.hypot(*o) for o in self.offsets), default=0.0)


def pattern(
    shape: str,
    n: int,
    width_m: float,
    size_m: float | None = None,
    spacing_m: float | None = None,
    rows: int | None = None,
    least_radius_m: float = 0.0,
) -> Pattern:
    """Slots for `n` things of at most `width_m`.

    size_m: length, width or diameter between centres; spacing_m between neighbours' centres;
    rows for grids; least_radius_m: a circle's, to go around something. "corners", "sides" and
    "spread" depend on the table, not on this. Raises ValueError for an unknown shape.
    """
    space = spacing_m if spacing_m is not None else width_m + GAP_M
    if shape in ("line", "row", "column", "diagonal"):
        if size_m is not None and n > 1:
            space = size_m / (n - 1)
        return Pattern(_line(shape, n, space), (), space)
    if shape == "circle":
        return _circle(n, space, size_m, least_radius_m)
    if shape in ("square", "triangle"):
        return _polygon(4 if shape == "square" else 3, n, space, size_m, least_radius_m)
    if shape in ("grid", "cluster"):
        if shape == "cluster" and spacing_m is None:
            space = width_m + TIGHT_GAP_M
        return _grid(n, space, size_m, rows)
    if shape == "pyramid":
        return _pyramid(n, width_m + PYRAMID_GAP_M if spacing_m is None else spacing_m)
    raise ValueError(f"expected a shape with slots of its own, got '{shape}'")


def _line(shape: str, n: int, space: float) -> tuple[Offset, ...]:
    ux, uy = {
        "line": (0.0, -1.0),
        "row": (0.0, -1.0),
        "column": (1.0, 0.0),
        "diagonal": (0.5**0.5, -(0.5**0.5)),
    }[shape]
    mid = (n - 1) / 2
    return tuple(((k - mid) * space * ux, (k - mid) * space * uy) for k in range(n))


def _circle(n: int, space: float, size_m: float | None, least_radius_m: float) -> Pattern:
    radius = size_m / 2 if size_m is not None else _ring_radius(n, space)
    if size_m is None:
        radius = max(radius, 0.08 if n > 1 else 0.0, least_radius_m)
    points = []
    for k in range(n):
        angle = -2 * math.pi * k / n
        points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return Pattern(tuple(points), (), 2 * radius * math.sin(math.pi / n) if n > 1 else 0.0)


def _ring_radius(n: int, space: float) -> float:
    return space / (2 * math.sin(math.pi / n)) if n > 1 else 0.0


def _polygon(
    sides: int, n: int, space: float, size_m: float | None, least_radius_m: float
) -> Pattern:
    """Corners first, further ones evenly on the sides; a square has its sides along the axes."""
    per_side = [
        max(1, n // sides) + (1 if k < n % sides and n > sides else 0) for k in range(sides)
    ]
    edge = size_m if size_m is not None else max(per_side) * space
    radius = edge / (2 * math.sin(math.pi / sides))
    if size_m is None:
        radius = max(radius, least_radius_m / math.cos(math.pi / sides))
    turn = math.pi / 4 if sides == 4 else 0.0
    corners = []
    for k in range(sides):
        angle = turn - 2 * math.pi * k / sides
        corners.append((radius * math.cos(angle), radius * math.sin(angle)))
    points: list[Offset] = []
    for k in range(sides):
        (ax, ay), (bx, by) = corners[k], corners[(k + 1) % sides]
        for j in range(per_side[k]):
            t = j / per_side[k]
            points.append((ax + t * (bx - ax), ay + t * (by - ay)))
    return Pattern(tuple(points[:n]), (), edge / max(per_side))


def _grid(n: int, space: float, size_m: float | None, rows: int | None) -> Pattern:
    count = rows if rows is not None else max(1, math.floor(math.sqrt(n)))
    count = min(count, n)
    columns = math.ceil(n / count)
    if size_m is not None and columns > 1:
        space = size_m / (columns - 1)
    points = []
    for k in range(n):
        row, column = divmod(k, columns)
        points.append((((count - 1) / 2 - row) * space, ((columns - 1) / 2 - column) * space))
    return Pattern(tuple(points), (), space)


def _pyramid(n: int, space: float) -> Pattern:
    base = 1
    while base * (base + 1) // 2 < n:
        base += 1
    points: list[Offset] = []
    levels: list[int] = []
    for level in range(base):
        wide = base - level
        for k in range(wide):
            points.append((0.0, ((wide - 1) / 2 - k) * space))
            levels.append(level)
    return Pattern(tuple(points[:n]), tuple(levels[:n]), space)


def spread_slots(n: int, x_m: float, y_m: float) -> tuple[Offset, ...]:
    """`n` points that cover a rectangle of x_m by y_m evenly, far from each other."""
    if n == 1:
        return ((0.0, 0.0),)
    best: tuple[float, tuple[Offset, ...]] = (-1.0, ())
    for rows in range(1, n + 1):
        counts = [n // rows + (1 if k < n % rows else 0) for k in range(rows)]
        points: list[Offset] = []
        for r, count in enumerate(counts):
            x = 0.0 if rows == 1 else x_m * (0.5 - r / (rows - 1))
            for k in range(count):
                y = 0.0 if count == 1 else y_m * (0.5 - k / (count - 1))
                points.append((x, y))
        apart = min(math.dist(a, b) for i, a in enumerate(points) for b in points[:i])
        best = max(best, (apart, tuple(points)))
    return best[1]


def assign(starts: Sequence[Offset], slots: Sequence[Offset]) -> list[int]:
    """Which slot each start gets, so that the ways together are short.

    Greedy, then improved by swapping pairs until nothing gets better. len(slots) >= len(starts).
    """
    n = len(starts)
    pairs = sorted(
        (math.dist(starts[i], slots[j]), i, j) for i in range(n) for j in range(len(slots))
    )
    slot_of: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in pairs:
        if i not in slot_of and j not in used:
            slot_of[i] = j
            used.add(j)
    out = [slot_of[i] for i in range(n)]
    better = True
    while better:
        better = False
        for a in range(n):
            for b in range(a):
                now = math.dist(starts[a], slots[out[a]]) + math.dist(starts[b], slots[out[b]])
                swapped = math.dist(starts[a], slots[out[b]]) + math.dist(starts[b], slots[out[a]])
                if swapped < now - 1e-9:
                    out[a], out[b] = out[b], out[a]
                    better = True
    return out


def turned(offsets: Sequence[Offset], angle_rad: float) -> tuple[Offset, ...]:
    """Offsets turned counter-clockwise about the middle."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    return tuple((c * x - s * y, s * x + c * y) for x, y in offsets)
