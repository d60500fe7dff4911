"""Rendered pictures with the simulator's truth beside them.

Knows: how to render a scene under some light and what is really in the picture.
Does not know: how perception works. Truth is for training and scoring only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import CameraFrame
from sim.rendering import Lighting
from sim.world import SimWorld
from training.perception.scenes import scene_for


@dataclass(frozen=True)
class Picture:
    """A frame from overhead; objects: truth as SimWorld.objects(); segments: object number+1 or 0
    (table, robot) per pixel, [H, W]."""

    seed: int
    frame: CameraFrame
    objects: list[dict[str, Any]]
    segments: NDArray[np.int32]


def take(world: SimWorld, seed: int, difficulty: str, light: bool = True) -> Picture:
    """Set up scene `seed` in `world` and take its picture; `light` varies the light."""
    world.reset(scene_for(seed, difficulty), seed=seed)
    rng = np.random.default_rng([seed, 0x11])
    world._renderer.lighting = Lighting.random(rng) if light else Lighting()
    camera = world.overhead
    pose = camera.base_from_camera()
    rgb, depth, bodies = world.render(camera.spec, pose)
    rgb, depth = world.noise.apply(rgb, depth)
    frame = CameraFrame("overhead", rgb, depth, camera.spec.intrinsics, pose, world.now_s)
    objects = world.objects()
    number = {o["id"]: i + 1 for i, o in enumerate(objects)}
    table = np.zeros(bodies.max() + 2, np.int32)
    for body, name in world.segmentation_names().items():
        if name in number:
            table[body] = number[name]
    return Picture(seed, frame, objects, table[bodies])


def stream(seeds: range, difficulty: str, light: bool = True) -> Iterator[Picture]:
    """Pictures of many scenes from one world."""
    world = SimWorld(scene_for(seeds.start, difficulty))
    for seed in seeds:
        yield take(world, seed, difficulty, light)
    world.close()
