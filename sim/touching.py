"""Whether two objects of a scene are in each other's way.

Knows: footprints and heights. Does not know: tables, arms, scenes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from llmagentos.objects.kinds import THING, traits

if TYPE_CHECKING:
    from sim.object_spec import ObjectSpec

#: Objects closer than this to touching count as overlapping only when they really interpenetrate.
TOUCH_M = 0.0005


def interpenetrate(a: ObjectSpec, b: ObjectSpec) -> bool:
    """Whether two objects occupy the same space. Inside a vessel is not."""
    ga, gb = a.geometry, b.geometry
    if traits(a.kind).is_flat or traits(b.kind).is_flat:
        return traits(a.kind).is_flat == traits(b.kind).is_flat and footprints_overlap(a, b)
    (ax, ay, az), (bx, by, bz) = a.xyz, b.xyz
    if abs(az - bz) >= (ga.height_m + gb.height_m) / 2 - TOUCH_M:
        return False
    if not footprints_overlap(a, b):
        return False
    distance = math.hypot(ax - bx, ay - by)
    return not (_lies_inside(b, a, distance) or _lies_inside(a, b, distance))


def _lies_inside(item: ObjectSpec, vessel: ObjectSpec, distance: float) -> bool:
    gi, gv = item.geometry, vessel.geometry
    if not gv.has_rim:
        return False
    item_bottom = item.xyz[2] - gi.height_m / 2
    floor = vessel.xyz[2] - gv.height_m / 2 + gv.floor_m
    reach = gv.rim_radius_m - gv.wall_m / 2
    return item_bottom >= floor - TOUCH_M and distance + gi.footprint_radius_m <= reach


def footprints_overlap(a: ObjectSpec, b: ObjectSpec) -> bool:
    """Whether two objects overlap as seen from above.

    Circles against circles exactly; squares by separating axes; mixed by nearest point.
    """
    ga, gb = a.geometry, b.geometry
    if ga.is_round and gb.is_round:
        gap = math.hypot(a.xyz[0] - b.xyz[0], a.xyz[1] - b.xyz[1])
        return gap < (ga.size_m + gb.size_m) / 2 - TOUCH_M
    if ga.is_round or gb.is_round:
        circle, square = (a, b) if ga.is_round else (b, a)
        x, y = _in_frame_of(square, circle.xyz[0], circle.xyz[1])
        along, across = _halves(square)
        dx, dy = max(abs(x) - along, 0.0), max(abs(y) - across, 0.0)
        return math.hypot(dx, dy) < circle.geometry.size_m / 2 - TOUCH_M
    return not (_separated(a, b) or _separated(b, a))


def _separated(a: ObjectSpec, b: ObjectSpec) -> bool:
    """Whether an edge direction of square `a` separates the two squares."""
    x, y = _in_frame_of(a, b.xyz[0], b.xyz[1])
    turn = b.yaw - a.yaw
    c, s = abs(math.cos(turn)), abs(math.sin(turn))
    (along, across), (long, wide) = _halves(a), _halves(b)
    return (
        abs(x) >= along + c * long + s * wide - TOUCH_M
        or abs(y) >= across + s * long + c * wide - TOUCH_M
    )


def _halves(item: ObjectSpec) -> tuple[float, float]:
    """Half its length and width; known kinds count as squares."""
    g = item.geometry
    if item.kind != THING:
        return g.size_m / 2, g.size_m / 2
    return g.extents_m[0] / 2, g.extents_m[1] / 2


def _in_frame_of(item: ObjectSpec, x: float, y: float) -> tuple[float, float]:
    dx, dy = x - item.xyz[0], y - item.xyz[1]
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    return c * dx + s * dy, -s * dx + c * dy
