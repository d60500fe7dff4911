"""Outlines and carrying surfaces of seen objects, for finding spots.

Knows: which size and shape a `SceneObject` has from above, its inner floor and its top.
Does not know: scenes, descriptions or what is wanted.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.geometry import ObjectGeometry, geometry_as_seen, object_geometry
from llmagentos.objects.kinds import KINDS, Kind, traits
from llmagentos.objects.measured import sides_m
from llmagentos.types import SceneObject

Array = NDArray[np.float64]

#: Half the side of a small square is stretched by this where it is taken for a circle.
SQUARE_AS_CIRCLE = 1.2


@lru_cache(maxsize=512)
def _geometry(kind: Kind, size_m: float) -> ObjectGeometry:
    return object_geometry(kind.name, size_m)


def geometry(o: SceneObject) -> ObjectGeometry:
    """Table values of a known kind at this size; of any other thing what was measured of it."""
    if o.kind in KINDS:
        return object_geometry(o.kind, o.size_m)
    return geometry_as_seen(o.kind, o.size_m, o.height_m, o.extents_m)


def _known(o: SceneObject) -> ObjectGeometry:
    """The same, looked up by its size to a tenth of a millimetre: thousands of spots are tried."""
    return _geometry(traits(o.kind), round(o.size_m, 4)) if o.kind in KINDS else geometry(o)


def is_square(o: SceneObject) -> bool:
    """Whether its outline has four straight sides; the others count as circles."""
    return traits(o.kind).is_square or o.extents_m is not None


def has_rim(o: SceneObject) -> bool:
    """Whether things put there end up within a rim: in a vessel, or on a plate."""
    return traits(o.kind).has_rim


def width_m(o: SceneObject) -> float:
    """How wide fingers must open for it: across the narrow side of what is longer than wide."""
    oblong = traits(o.kind).extents_m is not None or o.extents_m is not None
    return _known(o).top_width_m if oblong else o.size_m


def half_m(o: SceneObject) -> float:
    """Half the edge or the radius, seen from above."""
    return o.size_m / 2


def circle_m(o: SceneObject) -> float:
    """Radius of a circle that stands for the outline (a little less than around a square)."""
    if o.extents_m is not None:
        return max(half_m(o), corner_m(o) * SQUARE_AS_CIRCLE / math.sqrt(2))
    return half_m(o) * (SQUARE_AS_CIRCLE if is_square(o) else 1.0)


def corner_m(o: SceneObject) -> float:
    """Radius of the circle around the outline."""
    if o.extents_m is not None:
        return math.hypot(*sides_m(o)) / 2
    return half_m(o) * (math.sqrt(2) if is_square(o) else 1.0)


def mouth_center(o: SceneObject) -> tuple[float, float, float]:
    """The middle of what things are put into, at the height of the object's position.

    A vessel that is longer than wide has a handle on its +y side; its position is that of the box
    around both.
    """
    kind, (px, py, pz) = traits(o.kind), o.position
    if not (kind.has_rim and kind.is_oblong):
        return o.position
    x, y, _ = kind.extents_at(o.size_m)
    off = (y - x) / 2
    return px + off * math.sin(o.yaw), py - off * math.cos(o.yaw), pz


def floor_z(o: SceneObject) -> float:
    """Height of the surface that takes what is put in or on the object, base frame, metres."""
    g = _known(o)
    if has_rim(o):
        return o.bottom_z + g.floor_m
    return o.bottom_z + o.height_m


def inner_m(o: SceneObject) -> float:
    """Radius (or half side) within which things may stand in or on the object."""
    g = _known(o)
    if not has_rim(o):
        return half_m(o) if o.extents_m is None else min(sides_m(o)) / 2
    if g.is_flared:  # things rest a little above its narrow floor
        return (g.inner_radius_m + g.rim_radius_m) / 2
    return g.inner_radius_m


def mouth_m(o: SceneObject) -> float:
    """Radius (or half side) of a container's opening."""
    g = _known(o)
    return g.rim_radius_m - g.wall_m / 2 if g.has_rim else max(0.01, half_m(o) - 0.006)


def base_half_m(o: SceneObject) -> float:
    """Half width of the surface that an object stands on."""
    g = _known(o)
    if g.is_flared:
        return g.foot_radius_m
    return half_m(o) if o.extents_m is None else min(sides_m(o)) / 2


def gap_m(x: Array, y: Array, moving: SceneObject | None, other: SceneObject) -> Array:
    """Free distance between `moving`, would it stand at (x, y), and `other`; negative: overlap.

    moving None: the hand alone, a point. The larger one keeps its true outline, the smaller one
    is taken for a circle.
    """
    own = 0.0 if moving is None else circle_m(moving)
    dx, dy = x - other.position[0], y - other.position[1]
    if moving is not None and is_square(moving) and moving.size_m > other.size_m:
        return rectangle_gap(dx, dy, _halves(moving), moving.yaw) - circle_m(other)
    if is_square(other):
        return rectangle_gap(dx, dy, _halves(other), other.yaw) - own
    return np.hypot(dx, dy) - circle_m(other) - own


def square_gap(dx: Array, dy: Array, half: float, yaw: float) -> Array:
    """Distance of points to a turned square around the origin; negative inside."""
    return rectangle_gap(dx, dy, (half, half), yaw)


def rectangle_gap(dx: Array, dy: Array, halves: tuple[float, float], yaw: float) -> Array:
    """Distance of points to a rectangle around the origin, its half sides along and across `yaw`;
    negative inside."""
    c, s = math.cos(yaw), math.sin(yaw)
    qx = np.abs(c * dx + s * dy) - halves[0]
    qy = np.abs(c * dy - s * dx) - halves[1]
    outside = np.hypot(np.maximum(qx, 0.0), np.maximum(qy, 0.0))
    return outside + np.minimum(np.maximum(qx, qy), 0.0)


def _halves(o: SceneObject) -> tuple[float, float]:
    """Half its sides, along and across its yaw; known kinds count as squares."""
    length, width = sides_m(o)
    return length / 2, width / 2
