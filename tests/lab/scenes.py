"""Things and small tables, as perception would report them. Base frame, metres.

Heights, floors and default sizes are those of the kinds themselves: nothing is told twice here.
"""

from __future__ import annotations

from typing import Any

from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.types import BaseState, Scene, SceneObject


def thing(
    object_id: str,
    kind: str,
    color: str,
    x: float,
    y: float,
    size_m: float = 0.0,
    *,
    on: SceneObject | None = None,
    into: SceneObject | None = None,
    **more: Any,
) -> SceneObject:
    """An object that stands on the table, or `on` or inside (`into`) another one, over its centre.

    size_m: 0 for the kind's default. more: further fields of SceneObject.
    """
    if color and color not in COLORS:
        raise ValueError(f"expected a colour of {COLORS}, got {color!r}: kind comes before colour")
    geometry = object_geometry(kind, size_m or None)
    base, below = 0.0, on or into
    if below is not None:
        x, y = below.position[:2]
        floor = object_geometry(below.kind, below.size_m).floor_m
        base = below.top_z if on else below.bottom_z + floor
        more |= {"support": below.id, "inside": into is not None}
    position = (x, y, base + geometry.height_m / 2)
    return SceneObject(object_id, kind, color, geometry.size_m, geometry.height_m, position, **more)


def scene(*objects: SceneObject, base: BaseState | None = None) -> Scene:
    """These objects, seen at time 0; base: of a robot that drives."""
    return Scene(tuple(objects), base=base)


def table() -> Scene:
    """Two red blocks and a blue one, a blue bowl with a yellow block in it, a green bowl, a zone;
    a black block on the right red one."""
    r2 = thing("r2", "block", "red", 0.50, -0.10)
    w1 = thing("w1", "bowl", "blue", 0.60, 0.10)
    return scene(
        thing("r1", "block", "red", 0.40, 0.20),
        r2,
        thing("b1", "block", "blue", 0.45, 0.00),
        w1,
        thing("w2", "bowl", "green", 0.60, -0.25),
        thing("y1", "block", "yellow", 0.0, 0.0, into=w1),
        thing("k1", "block", "black", 0.0, 0.0, on=r2),
        thing("z1", "zone", "green", 0.36, -0.28),
    )


def blocks_and_bowls() -> Scene:
    """Three blocks, two bowls, a zone, a plate; colours tell them apart."""
    return scene(
        thing("red_block", "block", "red", 0.45, 0.10),
        thing("blue_block", "block", "blue", 0.55, -0.10),
        thing("green_block", "block", "green", 0.40, -0.20),
        thing("blue_bowl", "bowl", "blue", 0.60, 0.15),
        thing("red_bowl", "bowl", "red", 0.40, 0.25),
        thing("gray_zone", "zone", "gray", 0.62, -0.25),
        thing("white_plate", "plate", "white", 0.40, -0.02, 0.10),
    )
