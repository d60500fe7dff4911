"""Random things to learn on: kinds, models, meshes, boxes, drums and what is put together of these.

Knows: how a thing is drawn from a generator. Does not know: where it lies, PyBullet, colours.

Meshes of pybullet_data's random_urdfs from `FRESH_MESHES` on are kept for scoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pybullet_data

from llmagentos.errors import SceneError
from llmagentos.objects.geometry import ObjectGeometry, object_geometry
from llmagentos.objects.kinds import KINDS
from sim.models import MODELS, model_solid, solid_geometry
from sim.solids import Angles, Piece, Solid, box, corners_of, drum, read_obj, scaled, settled

#: Meshes with these numbers and above are nobody's to train on.
FRESH_MESHES = 900
#: A mesh of more pieces than this takes too long to fall.
_MOST_PIECES = 12
_KINDS = tuple(k.name for k in KINDS.values() if not k.is_flat)
_FORMS = ("kind", "model", "mesh", "box", "drum", "composite")
_WEIGHTS = (0.14, 0.14, 0.24, 0.22, 0.12, 0.14)


@dataclass(frozen=True)
class Shape:
    """One thing: its numbers, and the pieces of what is no kind. upright: stands as it is drawn."""

    geometry: ObjectGeometry
    solid: Solid | None

    @property
    def upright(self) -> bool:
        """Whether it is a vessel or another kind, which mostly stand."""
        return self.solid is None


def draw_shape(rng: np.random.Generator, fresh: bool = False) -> Shape:
    """Any thing of 2 to 24 cm. fresh: meshes that nothing was trained on."""
    form = str(rng.choice(_FORMS, p=_WEIGHTS))
    if form == "kind":
        row = KINDS[str(rng.choice(_KINDS))]
        sizes = row.usual_sizes_m or (row.size_m,)
        return Shape(
            object_geometry(row.name, float(rng.choice(sizes) * rng.uniform(0.9, 1.3))), None
        )
    solid = {
        "model": _model, "mesh": lambda r: _mesh(r, fresh), "box": _box, "drum": _drum,
        "composite": _composite,
    }[form](rng)  # fmt: skip
    return Shape(solid_geometry(solid), solid)


def draw_box(rng: np.random.Generator, height_m: float | None = None) -> Shape:
    """A box; of this height where one is given, for rows of things that are as high."""
    sides = _sides(rng)
    solid = settled((box((sides[0], sides[1], height_m or sides[2])),))
    return Shape(solid_geometry(solid), solid)


def _sides(rng: np.random.Generator) -> list[float]:
    return np.exp(rng.uniform(np.log(0.022), np.log(0.2), 3)).tolist()


def _model(rng: np.random.Generator) -> Solid:
    row = MODELS[str(rng.choice(list(MODELS)))]
    return model_solid(row.name, round(row.size_m * float(rng.uniform(0.7, 1.8)), 3))


@lru_cache(maxsize=1024)
def _read(number: int) -> Solid | None:
    path = Path(pybullet_data.getDataPath()) / f"random_urdfs/{number:03d}/{number:03d}.obj"
    try:
        solid = read_obj(path)
        if len(solid) > _MOST_PIECES or not np.isfinite(corners_of(solid)).all():
            return None
        return settled(solid)
    except (SceneError, ValueError):
        return None


def _mesh(rng: np.random.Generator, fresh: bool) -> Solid:
    low, high = (FRESH_MESHES, 1000) if fresh else (0, FRESH_MESHES)
    while True:
        solid = _read(int(rng.integers(low, high)))
        if solid is not None:
            longest = float(np.ptp(corners_of(solid), axis=0).max())
            return scaled(solid, float(rng.uniform(0.05, 0.17)) / longest)


def _box(rng: np.random.Generator) -> Solid:
    return settled((box(_sides(rng)),))


def _drum(rng: np.random.Generator) -> Solid:
    radius = float(np.exp(rng.uniform(np.log(0.012), np.log(0.06))))
    top = radius * float(rng.choice([1.0, rng.uniform(0.2, 1.0)]))
    return settled((drum((radius, top), float(np.exp(rng.uniform(np.log(0.02), np.log(0.2))))),))


def _composite(rng: np.random.Generator) -> Solid:
    """Two to four boxes and drums that go through each other."""
    size = float(rng.uniform(0.03, 0.09))
    pieces: list[Piece] = []
    for _ in range(int(rng.integers(2, 5))):
        at = rng.uniform(-0.35, 0.35, 3) * size
        rpy: Angles = tuple(rng.uniform(-np.pi, np.pi, 3).tolist())
        if rng.random() < 0.5:
            pieces.append(box((size * rng.uniform(0.25, 1.1, 3)).tolist(), at.tolist(), rpy))
        else:
            radius, length = (size * rng.uniform(0.15, 1.0, 2)).tolist()
            pieces.append(drum((radius / 2, radius / 2), length, at.tolist(), rpy, 16))
    return settled(tuple(pieces))
