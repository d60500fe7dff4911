"""Things that are none of our kinds: one row a model, for scenes that hold what no table describes.

Knows: how each is made (put together of pieces, or a mesh of pybullet_data), how it stands, how long
it is, and any OBJ file or measured outline taken as one. Does not know: scenes, PyBullet, how a camera
sees them: to perception all of them are a "thing".

All are sized for a gripper that opens 8 cm. `size_m` is the longer side from above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pybullet_data

from llmagentos.errors import SceneError
from llmagentos.objects.geometry import ObjectGeometry, geometry_as_seen
from llmagentos.objects.kinds import THING
from llmagentos.types import Vec3
from sim.solids import (
    Angles,
    Piece,
    Solid,
    box,
    corners_of,
    drum,
    outline_from_above,
    prism,
    read_obj,
    scaled,
    settled,
    turned,
)

#: A scene may ask for a model so many times as long as it usually is.
SIZE_FACTORS = (0.7, 1.15)
#: How heavy: kg per cubic metre of the box around it, and within which bounds.
_DENSITY_KGPM3, _MASS_KG = 350.0, (0.03, 0.3)
#: The middle is at least so far from the edge of what it stands on, metres.
_STANDS_M = 0.001
_LIES: Angles = (0.0, math.pi / 2, 0.0)


@dataclass(frozen=True)
class Model:
    """One model. made_of: pieces (metres, any frame), or an OBJ file of pybullet_data. rpy: how it
    then stands. size_m: its longer side from above. word: what people may call it; "" for shapes
    without a name. color: how it comes where nobody says so."""

    name: str
    made_of: tuple[Piece, ...] | str
    size_m: float
    rpy: Angles = (0.0, 0.0, 0.0)
    word: str = ""
    color: str = "gray"

    def __hash__(self) -> int:
        return hash(self.name)


def _ngon(n: int, radius: float, wide: float = 1.0) -> list[tuple[float, float]]:
    angles = [2 * math.pi * (i + 0.5) / n for i in range(n)]
    return [(radius * math.cos(a), wide * radius * math.sin(a)) for a in angles]


def _ring(radius: float, thick: float, height: float, count: int = 14) -> tuple[Piece, ...]:
    wide = 2 * (radius + thick / 2) * math.tan(math.pi / count)
    angles = [2 * math.pi * i / count for i in range(count)]
    return tuple(
        box((thick, wide, height), (radius * math.cos(a), radius * math.sin(a), 0), (0, 0, a))
        for a in angles
    )


# fmt: off
_ROWS: tuple[Model, ...] = (
    Model("bottle", (drum((0.028, 0.028), 0.10), drum((0.028, 0.011), 0.025, (0, 0, 0.0625)),
                     drum((0.011, 0.011), 0.03, (0, 0, 0.09))), 0.056, word="bottle", color="green"),
    Model("spray_bottle", (drum((0.027, 0.024), 0.10), drum((0.012, 0.012), 0.03, (0, 0, 0.065)),
                           box((0.060, 0.024, 0.028), (0.012, 0, 0.093)),
                           box((0.008, 0.012, 0.030), (0.030, 0, 0.068), (0, 0.4, 0))), 0.069,
          word="spray bottle", color="blue"),
    Model("hammer", (drum((0.011, 0.011), 0.13, (0, 0, 0.016), _LIES),
                     box((0.028, 0.075, 0.032), (0.065, 0, 0.016))), 0.14, word="hammer", color="brown"),
    Model("screwdriver", (drum((0.014, 0.015), 0.075, (0, 0, 0.015), _LIES),
                          drum((0.006, 0.006), 0.07, (0.0725, 0, 0.015), _LIES)), 0.145,
          word="screwdriver", color="orange"),
    Model("dumbbell", (drum((0.024, 0.024), 0.02, (-0.045, 0, 0), _LIES, 12),
                       drum((0.024, 0.024), 0.02, (0.045, 0, 0), _LIES, 12),
                       drum((0.010, 0.010), 0.09, (0, 0, 0), _LIES, 12)), 0.11, word="dumbbell", color="black"),
    Model("pyramid", (drum((0.045, 0.004), 0.055, sides=4),), 0.0636, word="pyramid", color="yellow"),
    Model("cone", (drum((0.032, 0.005), 0.085), box((0.064, 0.064, 0.008), (0, 0, -0.043))), 0.064,
          word="traffic cone", color="orange"),
    Model("wedge", (prism([(-0.045, 0), (0.045, 0), (-0.045, 0.05)], 0.04, rpy=(math.pi / 2, 0, 0)),), 0.09,
          word="ramp", color="tan"),
    Model("arch", (box((0.025, 0.035, 0.035), (-0.0375, 0, 0.0175)), box((0.025, 0.035, 0.035), (0.0375, 0, 0.0175)),
                   box((0.10, 0.035, 0.02), (0, 0, 0.045))), 0.10, word="bridge", color="red"),
    Model("l_shape", (box((0.11, 0.03, 0.03)), box((0.03, 0.05, 0.03), (-0.04, 0.04, 0))), 0.11, color="purple"),
    Model("t_shape", (box((0.10, 0.03, 0.03)), box((0.03, 0.055, 0.03), (0, -0.0425, 0))), 0.10, color="cyan"),
    Model("cross", (box((0.10, 0.032, 0.03)), box((0.032, 0.10, 0.03))), 0.10, word="cross", color="pink"),
    Model("stairs", tuple(box((0.028, 0.05, 0.02 * (i + 1)), (0.028 * i, 0, 0.01 * (i + 1))) for i in range(3)),
          0.084, word="stairs", color="white"),
    Model("house", (box((0.06, 0.045, 0.04)),
                    prism([(-0.0225, 0), (0.0225, 0), (0, 0.025)], 0.06, (0, 0, 0.02),
                          (math.pi / 2, 0, math.pi / 2))), 0.06, word="house", color="red"),
    Model("mushroom", (drum((0.018, 0.014), 0.045), drum((0.034, 0.030), 0.01, (0, 0, 0.0275)),
                       drum((0.030, 0.012), 0.02, (0, 0, 0.0425))), 0.068, word="mushroom", color="red"),
    Model("nut", (prism(_ngon(6, 0.033), 0.026),), 0.0622, word="nut", color="gray"),
    Model("ring", _ring(0.029, 0.012, 0.022), 0.070, word="ring", color="gold"),
    Model("bar", (box((0.14, 0.034, 0.024)), box((0.02, 0.034, 0.01), (-0.05, 0, 0.017))), 0.14, word="remote control",
          color="black"),
    Model("candle", (prism(_ngon(6, 0.021), 0.12), drum((0.003, 0.002), 0.012, (0, 0, 0.066))), 0.042,
          word="candle", color="white"),
    Model("drill", (box((0.10, 0.036, 0.036)), box((0.03, 0.060, 0.030), (-0.030, 0.045, -0.003)),
                    box((0.05, 0.022, 0.036), (-0.030, 0.080, 0)), drum((0.009, 0.006), 0.03, (0.065, 0, 0), _LIES)),
          0.135, word="drill", color="yellow"),
    Model("wrench", (box((0.11, 0.018, 0.018)), prism(_ngon(8, 0.020), 0.018, (0.058, 0, 0)),
                     prism(_ngon(8, 0.016), 0.018, (-0.056, 0, 0))), 0.148, word="wrench", color="gray"),
    Model("spool", (drum((0.030, 0.030), 0.010, (0, 0, -0.022)), drum((0.017, 0.017), 0.034),
                    drum((0.030, 0.030), 0.010, (0, 0, 0.022))), 0.060, word="spool", color="tan"),
    Model("mouse", (prism(_ngon(8, 0.048, 0.62), 0.022), prism(_ngon(8, 0.036, 0.62), 0.012, (-0.006, 0, 0.017))),
          0.0887, word="mouse", color="black"),
    Model("bell", (drum((0.034, 0.024), 0.03), drum((0.024, 0.012), 0.02, (0, 0, 0.025)),
                   drum((0.006, 0.006), 0.03, (0, 0, 0.05))), 0.068, word="bell", color="gold"),
    # Meshes of pybullet_data, turned as they come to rest.
    Model("bunny", "bunny.obj", 0.085, (2.846, 1.378, 0), word="bunny", color="white"),
    Model("bear", "teddy2_VHACD_CHs.obj", 0.095, (-0.262, -0.363, 0), word="bear", color="brown"),
    Model("shape_006", "random_urdfs/006/006.obj", 0.10, (-0.090, -1.543, 0), color="blue"),
    Model("shape_009", "random_urdfs/009/009.obj", 0.10, (0.011, -0.017, 0), color="purple"),
    Model("shape_027", "random_urdfs/027/027.obj", 0.10, color="pink"),
    Model("shape_033", "random_urdfs/033/033.obj", 0.10, (0.020, -0.363, 0), color="cyan"),
    Model("shape_039", "random_urdfs/039/039.obj", 0.085, (0.008, -0.005, 0), color="tan"),
)
# fmt: on

#: Every model by name.
MODELS: dict[str, Model] = {model.name: model for model in _ROWS}


def model_named(name: str) -> Model:
    """The row of a name, or an OBJ file as it stands. SceneError for neither."""
    if name in MODELS:
        return MODELS[name]
    if name.endswith(".obj"):
        path = Path(pybullet_data.getDataPath()) / name  # a path of one's own stays as it is
        size = float(np.ptp(corners_of(settled(read_obj(path)))[:, 0]))
        return Model(name, name, round(size, 6))
    raise SceneError(f"expected a known model ({', '.join(MODELS)}) or an OBJ file, got {name!r}")


@lru_cache(maxsize=128)
def model_solid(name: str, size_m: float) -> Solid:
    """A model of this size, standing in the frame that things are measured in."""
    row = model_named(name)
    made = row.made_of
    raw = read_obj(Path(pybullet_data.getDataPath()) / made) if isinstance(made, str) else made
    solid = settled(turned(raw, row.rpy))
    return scaled(solid, size_m / float(np.ptp(corners_of(solid)[:, 0])))


@lru_cache(maxsize=128)
def model_outline(name: str, size_m: float) -> tuple[tuple[float, float], ...]:
    """Corners of its outline from above in that frame, metres."""
    return outline_from_above(model_solid(name, size_m))


@lru_cache(maxsize=256)
def model_geometry(name: str, size_m: float) -> ObjectGeometry:
    """Its numbers, as those of a kind."""
    return solid_geometry(model_solid(name, size_m))


def solid_geometry(solid: Solid) -> ObjectGeometry:
    """The numbers of any solid that stands in that frame."""
    length, width, height = np.ptp(corners_of(solid), axis=0).tolist()
    return measured_geometry((length, width, height))


def measured_geometry(extents_m: Vec3) -> ObjectGeometry:
    """The numbers of a thing of these sides."""
    length, width, height = extents_m
    g = geometry_as_seen(THING, max(length, width), height, extents_m)
    low, high = _MASS_KG
    mass = min(max(_DENSITY_KGPM3 * length * width * height, low), high)
    return replace(g, mass_kg=mass)


def check_outline(
    extents_m: Vec3, outline: tuple[tuple[float, float], ...] | None, where: str
) -> None:
    """SceneError for sides or corners that no thing can have."""
    if not all(math.isfinite(v) and v > 0 for v in extents_m):
        raise SceneError(f"{where}: expected extents above 0 m, got {extents_m}")
    if outline is None:
        return
    if len(outline) < 3:
        raise SceneError(f"{where}: expected an outline of at least 3 corners, got {len(outline)}")
    for x, y in outline:
        if not (abs(x) <= extents_m[0] / 2 + 1e-6 and abs(y) <= extents_m[1] / 2 + 1e-6):
            raise SceneError(
                f"{where}: expected corners within the {extents_m[0]} x {extents_m[1]} m of its "
                f"extents, got ({x}, {y})"
            )
    hull = cv2.convexHull(np.array(outline, np.float32))
    if cv2.pointPolygonTest(hull, (0.0, 0.0), True) < _STANDS_M:
        raise SceneError(
            f"{where}: expected a thing that stands: its weight is in the middle of its extents, "
            "which is not over its outline"
        )
