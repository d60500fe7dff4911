"""Random scenes that can exist, from a seed.

Knows: how many things of which kinds and sizes look natural, and how much room a gripper needs.
Does not know: PyBullet, tasks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmagentos.errors import SceneError
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import ObjectGeometry, object_geometry
from llmagentos.objects.kinds import KINDS, THING, traits
from llmagentos.robots import DEFAULT_ROBOT, load
from llmagentos.types import Workspace
from sim.models import MODELS, SIZE_FACTORS, model_geometry, model_named
from sim.scene import ObjectSpec, SceneSpec
from sim.tables import table_for

#: Free space between two objects, at scale 1: mostly room for a finger, sometimes tight.
_ROOMY_M, _TIGHT_M, _TIGHT_SHARE = 0.045, 0.012, 0.1
#: How often kinds are drawn that are drawn only where somebody names them.
_RARE = 0.05
_TRIES = 200
_DRAWS = 12
#: More than this share of the workspace as a sum of squared sizes hardly ever fits.
_FULL_SHARE = 0.43


@dataclass(frozen=True)
class _Wanted:
    """What shall stand somewhere; model: of a thing."""

    kind: str
    color: str
    size: float
    model: str = ""

    @property
    def geometry(self) -> ObjectGeometry:
        if self.model:
            return model_geometry(self.model, self.size)
        return object_geometry(self.kind, self.size)

    def at(self, position: tuple[float, float], yaw: float) -> ObjectSpec:
        return ObjectSpec(kind=self.kind, color=self.color, size=self.size, position=position,
                          yaw=yaw, model=self.model or None)  # fmt: skip


def random_scene(
    seed: int,
    n_objects: int | None = None,
    kinds: Sequence[str] | None = None,
    robot: str = DEFAULT_ROBOT,
    table: str | None = None,
    things: int = 0,
    models: Sequence[str] | None = None,
) -> SceneSpec:
    """`n_objects` (default: 4 to 10) things of `kinds` (default: the common ones) where an arm works.

    robot: its name or folder. table: what the table looks like (sim.tables), "random" for any but
    the mat; the things are the same on all of them. things: so many more that are none of our
    kinds, each of another of `models` (default: all of sim/models.py). SceneError when they do not
    fit, RobotError for an arm that is none.
    """
    area = load(robot).workspace
    full_m2 = _FULL_SHARE * (area.x_max - area.x_min) * (area.y_max - area.y_min)
    rng = np.random.default_rng(seed)
    count = int(rng.integers(4, 11)) if n_objects is None else n_objects
    known = [kind.name for kind in KINDS.values() if kind.in_scenes]
    names = list(kinds or [name for name in known if KINDS[name].frequency])
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SceneError(f"expected kinds of {known}, got {unknown[0]!r}")
    weights = np.array([KINDS[name].frequency or _RARE for name in names])
    for _ in range(_DRAWS):  # Too many large things in one draw do not fit: draw again.
        drawn = [str(rng.choice(names, p=weights / weights.sum())) for _ in range(count)]
        wanted = [
            _Wanted(kind, _any_color(rng, kind), _any_size(rng, kind, area.scale)) for kind in drawn
        ]
        wanted += _any_things(rng, things, models, area.scale)
        if sum(w.geometry.size_m**2 for w in wanted) > full_m2:
            continue
        placed = _arrange(rng, wanted, area)
        if placed is not None:
            scene = SceneSpec(robot=robot, objects=placed, table=table_for(table, seed))
            scene.check()
            return scene
    raise SceneError(f"expected {count} of {names} to fit the workspace, found no room")


def _any_color(rng: np.random.Generator, kind: str) -> str:
    return "" if traits(kind).color else str(rng.choice(COLORS))


def _any_size(rng: np.random.Generator, kind: str, scale: float) -> float:
    sizes = traits(kind).usual_sizes_m
    size = float(rng.choice(sizes)) if sizes else traits(kind).size_m
    return size if scale == 1.0 else round(scale * size, 5)


def _any_things(
    rng: np.random.Generator, count: int, models: Sequence[str] | None, scale: float
) -> list[_Wanted]:
    """Things of different models, sizes and colours."""
    if count == 0:
        return []
    names = list(models or MODELS)
    if count > len(names):
        raise SceneError(f"expected at most {len(names)} things of different models, got {count}")
    low, high = SIZE_FACTORS
    return [
        _Wanted(
            THING,
            str(rng.choice(COLORS)),
            round(scale * model_named(str(name)).size_m * float(rng.uniform(low, high)), 4),
            str(name),
        )
        for name in rng.choice(names, count, replace=False)
    ]


def _arrange(
    rng: np.random.Generator, wanted: list[_Wanted], area: Workspace
) -> list[ObjectSpec] | None:
    """Place the largest first; when one finds no room, start over, closer together."""
    order = sorted(range(len(wanted)), key=lambda i: -wanted[i].geometry.size_m)
    for attempt in range(12):
        squeeze = 1.0 - attempt / 12
        placed: dict[int, ObjectSpec] = {}
        for i in order:
            spot = _find_room(rng, wanted[i], list(placed.values()), squeeze, area)
            if spot is None:
                break
            placed[i] = spot
        if len(placed) == len(wanted):
            return [placed[i] for i in range(len(wanted))]
    return None


def _find_room(
    rng: np.random.Generator,
    wanted: _Wanted,
    placed: list[ObjectSpec],
    squeeze: float,
    area: Workspace,
) -> ObjectSpec | None:
    radius = wanted.geometry.footprint_radius_m
    if 2 * radius > min(area.x_max - area.x_min, area.y_max - area.y_min):
        return None
    for _ in range(_TRIES):
        x = rng.uniform(area.x_min + radius, area.x_max - radius)
        y = rng.uniform(area.y_min + radius, area.y_max - radius)
        yaw = rng.uniform(-math.pi / 4, math.pi / 4)
        gap = area.scale * squeeze * (_TIGHT_M if rng.random() < _TIGHT_SHARE else _ROOMY_M)
        clear = all(
            math.hypot(x - o.position[0], y - o.position[1])
            >= radius + o.geometry.footprint_radius_m + gap
            for o in placed
        )
        if clear:
            flat = (round(float(x), 4), round(float(y), 4))
            whole = 2 if wanted.model else 1  # a thing is another one after a quarter turn
            turn = 0.0 if wanted.geometry.is_round else round(whole * float(yaw), 4)
            return wanted.at(flat, turn)
    return None
