"""A `look` made of the simulator's truth, for tests and benchmarks of what comes after perception."""

from __future__ import annotations

import math
from typing import Any

from llmagentos.geometry import object_geometry
from llmagentos.types import Scene, SceneObject


def oracle_scene(world: Any) -> Scene:
    """The scene as perception would report it if it were perfect. world: a sim.world.SimWorld."""
    held = world.held_truth()
    items = []
    for o in world.objects():
        try:
            height = object_geometry(o["kind"], o["size"]).height_m
        except KeyError:
            height = o["height"]
        yaw = o["yaw"]
        if o["kind"] == "block":
            yaw = (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
        items.append(
            SceneObject(
                id=o["id"],
                kind=o["kind"],
                color=o["color"],
                size_m=o["size"],
                height_m=height,
                position=tuple(o["position"]),
                yaw=yaw,
                held=o["id"] == held,
                last_seen_s=world.now_s,
            )
        )
    return Scene(tuple(_supported(items)), world.now_s)


def _supported(items: list[SceneObject]) -> list[SceneObject]:
    from dataclasses import replace

    out = []
    for item in items:
        support, inside, best = "table", False, 0.0
        for other in items:
            if other is item or other.kind == "zone":
                continue
            g = object_geometry(other.kind, other.size_m)
            near = math.dist(item.position[:2], other.position[:2])
            if g.is_container:
                rests = near < other.size_m / 2 and other.bottom_z - 0.005 < item.bottom_z
                rests = rests and item.bottom_z < other.bottom_z + g.height_m + 0.004
                rests = rests and item.bottom_z > other.bottom_z + 0.002
            else:
                rests = near < 0.6 * other.size_m and abs(item.bottom_z - other.top_z) < 0.012
            if rests and other.bottom_z >= best - 1e-6:
                support, inside, best = other.id, g.is_container, other.bottom_z
        out.append(replace(item, support=support, inside=inside))
    return out
