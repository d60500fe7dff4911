"""Objects as PyBullet bodies: what they collide with, what they look like, how heavy they are.

Knows: how each kind is put together from convex pieces and how it rubs.
Does not know: scenes, where a body goes, the robot.

Body frames sit in the middle of the base-to-top box, z up. Open vessels collide as a floor plus
many thin wall boxes, so that things really lie inside and fingers really grip a wall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from llmagentos.geometry import BOWL_BASE_RATIO, BOWL_UPRIGHT_FROM, ObjectGeometry
from sim.meshes import Mesh, cuboid, revolution, square_shell

_WALL_SEGMENTS = 20
_SMOOTH_SEGMENTS = 28


@dataclass
class Pieces:
    """Convex collision pieces, as PyBullet's createCollisionShapeArray takes them."""

    types: list[int] = field(default_factory=list)
    half_extents: list[list[float]] = field(default_factory=list)
    radii: list[float] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    positions: list[list[float]] = field(default_factory=list)
    orientations: list[list[float]] = field(default_factory=list)

    def add_box(
        self,
        half: tuple[float, float, float],
        at: tuple[float, float, float],
        turn: tuple[float, float, float, float] = (0, 0, 0, 1),
        *,
        shape_type: int,
    ) -> None:
        self._add(shape_type, list(half), 0.0, 0.0, list(at), list(turn))

    def add_cylinder(self, radius: float, height: float, z: float, *, shape_type: int) -> None:
        self._add(shape_type, [0, 0, 0], radius, height, [0, 0, z], [0, 0, 0, 1])

    def _add(
        self,
        shape_type: int,
        half: list[float],
        radius: float,
        length: float,
        at: list[float],
        turn: list[float],
    ) -> None:
        self.types.append(shape_type)
        self.half_extents.append(half)
        self.radii.append(radius)
        self.lengths.append(length)
        self.positions.append(at)
        self.orientations.append(turn)


def collision_shape(client: Any, geometry: ObjectGeometry) -> int:
    """Create the collision shape of an object; -1 for kinds that nothing collides with."""
    half, height = geometry.size_m / 2, geometry.height_m
    if geometry.shape == "flat":
        return -1
    if geometry.shape == "cuboid":
        return int(client.createCollisionShape(client.GEOM_BOX, halfExtents=[half, half, half]))
    if geometry.shape == "sphere":
        return int(client.createCollisionShape(client.GEOM_SPHERE, radius=half))
    if geometry.shape == "cylinder":
        return int(client.createCollisionShape(client.GEOM_CYLINDER, radius=half, height=height))
    pieces = (
        _round_pieces(client, geometry) if geometry.is_round else _square_pieces(client, geometry)
    )
    return int(
        client.createCollisionShapeArray(
            shapeTypes=pieces.types,
            halfExtents=pieces.half_extents,
            radii=pieces.radii,
            lengths=pieces.lengths,
            collisionFramePositions=pieces.positions,
            collisionFrameOrientations=pieces.orientations,
        )
    )


def _square_pieces(client: Any, g: ObjectGeometry) -> Pieces:
    pieces, half, h, box = Pieces(), g.size_m / 2, g.height_m / 2, client.GEOM_BOX
    pieces.add_box((half, half, g.floor_m / 2), (0, 0, -h + g.floor_m / 2), shape_type=box)
    wall, rise = g.wall_m / 2, (g.height_m - g.floor_m) / 2
    z = -h + g.floor_m + rise
    for sign in (-1, 1):
        pieces.add_box((wall, half, rise), (sign * (half - wall), 0, z), shape_type=box)
        pieces.add_box((half - 2 * wall, wall, rise), (0, sign * (half - wall), z), shape_type=box)
    return pieces


def _round_pieces(client: Any, g: ObjectGeometry) -> Pieces:
    """A foot disc, and rings of wall boxes: one upright, and a sloping one below it for bowls."""
    pieces, radius, h = Pieces(), g.size_m / 2, g.height_m / 2
    box, cylinder = client.GEOM_BOX, client.GEOM_CYLINDER
    foot = radius * BOWL_BASE_RATIO if g.kind == "bowl" else radius
    pieces.add_cylinder(foot, g.floor_m, -h + g.floor_m / 2, shape_type=cylinder)
    upright_from = -h + g.floor_m * 0.5
    if g.kind == "bowl":
        upright_from = -h + BOWL_UPRIGHT_FROM * g.height_m
        _add_ring(pieces, box, (foot, -h), (radius, upright_from), g.wall_m)
    _add_ring(pieces, box, (radius, upright_from), (radius, h), g.wall_m)
    return pieces


