"""Room on a table: where groups of things go so that they are apart and within their bounds.

Knows: circles, and how to push groups of them apart. Does not know: scenes, kinds, arms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: x from, x to, y from, y to, metres.
Bounds = tuple[float, float, float, float]

_ROUNDS = 400
_CLOSE_M = 1e-5


@dataclass(frozen=True)
class Circle:
    """A thing of a group: its centre from the group's origin, its radius, metres, and the bounds
    that its centre has to keep."""

    x: float
    y: float
    radius: float
    bounds: Bounds


Group = tuple[Circle, ...]
Spot = tuple[float, float]


def apart(groups: Sequence[Group], spots: Sequence[Spot], gap_m: float) -> list[Spot] | None:
    """Each group's origin, near its spot, so that all are `gap_m` apart and in bounds.

    Groups keep their shape. None where no room was found; the same input gives the same output.
    """
    limits = [_limits(group) for group in groups]
    if any(x0 > x1 or y0 > y1 for x0, x1, y0, y1 in limits):
        return None
    now = [_within(spot, limit) for spot, limit in zip(spots, limits, strict=True)]
    for _ in range(_ROUNDS):
        pushed = False
        for i in range(len(groups)):
            for j in range(i):
                push = _push(groups[i], now[i], groups[j], now[j], gap_m)
                if push is None:
                    continue
                pushed = True
                dx, dy = push
                now[i] = _within((now[i][0] + dx / 2, now[i][1] + dy / 2), limits[i])
                now[j] = _within((now[j][0] - dx / 2, now[j][1] - dy / 2), limits[j])
        if not pushed:
            return now
    return None


def _push(a: Group, at: Spot, b: Group, bt: Spot, gap_m: float) -> Spot | None:
    """How `a` has to move away from `b`, by the pair that is the deepest in each other."""
    deepest: tuple[float, Spot] | None = None
    for p in a:
        for q in b:
            dx, dy = at[0] + p.x - bt[0] - q.x, at[1] + p.y - bt[1] - q.y
            away = math.hypot(dx, dy)
            missing = p.radius + q.radius + gap_m - away
            if missing > _CLOSE_M and (deepest is None or missing > deepest[0]):
                deepest = missing, (dx / away, dy / away) if away > 1e-9 else (0.0, 1.0)
    if deepest is None:
        return None
    missing, (ux, uy) = deepest
    return missing * ux, missing * uy


def _limits(group: Group) -> Bounds:
    """Where the group's origin may be."""
    return (
        max(c.bounds[0] - c.x for c in group),
        min(c.bounds[1] - c.x for c in group),
        max(c.bounds[2] - c.y for c in group),
        min(c.bounds[3] - c.y for c in group),
    )


def _within(spot: Spot, limits: Bounds) -> Spot:
    x0, x1, y0, y1 = limits
    return min(max(spot[0], x0), x1), min(max(spot[1], y0), y1)
