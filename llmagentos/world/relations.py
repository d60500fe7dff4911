"""Spatial relations, stacks and comparisons: pure geometry on scenes.

Knows: what "left of", "on", "next to" mean for two objects, and what stands on what.
Does not know: language, descriptions, or what anybody wants (planning does).

Frame: robot base; left +y, right -y, behind/back +x, in front/front -x; metres. Horizontal
relations compare centres and are lenient half-planes: an object is left of another when its
centre is more than 1 cm to the left of it, however far ahead or behind. `cone_offset` tells how
well the direction fits, to prefer what lies straight that way. What is held, and what stands on
or in the landmark, has no horizontal relation to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from llmagentos.objects.measured import sides_m
from llmagentos.types import Scene, SceneObject
from llmagentos.world.colors import luminance
from llmagentos.world.support import (
    contents,
    fill_count,
    is_above,
    is_clear,
    is_in,
    is_on,
    is_stacked,
    stack_of,
    stacks,
    supports,
)

__all__ = [
    "AROUND_M",
    "DIRECTIONS",
    "FAR_M",
    "NEXT_TO_M",
    "SAME_LINE_M",
    "SIZE_STEP_M",
    "between",
    "bigger",
    "bulk_m",
    "cone_offset",
    "contents",
    "darker",
    "distance_m",
    "fill_count",
    "gap_m",
    "in_direction",
    "is_above",
    "is_clear",
    "is_in",
    "is_on",
    "is_stacked",
    "next_to",
    "related",
    "same_size",
    "stack_of",
    "stacks",
    "supports",
    "taller",
]

#: Centres nearer than this have no direction to each other.
SAME_LINE_M = 0.01
NEXT_TO_M = 0.12
AROUND_M = 0.20
FAR_M = 0.25
#: Sizes and heights differ when they differ by more than this.
SIZE_STEP_M = 0.004

#: Unit direction (x, y) of each horizontal relation.
DIRECTIONS: dict[str, tuple[float, float]] = {
    "left_of": (0.0, 1.0),
    "right_of": (0.0, -1.0),
    "behind": (1.0, 0.0),
    "in_front_of": (-1.0, 0.0),
    "front_left_of": (-(0.5**0.5), 0.5**0.5),
    "front_right_of": (-(0.5**0.5), -(0.5**0.5)),
    "back_left_of": (0.5**0.5, 0.5**0.5),
    "back_right_of": (0.5**0.5, -(0.5**0.5)),
}


def distance_m(a: SceneObject, b: SceneObject) -> float:
    """Horizontal distance of the centres, metres."""
    return math.hypot(a.position[0] - b.position[0], a.position[1] - b.position[1])


def gap_m(a: SceneObject, b: SceneObject) -> float:
    """Horizontal distance between the outlines, taken as circles; negative when they overlap."""
    return distance_m(a, b) - (a.size_m + b.size_m) / 2


# --- direction ----------------------------------------------------------------------------------


def in_direction(rel: str, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` lies in direction `rel` (a key of DIRECTIONS) of `b`.

    Straight ones are half-planes; diagonal ones quadrants.
    """
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    ux, uy = DIRECTIONS[rel]
    along_x = abs(ux) < 1e-9 or dx * ux > SAME_LINE_M * abs(ux)
    along_y = abs(uy) < 1e-9 or dy * uy > SAME_LINE_M * abs(uy)
    return along_x and along_y


def cone_offset(rel: str, a: SceneObject, b: SceneObject) -> float:
    """Angle between the way from `b` to `a` and the direction `rel`, radians, 0 to pi."""
    dx, dy = a.position[0] - b.position[0], a.position[1] - b.position[1]
    length = math.hypot(dx, dy)
    if length < 1e-9:
        return math.pi
    ux, uy = DIRECTIONS[rel]
    return math.acos(max(-1.0, min(1.0, (dx * ux + dy * uy) / length)))


