"""Where two fingers hold a thing of which only the outline from above is known.

Knows: outlines, how wide fingers are, which pairs of opposite places hold (antipodal within friction),
and which of them are better. Does not know: heights, hands, what stands around, motion (grasps.py).

A pair of places is good where the thing is narrow, its two sides run along the fingers there, and its
middle is near. As of Nguyen 1988 ("Constructing force-closure grasps"): two fingers with friction hold
where the line between the contacts lies within both cones; here the contacts are as wide as a finger.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.measured import sides_m
from llmagentos.types import SceneObject

Array = NDArray[np.float64]
Corners = tuple[tuple[float, float], ...]
#: Directions of the fingers that are looked at; places along each, and points of the outline, so far
#: from each other (share of the finger's width).
_DIRECTIONS, _STEP, _POINTS = 12, 0.4, 0.125
#: Sides that come nearer to each other by more than this slip out (the tangent of the angle between
#: them); and sides that run across the fingers by more than this turn the thing instead.
_TAPER, _SKEW = 0.7, 0.6
#: Fingers stay so far (share of their width) from what is beside the places that they hold.
_BESIDE = 0.25
#: What it costs: per metre of width and of distance from the middle, per tangent of taper and skew.
_WIDTH_COST, _OFF_COST, _TAPER_COST, _SKEW_COST = 12.0, 14.0, 1.0, 1.5
#: So many are offered, and of one direction so many.
_MOST, _MOST_ALIKE = 30, 3


@dataclass(frozen=True)
class Clasp:
    """A pair of opposite places, in the thing's own frame (from its position, x along its yaw), metres.

    yaw: of the hand's x axis, along the fingers' pads. middle: halfway between the places. width_m:
    how far they are apart, as wide as a finger. cost: 0 is best.
    """

    yaw: float
    middle: tuple[float, float]
    width_m: float
    cost: float


def clasps(item: SceneObject, finger_m: float) -> tuple[Clasp, ...]:
    """Pairs of places on a thing's outline, best first, for fingers as wide as that; of any width."""
    return _clasps(item.outline_m or _rectangle(*sides_m(item)), round(finger_m, 4))


def narrowest_m(item: SceneObject, finger_m: float) -> float:
    """The least width that fingers must open for it anywhere, metres; infinite where nothing holds."""
    return min((c.width_m for c in clasps(item, finger_m)), default=math.inf)


def _rectangle(length: float, width: float) -> Corners:
    x, y = round(length / 2, 4), round(width / 2, 4)
    return ((x, y), (-x, y), (-x, -y), (x, -y))


@lru_cache(maxsize=64)
def _clasps(outline: Corners, finger_m: float) -> tuple[Clasp, ...]:
    corners = np.array(outline, dtype=np.float64)
    edge = _along(corners, _POINTS * finger_m)
    middle = _centroid(corners)
    found: list[Clasp] = []
    for yaw in _yaws(corners):
        ranked = sorted(_across(edge, middle, yaw, finger_m), key=lambda c: c.cost)
        found += _apart(ranked, finger_m)
    return tuple(sorted(found, key=lambda c: c.cost)[:_MOST])


def _yaws(corners: Array) -> list[float]:
    """Evenly all around, and along the outline's longer sides; fingers are alike, so half a turn."""
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(edges[:, 0], edges[:, 1])
    longest = np.argsort(-lengths)[:4]
    yaws = [math.pi * i / _DIRECTIONS for i in range(_DIRECTIONS)]
    for angle in np.arctan2(edges[longest, 1], edges[longest, 0]).tolist():
        new = angle % math.pi
        if all(abs(math.remainder(new - yaw, math.pi)) > 0.05 for yaw in yaws):
            yaws.append(new)
    return yaws


def _across(edge: Array, middle: Array, yaw: float, finger_m: float) -> Iterator[Clasp]:
    """Places along the hand's x axis where the outline is between the fingers."""
    c, s = math.cos(yaw), math.sin(yaw)
    u, v = edge @ (c, s), edge @ (s, -c)
    mu, mv = float(middle @ (c, s)), float(middle @ (s, -c))
    half = finger_m / 2
    low, high = float(u.min()), float(u.max())
    # The middle itself, and steps from it to both sides.
    first, last = (
        math.ceil((low - mu) / (_STEP * finger_m)),
        math.floor((high - mu) / (_STEP * finger_m)),
    )
    for k in range(first, last + 1):
        at = mu + k * _STEP * finger_m
        left = (u >= at - half) & (u < at)
        right = (u >= at) & (u <= at + half)
        if left.sum() < 2 or right.sum() < 2:
            continue
        a, b = v[left], v[right]
        near, far = (float(a.min()), float(b.min())), (float(a.max()), float(b.max()))
        bottom, top = min(near), max(far)
        width = top - bottom
        if width < 1e-3:
            continue
        taper = abs((far[0] - near[0]) - (far[1] - near[1])) / half
        skew = abs((far[0] + near[0]) - (far[1] + near[1])) / (2 * half)
        if taper > _TAPER or skew > _SKEW:
            continue
        beside = v[(u >= at - half - _BESIDE * finger_m) & (u <= at + half + _BESIDE * finger_m)]
        if max(bottom - float(beside.min()), float(beside.max()) - top) > _BESIDE * finger_m:
            continue  # right beside it is more of it, which a finger would meet on its way down
        across = (bottom + top) / 2
        off = math.hypot(at - mu, across - mv)
        cost = _WIDTH_COST * width + _OFF_COST * off + _TAPER_COST * taper + _SKEW_COST * skew
        yield Clasp(yaw, (at * c + across * s, at * s - across * c), width, cost)


def _apart(ranked: list[Clasp], finger_m: float) -> list[Clasp]:
    """The best ones of a direction that are no neighbours of a better one."""
    kept: list[Clasp] = []
    for clasp in ranked:
        if len(kept) == _MOST_ALIKE:
            break
        if all(math.dist(clasp.middle, other.middle) > finger_m for other in kept):
            kept.append(clasp)
    return kept


def _along(corners: Array, step_m: float) -> Array:
    """Points of the outline no farther apart than a step, corners among them."""
    out = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        count = max(1, math.ceil(float(np.hypot(*(b - a))) / step_m))
        out.append(a + (b - a) * (np.arange(count) / count)[:, None])
    return np.concatenate(out)


def _centroid(corners: Array) -> Array:
    """Of the area within (shoelace formula); the mean of the corners where there is none."""
    x, y = corners.T
    nx, ny = np.roll(x, -1), np.roll(y, -1)
    cross = x * ny - nx * y
    area = float(cross.sum()) / 2
    if abs(area) < 1e-9:
        return np.asarray(corners.mean(axis=0))
    return np.array([((x + nx) * cross).sum(), ((y + ny) * cross).sum()]) / (6 * area)
