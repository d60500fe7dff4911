"""What stands around the robot: a table, a floor, a wall behind.

Knows: sizes and colours of the room. Does not know: the objects, or more of the robot than the
work area that the table is made for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import Workspace
from sim.bodies import box_piece, load_body
from sim.meshes import cuboid
from sim.palette import FLOOR_RGB, TABLE_RGB
from sim.scene import table_m
from sim.tables import MAT, texture_of

#: Lateral friction of table top and floor; Bullet multiplies it by that of what stands there.
TABLE_FRICTION = 0.8
_THICKNESS_M = 0.04
_FLOOR_Z = -0.72
#: The board reaches back under the robot, further than where objects may stand; at scale 1.
_BACK_X = -0.25


def build_furniture(
    client: Any,
    workspace: Workspace,
    table: str = MAT,
    top_m: tuple[float, float, float, float] | None = None,
) -> list[int]:
    """Create table (top surface at z = 0) and floor; returns their body numbers.

    table: what its top looks like (sim.tables). top_m: how far it reaches (SceneSpec.top_m), where it is
    not for this work area alone. Raises SceneError for an unknown one.
    """
    _, x1, y0, y1 = top_m or table_m(workspace)
    back = workspace.scale * _BACK_X
    half = ((x1 - back) / 2, (y1 - y0) / 2, _THICKNESS_M / 2)
    middle = ((x1 + back) / 2, (y1 + y0) / 2, -_THICKNESS_M / 2)
    bodies = [_box(client, half, middle, TABLE_RGB, True, texture_of(table))]
    bodies.append(_box(client, (3.0, 3.0, 0.02), (0.4, 0.0, _FLOOR_Z - 0.02), FLOOR_RGB, True))
    leg_half = (0.03, 0.03, (-_FLOOR_Z - _THICKNESS_M) / 2)
    leg_z = _FLOOR_Z + leg_half[2]
    for x in (back + 0.06, x1 - 0.06):
        for y in (y0 + 0.06, y1 - 0.06):
            bodies.append(_box(client, leg_half, (x, y, leg_z), (0.25, 0.25, 0.27), False))
    return bodies


def _box(
    client: Any,
    half: tuple[float, float, float],
    middle: tuple[float, float, float],
    rgb: tuple[float, float, float],
    collides: bool,
    texture: NDArray[np.uint8] | None = None,
) -> int:
    # A mesh, not GEOM_BOX: the EGL plugin smooths a box's normals and shades it like a cushion.
    mesh = cuboid((-half[0], -half[1], -half[2]), half)
    if texture is not None:
        rgb = (1.0, 1.0, 1.0)
    body = load_body(client, mesh, [box_piece(half)] if collides else [], rgb=rgb, texture=texture)
    client.resetBasePositionAndOrientation(body, middle, (0, 0, 0, 1))
    client.changeDynamics(body, -1, lateralFriction=TABLE_FRICTION, restitution=0.0)
    return body
