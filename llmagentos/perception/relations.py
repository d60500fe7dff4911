"""What stands on or in what, from geometry alone.

Knows: bases, tops, rims, footprints. Does not know: pictures, time. The same rules score the
simulator's truth in benchmarks.perception.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from llmagentos.objects.kinds import traits
from llmagentos.objects.measured import sides_m
from llmagentos.objects.outlines import geometry
from llmagentos.types import SceneObject

#: A base this far from a surface still stands on it, metres.
_REACH_M = 0.014


def with_supports(objects: Sequence[SceneObject]) -> list[SceneObject]:
    """The same objects with `support` and `inside` filled in. Held ones keep "table"."""
    result = []
    for item in objects:
        if item.held:
            result.append(replace(item, support="table", inside=False))
            continue
        support, inside = support_of(item, objects)
        result.append(replace(item, support=support, inside=inside))
    return result


def support_of(item: SceneObject, others: Sequence[SceneObject]) -> tuple[str, bool]:
    """Id of what `item` stands on or in ("table" if nothing), and whether that is "in"."""
    best, best_z, best_inside = "table", -1.0, False
    for other in others:
        if other.id == item.id or other.held or traits(item.kind).is_flat:
            continue
        surface = _surface_under(item, other)
        if surface is None:
            continue
        z, inside = surface
        if z > best_z:
            best, best_z, best_inside = other.id, z, inside
    return best, best_inside


def _surface_under(item: SceneObject, other: SceneObject) -> tuple[float, bool] | None:
    """Height of `other`'s surface that `item` stands on or in, and whether "in"."""
    if not over(item, other):
        return None
    g = geometry(other)
    base = item.bottom_z
    if traits(other.kind).is_flat:
        return (0.001, False) if base < _REACH_M else None
    if g.has_rim:
        floor, rim = other.bottom_z + g.floor_m, other.top_z
        into = traits(other.kind).is_container
        # Things may lie slanted on a bowl's slope, so anything between floor and rim is in it.
        if floor - _REACH_M <= base < rim - 0.004 and _fits_into(item, other):
            return floor, into
        if abs(base - rim) <= _REACH_M:
            return rim, False
        return None
    return (other.top_z, False) if abs(base - other.top_z) <= _REACH_M else None


def _fits_into(item: SceneObject, other: SceneObject) -> bool:
    distance = math.hypot(
        item.position[0] - other.position[0], item.position[1] - other.position[1]
    )
    return item.size_m < other.size_m and distance < other.size_m / 2


def over(item: SceneObject, other: SceneObject, margin_m: float = 0.0) -> bool:
    """Whether the middle of `item` is above the footprint of `other`."""
    dx, dy = item.position[0] - other.position[0], item.position[1] - other.position[1]
    reach = max(other.size_m, math.hypot(*sides_m(other))) / 2 + 1.5 * margin_m
    if math.hypot(dx, dy) > reach:
        return False
    if geometry(other).is_round:
        return math.hypot(dx, dy) <= other.size_m / 2 + margin_m
    c, s = math.cos(other.yaw), math.sin(other.yaw)
    length, width = (side / 2 + margin_m for side in sides_m(other))
    return abs(c * dx + s * dy) <= length and abs(-s * dx + c * dy) <= width
