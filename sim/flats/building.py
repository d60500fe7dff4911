"""Flats as PyBullet bodies: floor, walls, furniture, people.

Knows: how parts become bodies, how people go. Does not know: bases, scans.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from llmagentos.types import MapPose
from sim.flats.solids import Part
from sim.flats.spec import WALL_HEIGHT_M, FlatSpec, Walker

_FLOOR_RGB = (0.70, 0.66, 0.60)
_PERSON_HEIGHT_M, _PERSON_RGB = 1.7, (0.85, 0.55, 0.20)
#: A person stops when the base is so near ahead, and goes on when it is away.
_POLITE_M = 0.45
#: Who has waited so long turns back, seconds.
_PATIENCE_S = 3.0
#: Walls in pictures from above are cut off here, metres.
CUT_M = 1.1


class WallTops:
    """What the cut walls lack, to be seen and not touched: there while the base looks, and out of the way
    in pictures from above."""

    _SUNK_M = 20.0

    def __init__(self, client: Any, flat: FlatSpec) -> None:
        self._client = client
        self._bodies = []
        half = (WALL_HEIGHT_M - CUT_M) / 2
        for wall in flat.walls():
            shape = client.createVisualShape(
                client.GEOM_BOX, halfExtents=[*wall.half[:2], half], rgbaColor=[*wall.rgb, 1.0]
            )
            self._bodies.append((client.createMultiBody(0, -1, shape), wall.at[:2]))
        self.sink()

    def rise(self) -> None:
        """Put them where they belong."""
        self._put((CUT_M + WALL_HEIGHT_M) / 2)

    def sink(self) -> None:
        """Take them out of sight."""
        self._put(-self._SUNK_M)

    def _put(self, z: float) -> None:
        for body, at in self._bodies:
            self._client.resetBasePositionAndOrientation(body, [*at, z], [0, 0, 0, 1])


def build(client: Any, flat: FlatSpec, wall_height_m: float = WALL_HEIGHT_M) -> dict[int, str]:
    """Make all that does not move; names by body number. The floor's is "floor"."""
    (x0, y0), (x1, y1) = flat.extent
    half = ((x1 - x0) / 2 + 0.2, (y1 - y0) / 2 + 0.2, 0.05)
    floor = Part(((x0 + x1) / 2, (y0 + y1) / 2, -0.05), half, _FLOOR_RGB)
    names = {_body(client, [floor], (0.0, 0.0), 0.0): "floor"}
    for wall in flat.walls():
        cut = wall_height_m / 2
        part = Part((0.0, 0.0, cut), (wall.half[0], wall.half[1], cut), wall.rgb)
        names[_body(client, [part], wall.at[:2], 0.0)] = "wall"
    for piece in flat.furniture:
        names[_body(client, piece.parts, piece.at, piece.yaw)] = piece.name
    return names


def _body(client: Any, parts: list[Part], at: tuple[float, float], yaw: float) -> int:
    """One body that never moves, of up to sixteen parts (what PyBullet takes in one compound)."""
    boxes = [client.GEOM_CYLINDER if p.radius_m else client.GEOM_BOX for p in parts]
    halves = [[0, 0, 0] if p.radius_m else list(p.half) for p in parts]
    radii = [p.radius_m for p in parts]
    heights = [2 * p.half[2] for p in parts]
    middles = [list(p.at) for p in parts]
    colours = [[*p.rgb, 1.0] for p in parts]
    collision = client.createCollisionShapeArray(
        shapeTypes=boxes, halfExtents=halves, radii=radii, lengths=heights,
        collisionFramePositions=middles,
    )  # fmt: skip
    visual = client.createVisualShapeArray(
        shapeTypes=boxes, halfExtents=halves, radii=radii, lengths=heights,
        visualFramePositions=middles, rgbaColors=colours,
    )  # fmt: skip
    turn = (0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2))
    return int(client.createMultiBody(0, collision, visual, [*at, 0.0], turn))


class Person:
    """One who walks to and fro."""

    def __init__(self, client: Any, walker: Walker) -> None:
        self._client, self.walker = client, walker
        radius, half = walker.radius, _PERSON_HEIGHT_M / 2
        body = Part((0, 0, half), (radius, radius, half), _PERSON_RGB, radius_m=radius)
        self.body = _body(client, [body], walker.path[0], 0.0)
        self._corners = np.array(walker.path)
        self._next, self._step = 1, 1
        self.at = self._corners[0].copy()
        #: Whether it goes now.
        self.walks = False
        self._waited_s = 0.0

    def advance(self, dt_s: float, base: MapPose, radius_m: float) -> None:
        """Go on for a period, unless the base stands in the way."""
        way = self._corners[self._next] - self.at
        left = float(np.hypot(*way))
        step = self.walker.speed * dt_s
        to_base = np.array([base.x_m, base.y_m]) - self.at
        gap = float(np.hypot(*to_base)) - radius_m - self.walker.radius
        self.walks = not (gap < _POLITE_M and float(to_base @ way) > 0)
        if not self.walks:
            self._waited_s += dt_s
            if self._waited_s > _PATIENCE_S:
                self._turn_back()
            return
        self._waited_s = 0.0
        if left <= step:
            self.at = self._corners[self._next].copy()
            if not 0 <= self._next + self._step < len(self._corners):
                self._step = -self._step
            self._next += self._step
        else:
            self.at = self.at + way * (step / left)
        self._client.resetBasePositionAndOrientation(self.body, [*self.at, 0.0], [0, 0, 0, 1])

    def go_back(self) -> None:
        """To where the path begins."""
        self._next, self._step, self._waited_s = 1, 1, 0.0
        self.at = self._corners[0].copy()
        self._client.resetBasePositionAndOrientation(self.body, [*self.at, 0.0], [0, 0, 0, 1])

    def _turn_back(self) -> None:
        self._waited_s, self._step = 0.0, -self._step
        self._next = min(max(self._next + self._step, 0), len(self._corners) - 1)
