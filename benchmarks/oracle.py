"""A `look` made of the simulator's truth: for tests and for benchmarks of what follows perception.

Knows: how a perfect perception would report a world. Does not know: cameras. Never part of an
agent: there the camera is the only eye.
"""

from __future__ import annotations

import math
from dataclasses import replace

from llmagentos.objects.geometry import object_geometry
from llmagentos.types import Scene, SceneObject
from sim.world import SimWorld


def oracle_scene(world: SimWorld) -> Scene:
    """The scene as perception would report it if it were perfect."""
    held = world.held_truth()
    items = []
    for o in world.objects():
        yaw = float(o["yaw"])
        if o["kind"] in ("block", "box", "tray", "zone"):
            yaw = (yaw + math.pi / 4) % (math.pi / 2) - math.pi / 4
        x, y, z = o["position"]
        items.append(
            SceneObject(
                id=o["id"],
                kind=o["kind"],
                color=o["color"],
                size_m=o["size"],
                height_m=object_geometry(o["kind"], o["size"]).height_m,
                position=(x, y, z),
                yaw=yaw,
                held=o["id"] == held,
                last_seen_s=world.now_s,
            )
        )
    return Scene(tuple(_with_support(item, items) for item in items), world.now_s)


def _with_support(item: SceneObject, items: list[SceneObject]) -> SceneObject:
    """The item with what it stands on or in: the highest thing right below its base."""
    below = [o for o in items if o is not item and _carries(o, item)]
    if not below:
        return item
    best = max(below, key=lambda o: o.bottom_z)
    inside = object_geometry(best.kind, best.size_m).is_container
    return replace(item, support=best.id, inside=inside)


def _carries(lower: SceneObject, item: SceneObject) -> bool:
    g = object_geometry(lower.kind, lower.size_m)
    near = math.dist(item.position[:2], lower.position[:2])
    if g.shape == "flat":
        return False
    if g.is_container:
        floor, rim = lower.bottom_z + 0.002, lower.bottom_z + g.height_m + 0.004
        return near < lower.size_m / 2 and floor < item.bottom_z < rim
    return near < 0.6 * lower.size_m and abs(item.bottom_z - lower.top_z) < 0.012
