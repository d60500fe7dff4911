"""Random scenes that are hard to see: stacks, filled vessels, things touching each other.

Knows: which things can stand on or in which others. Does not know: PyBullet, perception.
"""

from __future__ import annotations

import math

import numpy as np

from llmagentos.errors import SceneError
from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import KINDS, traits
from llmagentos.types import Workspace
from sim.random_scenes import random_scene
from sim.scene import ObjectSpec, SceneSpec

_GROUPS = ("stack", "fill", "on_flat", "touch", "single")
_GROUP_WEIGHTS = (0.27, 0.27, 0.2, 0.16, 0.1)
_GAP_M = 0.03


class _Builder:
    """Objects of one group around the origin, to be moved into the workspace as a whole."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.items: list[tuple[str, str, float, float, float, float, float]] = []

    def size(self, kind: str) -> float:
        return float(self.rng.choice(traits(kind).usual_sizes_m))

    def add(self, kind: str, size: float, x: float, y: float, base_z: float) -> float:
        """Add an object; returns the height of its top."""
        color, yaw = str(self.rng.choice(COLORS)), float(self.rng.uniform(-0.78, 0.78))
        height = object_geometry(kind, size).height_m
        self.items.append((kind, color, size, x, y, base_z + height / 2, yaw))
        return base_z + height

    @property
    def radius(self) -> float:
        return max(
            math.hypot(i[3], i[4]) + object_geometry(i[0], i[2]).footprint_radius_m
            for i in self.items
        )


def _stack(b: _Builder) -> None:
    size, z = b.size("block"), 0.0
    z = b.add("block", size, 0, 0, z)
    for _ in range(int(b.rng.integers(1, 3))):
        off = b.rng.uniform(-0.006, 0.006, 2)
        upper = b.size("block")
        if upper > size:
            upper = size
        z = b.add("block", upper, float(off[0]), float(off[1]), z)
        size = upper
    if b.rng.random() < 0.15 and size >= 0.04:
        b.add("can", 0.05, 0, 0, z)


def _fill(b: _Builder) -> None:
    kind = str(b.rng.choice(["bowl", "box", "tray", "bowl"]))
    g = object_geometry(kind, b.size(kind))
    b.add(kind, g.size_m, 0, 0, 0)
    inner = g.inner_radius_m
    count = 2 if kind in ("box", "tray") and b.rng.random() < 0.5 else 1
    for k in range(count):
        small = str(
            b.rng.choice(["block", "block", "ball", "can"] if kind != "bowl" else ["block"])
        )
        size = b.size(small) if kind != "bowl" else float(b.rng.choice([0.03, 0.04]))
        reach = max(inner - object_geometry(small, size).footprint_radius_m - 0.002, 0.0)
        x = float(b.rng.uniform(-1, 1)) * reach * 0.5
        if count == 2:
            x = (reach if k else -reach) * 0.95
        b.add(small, size, x, 0, g.floor_m)


def _on_flat(b: _Builder) -> None:
    kind = str(b.rng.choice(["plate", "zone", "zone"]))
    g = object_geometry(kind, b.size(kind))
    b.add(kind, g.size_m, 0, 0, 0)
    upper = str(b.rng.choice(["block", "can", "cup", "block"]))
    size = b.size(upper)
    reach = (
        max(g.inner_radius_m or g.size_m / 2, 0) - object_geometry(upper, size).footprint_radius_m
    )
    x = float(b.rng.uniform(-0.7, 0.7)) * max(reach, 0)
    top = b.add(upper, size, x, 0, g.floor_m if kind == "plate" else 0.0)
    if upper == "block" and b.rng.random() < 0.3:
        b.add("block", min(size, b.size("block")), x, 0, top)


def _touch(b: _Builder) -> None:
    size = b.size("block")
    yaw = 0.0
    other = b.size("block")
    b.add("block", size, 0, 0, 0)
    side = str(b.rng.choice(["block", "block", "can"]))
    width = other if side == "block" else b.size("can")
    b.add(side, width, (size + width) / 2 + 0.001, float(b.rng.uniform(-0.01, 0.01)), 0)
    b.items = [(*i[:6], yaw) for i in b.items]


def _single(b: _Builder) -> None:
    kind = str(b.rng.choice([k.name for k in KINDS.values() if k.frequency]))
    b.add(kind, b.size(kind), 0, 0, 0)


def complex_scene(seed: int, n_groups: int | None = None) -> SceneSpec:
    """Groups of stacked, filled or touching objects. SceneError when they do not fit."""
    rng = np.random.default_rng([seed, 0xC0])
    wanted = int(rng.integers(2, 5)) if n_groups is None else n_groups
    area = Workspace()
    placed: list[tuple[float, float, float]] = []
    specs: list[ObjectSpec] = []
    for _ in range(wanted):
        builder = _Builder(rng)
        group = str(rng.choice(_GROUPS, p=_GROUP_WEIGHTS))
        {"stack": _stack, "fill": _fill, "on_flat": _on_flat, "touch": _touch, "single": _single}[
            group
        ](builder)
        spot = _spot(rng, builder.radius, placed, area)
        if spot is None:
            continue
        placed.append((*spot, builder.radius))
        turn = float(rng.uniform(-math.pi, math.pi))
        specs += [_moved(i, spot, turn) for i in builder.items]
    scene = SceneSpec(objects=specs)
    scene.check()
    return scene


def _spot(
    rng: np.random.Generator,
    radius: float,
    placed: list[tuple[float, float, float]],
    area: Workspace,
) -> tuple[float, float] | None:
    for _ in range(200):
        x = float(rng.uniform(area.x_min + radius, area.x_max - radius))
        y = float(rng.uniform(area.y_min + radius, area.y_max - radius))
        if all(math.hypot(x - px, y - py) > radius + pr + _GAP_M for px, py, pr in placed):
            return x, y
    return None


def _moved(
    item: tuple[str, str, float, float, float, float, float],
    spot: tuple[float, float],
    turn: float,
) -> ObjectSpec:
    kind, color, size, x, y, z, yaw = item
    c, s = math.cos(turn), math.sin(turn)
    position = (spot[0] + c * x - s * y, spot[1] + s * x + c * y, z)
    angle = (yaw + turn + math.pi / 4) % (math.pi / 2) - math.pi / 4
    return ObjectSpec(kind=kind, color=color, size=size, position=position, yaw=angle)


def scene_for(seed: int, difficulty: str) -> SceneSpec:
    """A "plain" scene (4 to 10 objects apart from each other) or a "complex" one."""
    make = random_scene if difficulty == "plain" else complex_scene
    for attempt in range(8):
        try:
            return make(seed + attempt * 1_000_003)
        except SceneError:
            continue
    raise SceneError(f"expected a {difficulty} scene from seed {seed}, found none in 8 tries")
