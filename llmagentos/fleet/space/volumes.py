"""Volumes that robots claim: capsules and upright boxes, and how far they are apart.

Knows: geometry in one frame that all share, metres. Does not know: robots, time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from llmagentos.errors import FleetError

Point = tuple[float, float, float]
#: Volumes that are just a margin apart are.
_ROUNDING_M = 1e-9
#: Steps of the search along a segment: each shrinks what is left to two thirds.
_STEPS = 60


@dataclass(frozen=True)
class Capsule:
    """All within radius_m of the line from a to b."""

    a: Point
    b: Point
    radius_m: float

    def __post_init__(self) -> None:
        _finite(self, (*self.a, *self.b, self.radius_m))
        if self.radius_m < 0:
            raise FleetError(f"expected a radius of at least 0 m, got {self.radius_m}")

    @property
    def bounds(self) -> tuple[Point, Point]:
        """Its lowest and highest corner."""
        r = self.radius_m
        low = [min(p, q) - r for p, q in zip(self.a, self.b, strict=True)]
        high = [max(p, q) + r for p, q in zip(self.a, self.b, strict=True)]
        return (low[0], low[1], low[2]), (high[0], high[1], high[2])


@dataclass(frozen=True)
class Box:
    """All between two corners; its sides along the axes."""

    low: Point
    high: Point

    def __post_init__(self) -> None:
        if any(map(math.isnan, (*self.low, *self.high))):
            raise FleetError(f"expected corners without NaN, got {self.low} and {self.high}")
        if any(p > q for p, q in zip(self.low, self.high, strict=True)):
            raise FleetError(f"expected a box from low to high, got {self.low} and {self.high}")

    @property
    def bounds(self) -> tuple[Point, Point]:
        """Its lowest and highest corner."""
        return self.low, self.high


Volume = Capsule | Box


def gap_m(one: Volume, other: Volume) -> float:
    """How far two volumes are apart; 0 where they touch or overlap."""
    if isinstance(one, Box):
        if isinstance(other, Box):
            return _boxes(one, other)
        return max(0.0, _segment_box(other.a, other.b, one) - other.radius_m)
    if isinstance(other, Box):
        return max(0.0, _segment_box(one.a, one.b, other) - one.radius_m)
    return max(0.0, segments_m(one.a, one.b, other.a, other.b) - one.radius_m - other.radius_m)


def nearer(ones: Sequence[Volume], others: Sequence[Volume], margin_m: float) -> bool:
    """Whether any of the ones comes nearer to any of the others than the margin."""
    margin_m -= _ROUNDING_M
    theirs = [(other, *other.bounds) for other in others]
    for one in ones:
        (x, y, z), (u, v, w) = one.bounds
        for other, (a, b, c), (d, e, f) in theirs:
            apart = max(a - u, x - d, b - v, y - e, c - w, z - f)  # of their bounds
            if apart < margin_m and gap_m(one, other) < margin_m:
                return True
    return False


def segments_m(a: Point, b: Point, c: Point, d: Point) -> float:
    """The distance of two segments. Ericson, "Real-Time Collision Detection", 2005, ch. 5.1.9: the
    nearest points of the lines, clamped to the one segment and then to the other."""
    u, v, w = _minus(b, a), _minus(d, c), _minus(a, c)
    uu, vv, uw, vw, uv = _dot(u, u), _dot(v, v), _dot(u, w), _dot(v, w), _dot(u, v)
    if uu <= 0 and vv <= 0:
        return math.dist(a, c)
    if uu <= 0:
        return math.dist(a, _along(c, v, _unit(vw / vv)))
    if vv <= 0:
        return math.dist(c, _along(a, u, _unit(-uw / uu)))
    across = uu * vv - uv * uv
    s = _unit((uv * vw - uw * vv) / across) if across > 1e-12 * uu * vv else 0.0
    t = _unit((uv * s + vw) / vv)
    s = _unit((uv * t - uw) / uu)
    return math.dist(_along(a, u, s), _along(c, v, t))


def _segment_box(a: Point, b: Point, box: Box) -> float:
    """The distance from a point to a box is convex along a line: the interval with the least of it
    is shrunk to a point."""
    way = _minus(b, a)
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if _point_box(_along(a, way, left), box) <= _point_box(_along(a, way, right), box):
            high = right
        else:
            low = left
    ends = (_point_box(p, box) for p in (a, b, _along(a, way, (low + high) / 2)))
    return min(ends)


def _point_box(p: Point, box: Box) -> float:
    return math.hypot(
        *(max(lo - x, 0.0, x - hi) for x, lo, hi in zip(p, box.low, box.high, strict=True))
    )


def _boxes(one: Box, other: Box) -> float:
    gaps = (
        max(l2 - h1, l1 - h2, 0.0)
        for l1, h1, l2, h2 in zip(one.low, one.high, other.low, other.high, strict=True)
    )
    return math.hypot(*gaps)


def _minus(p: Point, q: Point) -> Point:
    return p[0] - q[0], p[1] - q[1], p[2] - q[2]


def _dot(p: Point, q: Point) -> float:
    return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]


def _along(p: Point, way: Point, share: float) -> Point:
    return p[0] + share * way[0], p[1] + share * way[1], p[2] + share * way[2]


def _unit(share: float) -> float:
    return min(1.0, max(0.0, share))


def _finite(of: object, values: Sequence[float]) -> None:
    if not all(map(math.isfinite, values)):
        raise FleetError(f"expected finite numbers, got {of!r}")
