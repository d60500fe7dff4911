"""A `look` made of the simulator's truth: for tests and for benchmarks of what follows perception.

Knows: how a perfect perception would report a world; what stands on what is told by perception's
own rule; how wrong a look may be. Does not know: cameras. Never part of an agent: there the camera
is the only eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import traits
from llmagentos.perception.relations import with_supports
from llmagentos.types import Scene, SceneObject, Workspace
from sim.world import SimWorld


def oracle_scene(world: SimWorld) -> Scene:
    """The scene as perception would report it if it were perfect."""
    return told_scene(
        world.objects(), world.held_truth(), world.robot.spec.workspace, now_s=world.now_s
    )


def told_scene(
    objects: Iterable[Mapping[str, Any]], held: str | None, workspace: Workspace, now_s: float = 0.0
) -> Scene:
    """The same of things as a simulator tells them (id, kind, color, size, position, yaw)."""
    items = []
    for o in objects:
        yaw = float(o["yaw"])
        kind = traits(o["kind"])
        if kind.is_square and not kind.is_oblong:
            yaw = (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
        x, y, z = o["position"]
        extents = o.get("extents")
        items.append(
            SceneObject(
                id=o["id"],
                kind=o["kind"],
                color=o["color"],
                size_m=o["size"],
                height_m=extents[2] if extents else object_geometry(o["kind"], o["size"]).height_m,
                position=(x, y, z),
                yaw=yaw,
                held=o["id"] == held,
                last_seen_s=now_s,
                extents_m=tuple(extents) if extents else None,
                outline_m=tuple((px, py) for px, py in o.get("outline", ())),
            )
        )
    # Perception's rule is in the lengths of a table of scale 1.
    large = with_supports([item.times(1 / workspace.scale) for item in items])
    told = [
        replace(item, support=o.support, inside=o.inside)
        for item, o in zip(items, large, strict=True)
    ]
    return Scene(tuple(told), now_s, workspace)


@dataclass(frozen=True)
class PoseNoise:
    """How wrong a look is: standard deviations. bias_m: of the camera's place, drawn once a scene,
    along x and y. jitter_m, yaw_rad, size_m: of every thing in every look, position along x and y,
    yaw and width."""

    bias_m: float = 0.0
    jitter_m: float = 0.0
    yaw_rad: float = 0.0
    size_m: float = 0.0


#: A look that is right.
EXACT = PoseNoise()


class NoisyLook:
    """A look at the truth with errors drawn from a generator; `look()` gives a Scene."""

    def __init__(self, world: SimWorld, noise: PoseNoise, rng: np.random.Generator) -> None:
        self._world, self._noise, self._rng = world, noise, rng
        dx, dy = (rng.normal(0.0, 1.0, 2) * noise.bias_m).tolist()
        #: How wrong the camera's place is along x and y.
        self.bias_m: tuple[float, float] = (dx, dy)

    def __call__(self) -> Scene:
        scene = oracle_scene(self._world)
        return replace(scene, objects=tuple(map(self._wrong, scene.objects)))

    def _wrong(self, o: SceneObject) -> SceneObject:
        """The thing as it is seen: what it stands on stays, and its base does."""
        noise, (dx, dy, turn, wide) = self._noise, self._rng.normal(0.0, 1.0, 4)
        x, y, _ = o.position
        size = max(o.size_m + wide * noise.size_m, 0.6 * o.size_m)
        height = o.height_m
        if noise.size_m and o.extents_m is None:
            height = object_geometry(o.kind, size).height_m
        return replace(
            o.resized(size / o.size_m),
            position=(
                x + self.bias_m[0] + dx * noise.jitter_m,
                y + self.bias_m[1] + dy * noise.jitter_m,
                o.bottom_z + height / 2,
            ),
            yaw=o.yaw + turn * noise.yaw_rad,
            size_m=size,
            height_m=height,
        )