def between(a: SceneObject, b: SceneObject, c: SceneObject) -> bool:
    """Whether `a` stands between `b` and `c`: near their line, inside its inner 90 %."""
    bx, by = b.position[:2]
    vx, vy = c.position[0] - bx, c.position[1] - by
    length = math.hypot(vx, vy)
    if length < 1e-6:
        return False
    ax, ay = a.position[0] - bx, a.position[1] - by
    along = (ax * vx + ay * vy) / length
    aside = abs(ax * vy - ay * vx) / length
    return 0.05 * length < along < 0.95 * length and aside <= max(0.05, 0.3 * length)


# --- comparison ---------------------------------------------------------------------------------


def bulk_m(obj: SceneObject) -> float:
    """How big an object looks, comparable across kinds: the cube root of its box's volume."""
    length, width = sides_m(obj)
    return float((length * width * max(obj.height_m, 1e-4)) ** (1 / 3))


def bigger(a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` is bigger than `b`: by size within a kind, by volume across kinds."""
    if a.kind == b.kind and a.extents_m is None:
        return a.size_m > b.size_m + SIZE_STEP_M
    return bulk_m(a) > bulk_m(b) + SIZE_STEP_M


def taller(a: SceneObject, b: SceneObject) -> bool:
    """Whether a is higher than b by more than what measuring leaves open."""
    return a.height_m > b.height_m + SIZE_STEP_M


def same_size(a: SceneObject, b: SceneObject) -> bool:
    """Whether the widths differ by no more than what measuring leaves open."""
    return abs(a.size_m - b.size_m) <= SIZE_STEP_M


def darker(a: SceneObject, b: SceneObject) -> bool:
    """Whether a's colour has the lower luminance; equal ones are not darker."""
    return luminance(a.color) < luminance(b.color) - 1e-6


_COMPARISONS: dict[str, Callable[[SceneObject, SceneObject], bool]] = {
    "same_color": lambda a, b: a.color == b.color,
    "different_color": lambda a, b: a.color != b.color,
    "same_size": same_size,
    "same_kind": lambda a, b: a.kind == b.kind,
    "bigger_than": bigger,
    "smaller_than": lambda a, b: bigger(b, a),
    "taller_than": taller,
    "shorter_than": lambda a, b: taller(b, a),
    "darker_than": darker,
    "lighter_than": lambda a, b: darker(b, a),
}


def next_to(a: SceneObject, b: SceneObject) -> bool:
    """Centres within 12 cm, or outlines within 4 cm for things too big for that."""
    return distance_m(a, b) <= NEXT_TO_M or gap_m(a, b) <= 0.04


def related(rel: str, scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    """Whether `a` stands in relation `rel` to `b`; "between" needs two landmarks (see between).

    Raises ValueError for a word that is no relation of two objects.
    """
    if a.id == b.id:
        return False
    if rel in _COMPARISONS:
        factor = 1 / scene.workspace.scale
        return _COMPARISONS[rel](a.times(factor), b.times(factor))
    support = {
        "on": is_on,
        "in": is_in,
        "above": is_above,
        "under": lambda s, x, y: is_above(s, y, x),
    }
    if rel in support:
        return support[rel](scene, a, b)
    if rel in DIRECTIONS or rel in ("next_to", "around", "toward", "far_from", "away_from"):
        factor = 1 / scene.workspace.scale
        return _stands_apart(scene, a, b) and _horizontal(rel, a.times(factor), b.times(factor))
    raise ValueError(f"expected a relation of two objects, got '{rel}'")


def _horizontal(rel: str, a: SceneObject, b: SceneObject) -> bool:
    if rel in DIRECTIONS:
        return in_direction(rel, a, b)
    if rel in ("next_to", "toward"):
        return next_to(a, b)
    return distance_m(a, b) <= AROUND_M if rel == "around" else distance_m(a, b) >= FAR_M


def _stands_apart(scene: Scene, a: SceneObject, b: SceneObject) -> bool:
    return not (a.held or b.held or is_above(scene, a, b) or is_above(scene, b, a))