def _add_ring(
    pieces: Pieces,
    box: int,
    lower: tuple[float, float],
    upper: tuple[float, float],
    wall: float,
) -> None:
    """Boxes all round whose outer faces run from `lower` to `upper`, both (radius, z)."""
    dr, dz = upper[0] - lower[0], upper[1] - lower[1]
    slant, lean = math.hypot(dr, dz), math.atan2(dr, dz)
    # The middle of the wall lies half a wall inwards of its outer face, square to it.
    mid_r = (lower[0] + upper[0]) / 2 - wall / 2 * math.cos(lean)
    mid_z = (lower[1] + upper[1]) / 2 + wall / 2 * math.sin(lean)
    chord = max(lower[0], upper[0]) * math.tan(math.pi / _WALL_SEGMENTS)
    for i in range(_WALL_SEGMENTS):
        angle = 2 * math.pi * i / _WALL_SEGMENTS
        at = (mid_r * math.cos(angle), mid_r * math.sin(angle), mid_z)
        # Lean about the wall's own tangent (y), then turn to its place about z.
        cl, sl = math.cos(lean / 2), math.sin(lean / 2)
        ca, sa = math.cos(angle / 2), math.sin(angle / 2)
        turn = (-sa * sl, ca * sl, sa * cl, ca * cl)
        pieces.add_box((wall / 2, chord, slant / 2), at, turn, shape_type=box)


def visual_mesh(g: ObjectGeometry) -> Mesh:
    """The surface that cameras see."""
    half, h = g.size_m / 2, g.height_m / 2
    if g.shape in ("cuboid", "flat"):
        return cuboid((-half, -half, -h), (half, half, h))
    if g.shape == "square_shell":
        return square_shell(half, g.height_m, g.wall_m, g.floor_m)
    if g.shape == "sphere":
        arc = [-math.pi / 2 + math.pi * i / 14 for i in range(15)]
        profile = [(max(half * math.cos(a), 0.0), half * math.sin(a)) for a in arc]
        return revolution(profile, _SMOOTH_SEGMENTS, smooth=True)
    if g.shape == "cylinder":
        lip = half * 0.06
        profile = [(0, -h), (half - lip, -h), (half, -h + lip), (half, h - lip), (half - lip, h)]
        profile += [(half - 2 * lip, h), (half - 2.5 * lip, h - lip), (0, h - lip)]
        return revolution(profile, _SMOOTH_SEGMENTS)
    return revolution(_vessel_profile(g), _SMOOTH_SEGMENTS)


def _vessel_profile(g: ObjectGeometry) -> list[tuple[float, float]]:
    radius, h, wall, floor = g.size_m / 2, g.height_m / 2, g.wall_m, g.floor_m
    if g.kind != "bowl":
        return [(0, -h), (radius, -h), (radius, h), (radius - wall, h), (radius - wall, -h + floor),
                (0, -h + floor)]  # fmt: skip
    foot, bend = radius * BOWL_BASE_RATIO, -h + BOWL_UPRIGHT_FROM * g.height_m
    outer = [(0.0, -h), (foot, -h), ((foot + radius) / 2 + 0.04 * radius, (bend - h) / 2)]
    outer += [(radius, bend), (radius, h)]
    inner = [(radius - wall, h), (radius - wall, bend + wall * 0.4)]
    inner += [((foot + radius) / 2 + 0.04 * radius - wall, (bend - h) / 2 + wall * 0.7)]
    return [*outer, *inner, (foot - wall * 0.6, -h + floor), (0.0, -h + floor)]


#: lateral, rolling and spinning friction; the fingers' own lateral friction multiplies the first.
_FRICTION: dict[str, tuple[float, float, float]] = {
    "ball": (0.8, 6e-4, 6e-4),
    "can": (0.7, 2e-4, 5e-4),
    "cup": (0.7, 2e-4, 5e-4),
}
_DEFAULT_FRICTION = (0.7, 0.0, 5e-4)


def create_body(client: Any, g: ObjectGeometry, rgb: tuple[float, float, float]) -> int:
    """Create an object at the origin and return its PyBullet body id."""
    mesh = visual_mesh(g)
    shape = collision_shape(client, g)
    visual = client.createVisualShape(
        client.GEOM_MESH,
        vertices=mesh.vertices,
        indices=mesh.indices,
        normals=mesh.normals,
        rgbaColor=[*rgb, 1],
        specularColor=[0.15, 0.15, 0.15],
    )
    body = int(
        client.createMultiBody(
            baseMass=g.mass_kg, baseCollisionShapeIndex=shape, baseVisualShapeIndex=visual
        )
    )
    lateral, rolling, spinning = _FRICTION.get(g.kind, _DEFAULT_FRICTION)
    client.changeDynamics(
        body,
        -1,
        lateralFriction=lateral,
        rollingFriction=rolling,
        spinningFriction=spinning,
        restitution=0.0,
        linearDamping=0.04,
        angularDamping=0.3 if g.shape in ("sphere", "cylinder") else 0.05,
    )
    return body
