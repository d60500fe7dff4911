"""Costs of table points for every horizontal place: beside, between, far from, at a corner.

Knows: what "left of" and "at the back side" mean for a thing that shall be put down, and which
point is the best example of it. Does not know: obstacles (freespace.py) or descriptions.

Each function returns a cost over points (inf: not that place) and exact points to try first.
Frame: base; left +y, back +x; metres.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.outlines import Array, circle_m, half_m, is_square
from llmagentos.types import SceneObject, Workspace
from llmagentos.world import regions
from llmagentos.world.freespace import Cost
from llmagentos.world.relations import AROUND_M, DIRECTIONS, FAR_M, NEXT_TO_M

Points = list[tuple[float, float]]
Wish = tuple[Cost, Points]

#: Free room that "left of" leaves between the two outlines, and how far it may go.
BESIDE_GAP_M = 0.045
BESIDE_FAR_M = 0.24
NEXT_GAP_M = 0.03
#: A corner's point is this far from both borders, a side's from its one.
INSET_M = 0.05
CORNER_REACH_M = 0.17
#: So far inside is away from the edge.
OFF_EDGE_M = 0.12
SIDE_REACH_M = 0.075
EXACT_TOL_M = 0.012
#: Points along a border that are tried at exactly the distance that was said.
EXACT_STEP_M = 0.02

_EIGHT = [(math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)) for k in range(8)]


def _from(mark: SceneObject, x: Array, y: Array) -> tuple[Array, Array]:
    return x - mark.position[0], y - mark.position[1]


def centre_distance(mark: SceneObject, moving: SceneObject, said_m: float) -> float:
    """A stated distance is between centres, unless the two would then overlap: then it is the
    gap between their outlines ("2 cm left of the bowl")."""
    touch = (mark.size_m + moving.size_m) / 2
    return said_m if said_m >= touch + 0.004 else touch + said_m


def beside(
    rel: str,
    mark: SceneObject,
    moving: SceneObject,
    distance_m: float | None = None,
    aside: float = 0.6,
) -> Wish:
    """In one of the eight directions of `mark`, on its axis; exactly so far when given.

    aside: how far off the axis at most, per distance along it.
    """
    ux, uy = DIRECTIONS[rel]
    mx, my = mark.position[:2]
    touch = circle_m(mark) + circle_m(moving)
    want = touch + BESIDE_GAP_M if distance_m is None else centre_distance(mark, moving, distance_m)
    far = max(BESIDE_FAR_M, want + 0.06)

    def cost(x: Array, y: Array) -> Array:
        dx, dy = _from(mark, x, y)
        along, across = dx * ux + dy * uy, np.abs(dx * uy - dy * ux)
        out = np.abs(along - want) + 2.0 * across
        bad = (along < 0.03) | (across > aside * along) | (along > far)
        if distance_m is not None:
            bad |= np.abs(np.hypot(dx, dy) - want) > EXACT_TOL_M
        return np.where(bad, np.inf, out)

    return cost, [(mx + want * ux, my + want * uy)]


def next_to(marks: Sequence[SceneObject], moving: SceneObject, distance_m: float | None) -> Wish:
    """On any free side of one of the marks, the way from where `moving` is."""
    hx, hy = moving.position[:2]

    def want(mark: SceneObject) -> float:
        return (
            circle_m(mark) + circle_m(moving) + NEXT_GAP_M
            if distance_m is None
            else centre_distance(mark, moving, distance_m)
        )

    def cost(x: Array, y: Array) -> Array:
        travel = 0.15 * np.hypot(x - hx, y - hy)
        best = np.full(np.shape(x), np.inf)
        for mark in marks:
            dist = np.hypot(*_from(mark, x, y))
            gap = dist - (mark.size_m + moving.size_m) / 2
            near = (dist <= NEXT_TO_M) | (gap <= 0.04)
            if distance_m is not None:
                near = np.abs(dist - want(mark)) <= EXACT_TOL_M
            best = np.minimum(
                best, np.where(near, 2.0 * np.abs(dist - want(mark)) + travel, np.inf)
            )
        return best

    exact = [
        (m.position[0] + want(m) * ux, m.position[1] + want(m) * uy)
        for m in marks
        for ux, uy in _EIGHT
    ]
    return cost, exact


def between(a: SceneObject, b: SceneObject) -> Wish:
    """Near the middle of the line from `a` to `b`."""
    ax, ay = a.position[:2]
    vx, vy = b.position[0] - ax, b.position[1] - ay
    length = max(1e-6, math.hypot(vx, vy))
    mid = (ax + vx / 2, ay + vy / 2)

    def cost(x: Array, y: Array) -> Array:
        along = ((x - ax) * vx + (y - ay) * vy) / length
        aside = np.abs((x - ax) * vy - (y - ay) * vx) / length
        bad = (along < 0.15 * length) | (along > 0.85 * length)
        bad |= aside > max(0.03, 0.2 * length)
        out = np.abs(along - length / 2) + 2.0 * aside
        return np.where(bad, np.inf, out)

    return cost, [mid]


def around(mark: SceneObject, moving: SceneObject, distance_m: float | None) -> Wish:
    """On a ring about the mark."""
    want = circle_m(mark) + circle_m(moving) + NEXT_GAP_M if distance_m is None else distance_m

    def cost(x: Array, y: Array) -> Array:
        dist = np.hypot(*_from(mark, x, y))
        return np.where(dist <= max(AROUND_M, want + 0.02), np.abs(dist - want), np.inf)

    mx, my = mark.position[:2]
    return cost, [(mx + want * ux, my + want * uy) for ux, uy in _EIGHT]


def far_from(
    marks: Sequence[SceneObject], moving: SceneObject, distance_m: float | None = None
) -> Wish:
    """Well away from every mark, without going farther than needed."""
    hx, hy = moving.position[:2]
    enough = FAR_M + 0.10 if distance_m is None else distance_m

    def cost(x: Array, y: Array) -> Array:
        travel = np.hypot(x - hx, y - hy)
        dist = np.full(np.shape(x), np.inf)
        for mark in marks:
            dist = np.minimum(dist, np.hypot(*_from(mark, x, y)))
        out = 0.2 * travel + 3.0 * np.maximum(0.0, enough - dist)
        if distance_m is not None:
            return np.where(np.abs(dist - distance_m) > EXACT_TOL_M, np.inf, out)
        return np.where(dist < FAR_M + 0.01, np.inf, out)

    return cost, []


def toward(mark: SceneObject, moving: SceneObject, distance_m: float | None) -> Wish:
    """Along the line to the mark: next to it, or so far on the way."""
    hx, hy = moving.position[:2]
    vx, vy = mark.position[0] - hx, mark.position[1] - hy
    length = max(1e-6, math.hypot(vx, vy))
    touch = circle_m(mark) + circle_m(moving) + NEXT_GAP_M
    go = max(0.0, length - touch) if distance_m is None else min(distance_m, length - touch)
    point = (hx + go * vx / length, hy + go * vy / length)
    return _near(point, 0.10), [point]


def away_from(mark: SceneObject, moving: SceneObject, distance_m: float | None) -> Wish:
    """Away from the mark on the line through both: so far, or until it is far from it."""
    hx, hy = moving.position[:2]
    vx, vy = hx - mark.position[0], hy - mark.position[1]
    length = math.hypot(vx, vy)
    ux, uy = (vx / length, vy / length) if length > 1e-6 else (-1.0, 0.0)
    go = max(0.10, FAR_M + 0.02 - length) if distance_m is None else distance_m
    point = (hx + go * ux, hy + go * uy)
    least = length + go if distance_m is not None else max(length + 0.08, FAR_M)

    def cost(x: Array, y: Array) -> Array:
        dist = np.hypot(*_from(mark, x, y))
        off = np.hypot(x - point[0], y - point[1])
        if distance_m is not None:
            return np.where(np.abs(dist - least) > EXACT_TOL_M, np.inf, off)
        return np.where(dist < least, np.inf, off)

    return cost, [point]


def away_from_all(marks: Sequence[SceneObject], moving: SceneObject) -> Wish:
    """Farther from each of several marks than it is now, or far from it; apart from them all."""
    hx, hy = moving.position[:2]

    def cost(x: Array, y: Array) -> Array:
        out = 0.2 * np.hypot(x - hx, y - hy)
        least = np.full(np.shape(x), np.inf)
        for mark in marks:
            dist = np.hypot(*_from(mark, x, y))
            now = math.hypot(hx - mark.position[0], hy - mark.position[1])
            least = np.minimum(least, dist)
            out = np.where(dist < min(now + 0.05, FAR_M + 0.01), np.inf, out)
        return out + 3.0 * np.maximum(0.0, FAR_M + 0.10 - least)

    return cost, []


def _near(point: tuple[float, float], reach_m: float) -> Cost:
    def cost(x: Array, y: Array) -> Array:
        off = np.hypot(x - point[0], y - point[1])
        return np.where(off > reach_m, np.inf, off)

    return cost


def near_point(point: tuple[float, float], reach_m: float = 0.12) -> Wish:
    """At a point of the table, or as near to it as there is room."""
    return _near(point, reach_m), [point]


def elsewhere(moving: SceneObject, least_m: float = 0.12) -> Wish:
    """Anywhere else, not far away and not in the very middle of things."""
    hx, hy = moving.position[:2]

    def cost(x: Array, y: Array) -> Array:
        off = np.hypot(x - hx, y - hy)
        return np.where(off < least_m, np.inf, off)

    return cost, []


def opposite(ws: Workspace, moving: SceneObject, marks: Sequence[SceneObject]) -> Wish:
    """Across the mark from where `moving` is, as far from it; across the middle of the table, to the
    other side of the two that it is nearer to, without one."""
    hx, hy = moving.position[:2]
    mx, my = marks[0].position[:2] if marks else regions.anchor(ws, "middle")
    vx, vy = mx - hx, my - hy
    if not marks:
        across_x = abs(vx) / (ws.x_max - ws.x_min) > abs(vy) / (ws.y_max - ws.y_min)
        vx, vy = (vx, 0.0) if across_x else (0.0, vy)
    length = math.hypot(vx, vy)
    ux, uy = (vx / length, vy / length) if length > 1e-6 else (0.0, 1.0)
    least = circle_m(marks[0]) + circle_m(moving) + NEXT_GAP_M if marks else 0.03
    far = max(length, least)

    def cost(x: Array, y: Array) -> Array:
        dx, dy = (x - mx, y - my) if marks else ((x - mx) * abs(ux), (y - my) * abs(uy))
        along, across = dx * ux + dy * uy, np.abs(dx * uy - dy * ux)
        aside = across if marks else np.hypot((x - hx) * abs(uy), (y - hy) * abs(ux))
        out = np.abs(along - far) + 2.0 * aside
        return np.where((along < 0.02) | (across > along + 0.02), np.inf, out)

    point = (mx + far * ux, my + far * uy) if marks else (hx + 2 * vx, hy + 2 * vy)
    return cost, [point]


def off_edge(
    ws: Workspace, region: str | None, moving: SceneObject, distance_m: float | None
) -> Wish:
    """So far from the border of a region at least, or every border, without going farther."""
    hx, hy = moving.position[:2]
    names = [region] if region in regions.SIDES else (region or "").split("_")
    borders = [n for n in names if n in regions.SIDES] or list(regions.SIDES)
    wanted = inset_m(ws, moving, distance_m)

    def cost(x: Array, y: Array) -> Array:
        deep = np.min([distance_in(ws, side, x, y) for side in borders], axis=0)
        return np.where(deep < wanted - 1e-9, np.inf, np.hypot(x - hx, y - hy))

    return cost, []


def distance_in(ws: Workspace, side: str, x: Array, y: Array) -> Array:
    """How far points are inside the border of a side."""
    inwards = {"left": ws.y_max - y, "right": y - ws.y_min, "back": ws.x_max - x}
    return inwards.get(side, x - ws.x_min)


def inset_m(ws: Workspace, moving: SceneObject, distance_m: float | None) -> float:
    """How far the middle of what is away from an edge is from it; no more than there is."""
    wanted = OFF_EDGE_M if distance_m is None else distance_m + reach_m(moving)
    narrow = min(ws.x_max - ws.x_min, ws.y_max - ws.y_min)
    return min(wanted, narrow / 2 - 0.02) if distance_m is None else wanted


def inset_point(ws: Workspace, region: str, inset_m: float = INSET_M) -> tuple[float, float]:
    """The point of a corner, a side or the middle at which one thing is put."""
    ax, ay = regions.anchor(ws, region)
    sx, sy = map(int, regions.SIGNS[region])  # 0 for what lies short of the border
    return float(ax - sx * inset_m), float(ay - sy * inset_m)


def at_region(
    ws: Workspace, region: str, moving: SceneObject, distance_m: float | None = None
) -> Wish:
    """At a corner, along a side, in the middle; "corner" and "side" are the nearest free one.

    distance_m: from the border, or both borders of a corner, to the outline of `moving`.
    """
    if region in ("corner", "side"):
        names = regions.CORNERS if region == "corner" else regions.SIDES
        return _any_of([at_region(ws, r, moving, distance_m) for r in names], moving)
    if distance_m is not None and regions.has_border(region):
        return from_edge(ws, region, moving, distance_m)
    point = inset_point(ws, region)
    px, py = point
    ax, ay = regions.anchor(ws, region)
    third_x, third_y = (ws.x_max - ws.x_min) / 3, (ws.y_max - ws.y_min) / 3
    reach = CORNER_REACH_M if region in regions.CORNERS else 0.16

    def cost(x: Array, y: Array) -> Array:
        if region in regions.SIDES:
            deep = np.abs(y - py) if region in ("left", "right") else np.abs(x - px)
            along = np.abs(x - px) if region in ("left", "right") else np.abs(y - py)
            return np.where(deep > SIDE_REACH_M, np.inf, 2.0 * deep + 0.5 * along)
        off = np.hypot(x - px, y - py)
        if region in regions.CORNERS:  # stay in the outer thirds while there is room
            deep_x, deep_y = np.abs(x - ax), np.abs(y - ay)
            off = off + np.where((deep_x > third_x) | (deep_y > third_y), 0.2, 0.0)
            return np.where(np.hypot(x - px, y - py) > reach, np.inf, off)
        if region == "middle":  # in the middle third while there is room
            off = off + np.where(
                (np.abs(x - px) > third_x / 2) | (np.abs(y - py) > third_y / 2), 0.2, 0.0
            )
        return np.where(np.hypot(x - px, y - py) > reach, np.inf, off)

    return cost, [point]


def from_edge(ws: Workspace, region: str, moving: SceneObject, distance_m: float) -> Wish:
    """So far from the border of a side to the nearest side of `moving`, straight from where it is
    or along the border; from both borders of a corner."""
    ax, ay = regions.anchor(ws, region)
    px, py = inset_point(ws, region, distance_m + reach_m(moving))
    hx, hy = moving.position[:2]
    if ax != px and ay != py:

        def at_corner(x: Array, y: Array) -> Array:
            off = np.maximum(np.abs(x - px), np.abs(y - py))
            return np.where(off > EXACT_TOL_M, np.inf, 2.0 * off)

        return at_corner, [(px, py)]
    if ax != px:
        along = np.arange(ws.y_min, ws.y_max, EXACT_STEP_M)
        exact = [(px, hy), *((px, float(v)) for v in along)]
    else:
        along = np.arange(ws.x_min, ws.x_max, EXACT_STEP_M)
        exact = [(hx, py), *((float(v), py) for v in along)]

    def cost(x: Array, y: Array) -> Array:
        off, aside = np.abs(x - px), np.abs(y - hy)
        if ax == px:
            off, aside = np.abs(y - py), np.abs(x - hx)
        return np.where(off > EXACT_TOL_M, np.inf, 4.0 * off + 0.5 * aside)

    return cost, exact


def reach_m(o: SceneObject) -> float:
    """From the centre to the outermost point along x; along y it is the same."""
    turn = abs(math.cos(o.yaw)) + abs(math.sin(o.yaw)) if is_square(o) else 1.0
    return half_m(o) * turn


def width_across(ws: Workspace, region: str) -> float:
    """How wide the workspace is from a region's border inwards; the narrower way of a corner."""
    x, y = ws.x_max - ws.x_min, ws.y_max - ws.y_min
    return y if region in ("left", "right") else x if region in ("front", "back") else min(x, y)


