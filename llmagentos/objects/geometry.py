"""What an object of a known kind and size looks like, as plain numbers.

Knows: height, rim, wall and floor of every kind as a function of its size.
Does not know: how they are drawn or simulated, nor where any of them stands.

All heights are measured upwards from the object's own base, upright.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from llmagentos.objects.kind import Kind, Shape
from llmagentos.objects.kinds import KINDS
from llmagentos.types import Vec3


@dataclass(frozen=True)
class ObjectGeometry:
    """Numbers of one object, metres and kilograms.

    extents_m: x, y, z of the box around it, standing at yaw 0; height_m: base to top.
    wall_m: thickness of the wall at the rim (0: no rim).
    rim_radius_m: centre of the wall at the rim, from the axis: a circle's radius (round_shell) or
    half the side of a square (square_shell); pinch there from above to lift a container.
    rim_depth_m: how far down from the rim the wall is upright, so fingers can hold it.
    floor_m: height of the inner floor above the base; what is put inside stands there.
    foot_radius_m: radius (or half side) of what it stands on; inner_radius_m: of the inner floor.
    footprint_radius_m: of the circle around everything, seen from above.
    top_width_m: narrowest width that fingers must open to hold it across from above.
    """

    kind: str
    size_m: float
    shape: Shape
    extents_m: tuple[float, float, float]
    height_m: float
    wall_m: float
    rim_radius_m: float
    rim_depth_m: float
    floor_m: float
    foot_radius_m: float
    inner_radius_m: float
    footprint_radius_m: float
    top_width_m: float
    mass_kg: float

    @property
    def has_rim(self) -> bool:
        """Whether there is a wall around what stands on its floor."""
        return self.wall_m > 0

    @property
    def is_round(self) -> bool:
        """Whether turning it about its axis changes nothing."""
        return self.shape in ("cylinder", "sphere", "round_shell")

    @property
    def is_flared(self) -> bool:
        """Whether its wall leans outwards from a narrow foot up to `bend_m`."""
        return self.has_rim and self.foot_radius_m < 0.5 * min(self.extents_m[:2])

    @property
    def bend_m(self) -> float:
        """Height above the base from which the wall of a vessel is upright."""
        return self.height_m - self.rim_depth_m


def object_geometry(kind: str, size_m: float | None = None) -> ObjectGeometry:
    """Geometry of `kind` at `size_m` (its usual one if None). KeyError for an unknown kind."""
    row = KINDS[kind]
    size = row.size_m if size_m is None else size_m
    return _vessel(row, size) if row.has_rim else _body(row, size)


@lru_cache(maxsize=512)
def geometry_as_seen(
    kind: str, size_m: float, height_m: float, extents_m: Vec3 | None = None
) -> ObjectGeometry:
    """Geometry of something that no table knows: a box of its measured length, width and height, or
    an upright cylinder of what was seen of it where nobody measured more."""
    body = _body(Kind("thing", "cylinder", size_m, mass_kg=0.2), size_m)
    length, width = (size_m, size_m) if extents_m is None else extents_m[:2]
    around = size_m / 2 if extents_m is None else math.hypot(length, width) / 2
    return replace(
        body,
        kind=kind,
        shape="mesh",
        extents_m=(length, width, height_m),
        height_m=height_m,
        floor_m=height_m,
        foot_radius_m=min(length, width) / 2,
        footprint_radius_m=around,
        top_width_m=min(length, width),
    )


def _body(row: Kind, size: float) -> ObjectGeometry:
    """What has no rim: things stand on its top."""
    x, y, z = row.extents_at(size)
    narrow = min(x, y)
    half_floor = size / 2 if row.is_flat else 0.0
    return ObjectGeometry(
        kind=row.name,
        size_m=size,
        shape=row.shape,
        extents_m=(x, y, z),
        height_m=z,
        wall_m=0.0,
        rim_radius_m=0.0,
        rim_depth_m=0.0,
        floor_m=z,
        foot_radius_m=size / 2,
        inner_radius_m=half_floor,
        footprint_radius_m=size / 2 if row.is_round else (x * x + y * y) ** 0.5 / 2,
        top_width_m=narrow,
        mass_kg=row.mass_kg * (size / row.size_m) ** 3,
    )


def _vessel(row: Kind, size: float) -> ObjectGeometry:
    """What has a wall around an inner floor; fingers may hold the wall."""
    x, y, z = row.extents_at(size)
    # A shell is made of sheet of one thickness, but a toy one of thinner sheet; a mesh grows as a
    # whole.
    least = row.sizes_m[0] if row.sizes_m else size
    scale = min(1.0, size / least) if row.is_shell else size / row.size_m
    wall, half = row.wall_m * scale, min(x, y) / 2
    foot = half * row.foot_ratio
    return ObjectGeometry(
        kind=row.name,
        size_m=size,
        shape=row.shape,
        extents_m=(x, y, z),
        height_m=z,
        wall_m=wall,
        rim_radius_m=half - wall / 2,
        rim_depth_m=row.upright * z,
        floor_m=row.floor_m * scale,
        foot_radius_m=foot,
        inner_radius_m=foot - wall,
        footprint_radius_m=half if row.is_round else (x * x + y * y) ** 0.5 / 2,
        top_width_m=min(x, y),
        mass_kg=row.mass_kg * (size / row.size_m) ** (2 if row.is_shell else 3),
    )
