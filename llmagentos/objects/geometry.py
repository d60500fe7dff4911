"""What the known kinds of objects look like, as plain numbers.

Knows: height, rim, wall and floor of every kind as a function of its size.
Does not know: how they are drawn or simulated, nor where any of them stands.

All heights are measured upwards from the object's own base, upright. `size_m` is the edge length
(block, box, tray, zone) or the outer diameter (the others).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from llmagentos.types import DEFAULT_SIZE_M

Shape = Literal["cuboid", "cylinder", "sphere", "round_shell", "square_shell", "flat", "mesh"]

#: Smallest and largest size of each kind that a scene may ask for, metres.
SIZE_RANGE_M: dict[str, tuple[float, float]] = {
    "block": (0.02, 0.07),
    "bowl": (0.08, 0.20),
    "plate": (0.08, 0.24),
    "cup": (0.05, 0.10),
    "can": (0.03, 0.075),
    "ball": (0.03, 0.075),
    "box": (0.10, 0.24),
    "tray": (0.12, 0.30),
    "zone": (0.06, 0.30),
}
#: The mouth-to-base ratio of a bowl: its foot is this much narrower than its rim.
BOWL_BASE_RATIO = 0.6
#: The upper part of a bowl's wall, from this fraction of the height, is upright (to be gripped).
BOWL_UPRIGHT_FROM = 0.5


@dataclass(frozen=True)
class HouseholdItem:
    """A scanned or modelled thing of everyday life at its default size.

    size_m: its largest horizontal extent; extents_m: x, y, z at that size, standing at yaw 0.
    grip_axis: "x" or "y", across which fingers hold it; color: as it comes; paintable: it comes
    in every other colour, too.
    """

    size_m: float
    extents_m: tuple[float, float, float]
    grip_axis: str
    mass_kg: float
    color: str
    paintable: bool = False


#: Things that pybullet_data brings, scaled to be held by a gripper that opens 8 cm.
HOUSEHOLD: dict[str, HouseholdItem] = {
    "duck": HouseholdItem(0.0745, (0.0745, 0.0521, 0.0695), "y", 0.05, "yellow"),
    "mug": HouseholdItem(0.1034, (0.0697, 0.1034, 0.0850), "x", 0.15, "red", True),
    "lego": HouseholdItem(0.0400, (0.0400, 0.0400, 0.0290), "x", 0.03, "yellow", True),
    "jenga": HouseholdItem(0.0900, (0.0900, 0.0300, 0.0180), "y", 0.03, "tan"),
    "soccerball": HouseholdItem(0.0600, (0.0600, 0.0600, 0.0600), "x", 0.06, "white"),
}
for _name, _item in HOUSEHOLD.items():
    SIZE_RANGE_M[_name] = (0.7 * _item.size_m, 1.1 * _item.size_m)


def default_size_m(kind: str) -> float:
    """Default size of any kind, metres. KeyError for an unknown one."""
    return HOUSEHOLD[kind].size_m if kind in HOUSEHOLD else DEFAULT_SIZE_M[kind]


@dataclass(frozen=True)
class ObjectGeometry:
    """Numbers of one object, metres and kilograms.

    height_m: base to top. wall_m: thickness of the wall at the rim (0: no rim).
    rim_radius_m: centre of the wall at the rim, from the axis: a circle's radius (round_shell) or
    half the side of a square (square_shell); pinch there from above to lift a container.
    rim_depth_m: how far down from the rim the wall is upright, so fingers can hold it.
    floor_m: height of the inner floor above the base; what is put inside stands there.
    inner_radius_m: radius (or half side) of the inner floor.
    footprint_radius_m: of the circle around everything, seen from above.
    top_width_m: narrowest width that fingers must open to hold it across from above.
    """

    kind: str
    size_m: float
    shape: Shape
    height_m: float
    wall_m: float
    rim_radius_m: float
    rim_depth_m: float
    floor_m: float
    inner_radius_m: float
    footprint_radius_m: float
    top_width_m: float
    mass_kg: float

    @property
    def is_container(self) -> bool:
        """Whether things put into it end up inside its wall."""
        return self.wall_m > 0

    @property
    def is_round(self) -> bool:
        """Whether turning it about its axis changes nothing."""
        return self.shape in ("cylinder", "sphere", "round_shell")


def object_geometry(kind: str, size_m: float | None = None) -> ObjectGeometry:
    """Geometry of `kind` at `size_m` (its default if None). KeyError for an unknown kind."""
    size = default_size_m(kind) if size_m is None else size_m
    if kind in HOUSEHOLD:
        return _household(kind, size)
    if kind in ("block", "can", "ball"):
        return _solid(kind, size)
    if kind == "zone":
        half = size / 2
        return ObjectGeometry(
            kind, size, "flat", 0.002, 0, 0, 0, 0.002, half, half * 2**0.5, size, 0.0
        )
    return _shell(kind, size)


def _solid(kind: str, size: float) -> ObjectGeometry:
    shapes: dict[str, tuple[Shape, float, float]] = {
        # kind: shape, height per size, density of the (partly hollow) body in kg/m^3
        "block": ("cuboid", 1.0, 900.0),
        "can": ("cylinder", 1.6, 700.0),
        "ball": ("sphere", 1.0, 900.0),
    }
    shape, ratio, density = shapes[kind]
    height = ratio * size
    fill = {"cuboid": 1.0, "cylinder": 0.785, "sphere": 0.524}[shape]
    footprint = size / 2 * (2**0.5 if shape == "cuboid" else 1.0)
    mass = density * fill * size * size * height
    return ObjectGeometry(kind, size, shape, height, 0, 0, 0, height, 0, footprint, size, mass)


def _household(kind: str, size: float) -> ObjectGeometry:
    item = HOUSEHOLD[kind]
    scale = size / item.size_m
    x, y, z = (scale * v for v in item.extents_m)
    wall, floor = (0.006 * scale, 0.01 * scale) if kind == "mug" else (0.0, z)
    return ObjectGeometry(
        kind=kind,
        size_m=size,
        shape="sphere" if kind == "soccerball" else "mesh",
        height_m=z,
        wall_m=wall,
        rim_radius_m=x / 2 - wall / 2 if wall else 0.0,
        rim_depth_m=0.8 * z if wall else 0.0,
        floor_m=floor,
        inner_radius_m=x / 2 - wall if wall else 0.0,
        footprint_radius_m=(x * x + y * y) ** 0.5 / 2,
        top_width_m=x if item.grip_axis == "x" else y,
        mass_kg=item.mass_kg * scale**3,
    )


def _shell(kind: str, size: float) -> ObjectGeometry:
    # kind: round?, height per size, wall, floor, upright part of the wall per height, mass per m^2
    table: dict[str, tuple[bool, float, float, float, float, float]] = {
        "bowl": (True, 0.42, 0.005, 0.006, 1 - BOWL_UPRIGHT_FROM, 9.0),
        "plate": (True, 0.14, 0.005, 0.005, 0.75, 6.0),
        "cup": (True, 1.15, 0.004, 0.006, 0.9, 16.0),
        "box": (False, 0.42, 0.005, 0.005, 0.9, 8.0),
        "tray": (False, 0.14, 0.006, 0.005, 0.8, 5.0),
    }
    is_round, ratio, wall, floor, upright, areal_mass = table[kind]
    height, half = ratio * size, size / 2
    inner = half - wall
    if kind == "bowl":
        inner = half * BOWL_BASE_RATIO - wall
    return ObjectGeometry(
        kind=kind,
        size_m=size,
        shape="round_shell" if is_round else "square_shell",
        height_m=height,
        wall_m=wall,
        rim_radius_m=half - wall / 2,
        rim_depth_m=upright * height,
        floor_m=floor,
        inner_radius_m=inner,
        footprint_radius_m=half if is_round else half * 2**0.5,
        top_width_m=size,
        mass_kg=areal_mass * size * size,
    )