def _any_of(wishes: Sequence[Wish], moving: SceneObject) -> Wish:
    hx, hy = moving.position[:2]

    def cost(x: Array, y: Array) -> Array:
        best = np.minimum.reduce([c(x, y) for c, _ in wishes])
        return 3.0 * best + 0.1 * np.hypot(x - hx, y - hy)

    return cost, [p for _, points in wishes for p in points]


def points_in_half(
    ws: Workspace, region: str, x: Array, y: Array, room_m: float = 0.0
) -> NDArray[np.bool_]:
    """Which points are in the half of the table on a side, or less than `room_m` beyond it."""
    mx, my = regions.anchor(ws, "middle")
    beyond = {"left": my - y, "right": y - my, "back": mx - x, "front": x - mx}[region]
    return np.asarray(beyond < room_m)


def points_in(
    ws: Workspace, region: str, x: Array, y: Array, room_m: float = 0.0
) -> NDArray[np.bool_]:
    """Which points are in an outer third, a corner (both thirds) or the middle; `room_m` more
    of it on every inner side."""
    if region in ("corner", "side"):
        names = regions.CORNERS if region == "corner" else regions.SIDES
        return np.logical_or.reduce([points_in(ws, r, x, y, room_m) for r in names])
    room = -room_m if region == "middle" else room_m  # the middle is what no third has
    third_x, third_y = (ws.x_max - ws.x_min) / 3 + room, (ws.y_max - ws.y_min) / 3 + room
    parts = {
        "left": ws.y_max - y <= third_y,
        "right": y - ws.y_min <= third_y,
        "back": ws.x_max - x <= third_x,
        "front": x - ws.x_min <= third_x,
    }
    if region == "middle":
        return ~np.logical_or.reduce([parts[k] for k in parts])
    if not regions.has_border(region):
        ax, ay = regions.anchor(ws, region)
        near_x = np.abs(x - ax) <= (ws.x_max - ws.x_min) / 6 + room_m
        return near_x & (np.abs(y - ay) <= (ws.y_max - ws.y_min) / 6 + room_m)
    return np.logical_and.reduce([parts[word] for word in region.split("_")])
