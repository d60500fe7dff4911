"""What was measured of a thing that no kind's table describes: its sides and its outline.

Knows: which `SceneObject` is one, its rectangle and its outline from above in the base frame, how
its yaw is told. Does not know: pictures, what the numbers are used for, known kinds (geometry.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.kinds import THING
from llmagentos.types import SceneObject, Vec3

Points = Sequence[tuple[float, float]]
#: Longer than wide by this share: its yaw means something, and people call it long.
OBLONG = 1.15
#: What covers this share of the circle around it is round.
ROUND = 0.85
#: Measures differ clearly by so much: as a factor, and in metres.
_CLEARLY, _CLEARLY_M = 1.25, 0.01
#: An outline has at most so many corners, each off by at most so much, metres.
MOST_CORNERS, _CORNER_M = 32, 0.0015


def is_thing(o: SceneObject) -> bool:
    """Whether it is of no known kind."""
    return o.kind == THING


def sides_m(o: SceneObject) -> tuple[float, float]:
    """Length along its yaw and width of what was measured; twice its size where nothing was."""
    return (o.size_m, o.size_m) if o.extents_m is None else o.extents_m[:2]


def length_m(o: SceneObject) -> float:
    """Its longest side from above, metres."""
    return max(o.size_m, *sides_m(o))


def form_word(o: SceneObject, others: Sequence[SceneObject]) -> str:
    """A word by which it clearly differs from all the others: "tall", "low", "long", "short"; or ""
    where there is none (of them, or of others)."""
    for more, less, own, rest in (
        ("tall", "low", o.height_m, [x.height_m for x in others]),
        ("long", "short", length_m(o), [length_m(x) for x in others]),
    ):
        if rest and own > max(_CLEARLY * max(rest), max(rest) + _CLEARLY_M):
            return more
        if rest and own < min(min(rest) / _CLEARLY, min(rest) - _CLEARLY_M):
            return less
    return ""


def is_oblong(o: SceneObject) -> bool:
    """Whether what was measured is clearly longer than wide."""
    length, width = sides_m(o)
    return max(length, width) > OBLONG * min(length, width)


def is_round(o: SceneObject) -> bool:
    """Whether its outline from above fills a circle around it."""
    if len(o.outline_m) < 8 or is_oblong(o):
        return False
    x, y = np.array(o.outline_m).T
    area = abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2
    return area > ROUND * math.pi * float((x * x + y * y).max())


def outline_of(o: SceneObject) -> NDArray[np.float64]:
    """Corners of its outline from above, one after another, base frame, metres; float64 [n, 2]."""
    points = np.array(o.outline_m or _rectangle(*sides_m(o)), dtype=np.float64)
    c, s = math.cos(o.yaw), math.sin(o.yaw)
    return points @ np.array([[c, s], [-s, c]]) + o.position[:2]


def half_turn(yaw: float) -> float:
    """The same direction of an axis, within (-pi/2, pi/2]."""
    wrapped = yaw - math.pi * math.ceil(yaw / math.pi - 0.5)
    return wrapped if wrapped > -math.pi / 2 + 1e-9 else wrapped + math.pi


def measured(
    points: Points, height_m: float
) -> tuple[tuple[float, float], float, Vec3, tuple[tuple[float, float], ...]]:
    """Middle, yaw, extents_m and outline_m of a thing by the corners of its outline from above.

    points: base frame, metres, one after another; height_m: of what they go around. The rectangle
    of least area around them (rotating calipers: one side lies along an edge of the convex hull).
    ValueError for fewer than three points.
    """
    corners = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(corners) < 3:
        raise ValueError(f"expected an outline of at least 3 corners, got {len(corners)}")
    hull = _hull(corners)
    edges = np.roll(hull, -1, axis=0) - hull
    best = (math.inf, 0.0)
    for angle in np.arctan2(edges[:, 1], edges[:, 0]).tolist():
        spread = np.ptp(corners @ _turn(angle), axis=0)
        best = min(best, (float(spread[0] * spread[1]), angle))
    yaw = best[1]
    turned = corners @ _turn(yaw)
    if np.ptp(turned[:, 0]) < np.ptp(turned[:, 1]):
        yaw += math.pi / 2
    yaw = half_turn(yaw)
    turned = corners @ _turn(yaw)
    low, high = turned.min(axis=0), turned.max(axis=0)
    middle = (low + high) / 2
    x, y = (middle @ _turn(yaw).T).tolist()
    length, width = (high - low).tolist()
    own = tuple((round(px, 5), round(py, 5)) for px, py in (turned - middle).tolist())
    return (x, y), yaw, (length, width, height_m), own


def with_outline(o: SceneObject, points: Points) -> SceneObject:
    """The thing with what its outline from above says of it: middle, yaw, sides and size.

    points: corners one after another, base frame, metres. ValueError as of `measured`.
    """
    (x, y), yaw, extents, outline = measured(simplified(points), o.height_m)
    return replace(
        o,
        position=(x, y, o.position[2]),
        yaw=yaw,
        size_m=extents[0],
        extents_m=extents,
        outline_m=outline,
    )


def simplified(points: Points) -> tuple[tuple[float, float], ...]:
    """An outline with no more corners than are carried (MOST_CORNERS), each near where it was."""
    contour: NDArray[Any] = np.asarray(points, dtype=np.float32).reshape(-1, 1, 2)
    slack = _CORNER_M
    while len(contour) > MOST_CORNERS or slack == _CORNER_M:
        contour = cv2.approxPolyDP(contour, slack, True)
        slack *= 1.5
    return tuple((float(x), float(y)) for x, y in contour[:, 0].tolist())


def _rectangle(length: float, width: float) -> Points:
    x, y = length / 2, width / 2
    return ((x, y), (-x, y), (-x, -y), (x, -y))


def _turn(angle: float) -> NDArray[np.float64]:
    """Right-multiplied: base frame to the frame turned by `angle`."""
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, -s], [s, c]])


def _hull(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(set(map(tuple, points.tolist())))
    if len(ordered) < 3:
        return np.array(ordered)

    def half(rows: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
        chain: list[tuple[float, ...]] = []
        for p in rows:
            while len(chain) > 1 and _left(chain[-2], chain[-1], p) <= 0:
                chain.pop()
            chain.append(p)
        return chain[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))


def _left(a: tuple[float, ...], b: tuple[float, ...], c: tuple[float, ...]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
