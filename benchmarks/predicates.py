"""Success predicates on simulator truth.

Knows: positions, sizes and the conventions of the table (docs/ARCHITECTURE: x away, y left).
Does not know: plans, perception or what the robot believes it did.

Objects are the dictionaries of the result contract (id, kind, color, size, position, yaw).
Every predicate returns whether the world, after the command, is what was asked for. scale: how
large things are on the robot's table (llmagentos.types.Workspace); lengths here are at scale 1.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from llmagentos.objects.geometry import geometry_as_seen, object_geometry
from llmagentos.types import Workspace

Obj = Mapping[str, Any]

#: Bystanders may be nudged by this much at the most, metres.
STILL_M = 0.02
#: Unit vectors of the words a person behind the robot uses.
DIRECTIONS: dict[str, tuple[float, float]] = {
    "left": (0.0, 1.0),
    "right": (0.0, -1.0),
    "front": (-1.0, 0.0),
    "back": (1.0, 0.0),
}


def _xy(o: Obj) -> tuple[float, float]:
    return float(o["position"][0]), float(o["position"][1])


def _geometry(o: Obj) -> Any:
    if o.get("extents"):
        length, width, height = o["extents"]
        return geometry_as_seen(str(o["kind"]), float(o["size"]), height, (length, width, height))
    return object_geometry(str(o["kind"]), float(o["size"]))


def bottom_z(o: Obj) -> float:
    """Height of the object's base above the table, metres."""
    return float(o["position"][2]) - float(_geometry(o).height_m) / 2


def top_z(o: Obj) -> float:
    """Height of its top, base frame, metres."""
    return float(o["position"][2]) + float(_geometry(o).height_m) / 2


def distance(a: Obj, b: Obj) -> float:
    """Between centres on the table plane, metres."""
    return math.dist(_xy(a), _xy(b))


def held_up(o: Obj, before: Obj, held: str | None, scale: float = 1.0) -> bool:
    """In the gripper and at least 3 cm higher than before."""
    return held == o["id"] and o["position"][2] > before["position"][2] + 0.03 * scale


def inside(o: Obj, container: Obj) -> bool:
    """Within the container's wall, its base below the rim."""
    geometry = _geometry(container)
    within = distance(o, container) <= geometry.rim_radius_m
    return within and bottom_z(o) < top_z(container) - 0.001 and bottom_z(o) > -0.01


def on_top(o: Obj, support: Obj, scale: float = 1.0) -> bool:
    """Centre above the support, base within 8 mm of its top (of its floor for dishes)."""
    geometry = _geometry(support)
    over = distance(o, support) <= float(support["size"]) / 2
    floor = bottom_z(support) + (geometry.floor_m if geometry.has_rim else float(geometry.height_m))
    return over and abs(bottom_z(o) - floor) <= 0.008 * scale


def beside(o: Obj, landmark: Obj, direction: str, scale: float = 1.0) -> bool:
    """On that side of the landmark: 3 to 25 cm along the axis, and more along than across."""
    ux, uy = DIRECTIONS[direction]
    dx, dy = _xy(o)[0] - _xy(landmark)[0], _xy(o)[1] - _xy(landmark)[1]
    along, across = dx * ux + dy * uy, abs(dx * uy - dy * ux)
    near = 0.03 * scale <= along <= 0.25 * scale
    return near and across < along and bottom_z(o) < 0.02 * scale


def at_region(o: Obj, region: str, w: Workspace | None = None) -> bool:
    """In the outer third of a workspace for a side, in both outer thirds for a corner."""
    w = w or Workspace()
    x, y = _xy(o)
    third_x, third_y = (w.x_max - w.x_min) / 3, (w.y_max - w.y_min) / 3
    tests = {
        "back": x >= w.x_max - third_x,
        "front": x <= w.x_min + third_x,
        "left": y >= w.y_max - third_y,
        "right": y <= w.y_min + third_y,
        "middle": abs(x - w.middle[0]) <= third_x / 2 and abs(y - w.middle[1]) <= third_y / 2,
    }
    return all(tests[part] for part in region.split("_"))


def pushed(o: Obj, before: Obj, direction: str, scale: float = 1.0) -> bool:
    """At least 4 cm that way, less across than along, still on the table."""
    ux, uy = DIRECTIONS[direction]
    dx, dy = _xy(o)[0] - _xy(before)[0], _xy(o)[1] - _xy(before)[1]
    along, across = dx * ux + dy * uy, abs(dx * uy - dy * ux)
    return along >= 0.04 * scale and across < along and abs(bottom_z(o)) < 0.01 * scale


def still(
    before: Sequence[Obj], after: Sequence[Obj], moved: Sequence[str], limit_m: float = STILL_M
) -> bool:
    """Nobody but `moved` was moved by more than `limit_m`."""
    was = {o["id"]: o for o in before}
    return all(
        math.dist(o["position"], was[o["id"]]["position"]) <= limit_m
        for o in after
        if o["id"] in was and o["id"] not in moved
    )
