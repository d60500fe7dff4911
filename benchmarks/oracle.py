"""A `look` made of the simulator's truth: for tests and for benchmarks of what follows perception.

Knows: how a perfect perception would report a world; what stands on what is told by perception's
own rule. Does not know: cameras. Never part of an
agent: there the camera is the only eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

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
                last_seen_s=now_s,
            )
        )
    # Perception's rule is in the lengths of a table of scale 1.
    large = with_supports([item.times(1 / workspace.scale) for item in items])
    told = [
        replace(item, support=o.support, inside=o.inside)
        for item, o in zip(items, large, strict=True)
    ]
    return Scene(tuple(told), now_s, workspace)
