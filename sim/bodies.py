"""Objects as PyBullet bodies: what they collide with, what they look like, how heavy they are.

Knows: how each kind is put together from convex pieces and how it rubs.
Does not know: scenes, where a body goes, the robot.

Body frames sit in the middle of the base-to-top box, z up. Open vessels collide as a floor plus
many thin wall boxes, so that things really lie inside and fingers really grip a wall. Bodies go
through a URDF in a temporary folder, because PyBullet's own call for compound shapes silently
drops every piece after the sixteenth.
"""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.kind import Kind
from llmagentos.objects.kinds import THING, traits
from sim.household import household_urdf
from sim.meshes import Mesh, cuboid, revolution, square_shell
from sim.solids import Solid, to_obj

_WALL_SEGMENTS = 20
_SMOOTH_SEGMENTS = 28


@dataclass(frozen=True)
class Piece:
    """One convex piece: URDF shape text, position, roll-pitch-yaw (about fixed axes)."""

    shape: str
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def urdf(self) -> str:
        """The piece as URDF's <collision>, metres and radians in the body's frame."""
        at, rpy = (" ".join(f"{v:.7f}" for v in values) for values in (self.at, self.rpy))
        return (
            f'<collision><origin xyz="{at}" rpy="{rpy}"/>'
            f"<geometry>{self.shape}</geometry></collision>"
        )


def _box(half: tuple[float, float, float]) -> str:
    return '<box size="' + " ".join(f"{2 * v:.7f}" for v in half) + '"/>'


def _cylinder(radius: float, height: float) -> str:
    return f'<cylinder radius="{radius:.7f}" length="{height:.7f}"/>'


def collision_pieces(g: ObjectGeometry) -> list[Piece]:
    """What an object collides with; nothing for flat zones."""
    half = g.size_m / 2
    if g.shape == "flat":
        return []
    if g.shape == "cuboid":
        x, y, z = g.extents_m
        return [Piece(_box((x / 2, y / 2, z / 2)))]
    if g.shape == "sphere":
        return [Piece(f'<sphere radius="{half:.7f}"/>')]
    if g.shape == "cylinder":
        return [Piece(_cylinder(half, g.height_m))]
    return _round_pieces(g) if g.is_round else _square_pieces(g)


def _square_pieces(g: ObjectGeometry) -> list[Piece]:
    half, h = g.size_m / 2, g.height_m / 2
    pieces = [Piece(_box((half, half, g.floor_m / 2)), (0, 0, -h + g.floor_m / 2))]
    wall, rise = g.wall_m / 2, (g.height_m - g.floor_m) / 2
    z = -h + g.floor_m + rise
    for sign in (-1, 1):
        pieces.append(Piece(_box((wall, half, rise)), (sign * (half - wall), 0, z)))
        pieces.append(Piece(_box((half - 2 * wall, wall, rise)), (0, sign * (half - wall), z)))
    return pieces


def _round_pieces(g: ObjectGeometry) -> list[Piece]:
    """A foot disc, and rings of wall boxes: one upright, and a sloping one below it for bowls."""
    radius, h = g.size_m / 2, g.height_m / 2
    foot = g.foot_radius_m
    pieces = [Piece(_cylinder(foot, g.floor_m), (0, 0, -h + g.floor_m / 2))]
    upright_from = -h + g.floor_m * 0.5
    if g.is_flared:
        upright_from = -h + g.bend_m
        # Clear of the table: a bowl stands on its foot, not on twenty slanted edges.
        pieces += _ring((foot, -h + g.floor_m * 0.8), (radius, upright_from), g.wall_m)
    return pieces + _ring((radius, upright_from), (radius, h), g.wall_m)


def cup_pieces(g: ObjectGeometry) -> list[Piece]:
    """An open cup, and a handle of three bars on its +y side."""
    x, y, _ = g.extents_m
    radius, h, aside = x / 2, g.height_m / 2, -(y - x) / 2
    cup = [Piece(_cylinder(radius, g.floor_m), (0, 0, -h + g.floor_m / 2))]
    cup += _ring((radius, -h + g.floor_m * 0.5), (radius, h), g.wall_m)
    bar, out = 0.05 * x, y / 2
    across = (out - (aside + radius)) / 2
    handle = [Piece(_box((bar, bar, 0.32 * g.height_m)), (0, out - bar, 0.05 * g.height_m))]
    handle += [
        Piece(_box((bar, across, bar)), (0, out - across, z * g.height_m)) for z in (0.34, -0.24)
    ]
    return [replace(p, at=(p.at[0], p.at[1] + aside, p.at[2])) for p in cup] + handle


def _ring(lower: tuple[float, float], upper: tuple[float, float], wall: float) -> list[Piece]:
    """Boxes all round whose outer faces run from `lower` to `upper`, both (radius, z)."""
    dr, dz = upper[0] - lower[0], upper[1] - lower[1]
    slant, lean = math.hypot(dr, dz), math.atan2(dr, dz)
    # The middle of the wall lies half a wall inwards of its outer face, square to it.
    mid_r = (lower[0] + upper[0]) / 2 - wall / 2 * math.cos(lean)
    mid_z = (lower[1] + upper[1]) / 2 + wall / 2 * math.sin(lean)
    chord = max(lower[0], upper[0]) * math.tan(math.pi / _WALL_SEGMENTS)
    shape = _box((wall / 2, chord, slant / 2))
    angles = [2 * math.pi * i / _WALL_SEGMENTS for i in range(_WALL_SEGMENTS)]
    return [
        Piece(shape, (mid_r * math.cos(a), mid_r * math.sin(a), mid_z), (0.0, lean, a))
        for a in angles
    ]


def visual_mesh(g: ObjectGeometry) -> Mesh:
    """The surface that cameras see."""
    half, h = g.size_m / 2, g.height_m / 2
    if g.shape in ("cuboid", "flat"):
        x, y, _ = g.extents_m
        return cuboid((-x / 2, -y / 2, -h), (x / 2, y / 2, h))
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
    if not g.is_flared:
        return [(0, -h), (radius, -h), (radius, h), (radius - wall, h), (radius - wall, -h + floor),
                (0, -h + floor)]  # fmt: skip
    foot, bend = g.foot_radius_m, -h + g.bend_m
    outer = [(0.0, -h), (foot, -h), ((foot + radius) / 2 + 0.04 * radius, (bend - h) / 2)]
    outer += [(radius, bend), (radius, h)]
    inner = [(radius - wall, h), (radius - wall, bend + wall * 0.4)]
    inner += [((foot + radius) / 2 + 0.04 * radius - wall, (bend - h) / 2 + wall * 0.7)]
    return [*outer, *inner, (foot - wall * 0.6, -h + floor), (0.0, -h + floor)]


#: Lateral, rolling and spinning friction of what rolls, rolls on its side, or does not; the
#: fingers' own lateral friction multiplies the first.
_ROLLING_FRICTION = (0.8, 6e-4, 6e-4)
_LYING_FRICTION = (0.7, 2e-4, 5e-4)
_DEFAULT_FRICTION = (0.7, 0.0, 5e-4)
#: Handles and shafts have edges: they do not roll off by themselves.
_THING_FRICTION = (0.7, 1e-3, 1e-3)
#: Smallest moment of inertia, kg m^2, about that of a 4 cm block: a grip of 40 N on anything
#: lighter to turn makes the solver jitter at 240 Hz until the object hops out of the fingers.
_LEAST_INERTIA = 2e-5


def create_body(
    client: Any, g: ObjectGeometry, rgb: tuple[float, float, float], solid: Solid | None = None
) -> int:
    """Create an object at the origin and return its PyBullet body id. solid: of what is no kind."""
    kind = traits(g.kind)
    if solid is not None:
        body = _load_solid(client, solid, g.mass_kg)
    elif kind.mesh is not None:
        cup = kind.mesh.touch == "cup"
        touch = "".join(piece.urdf() for piece in cup_pieces(g)) if cup else ""
        body = _load_urdf(client, household_urdf(g, touch), fixed=False)
    else:
        body = load_body(client, visual_mesh(g), collision_pieces(g), mass_kg=g.mass_kg)
    paint_body(client, body, g, rgb)
    lateral, rolling, spinning = friction_of(kind)
    inertia = client.getDynamicsInfo(body, -1)[2]
    client.changeDynamics(
        body,
        -1,
        localInertiaDiagonal=[max(value, _LEAST_INERTIA) for value in inertia],
        lateralFriction=lateral,
        rollingFriction=rolling,
        spinningFriction=spinning,
        restitution=0.0,
        linearDamping=0.04,
        angularDamping=0.3 if g.shape in ("sphere", "cylinder") else 0.05,
    )
    return body


def friction_of(kind: Kind) -> tuple[float, float, float]:
    """Lateral, rolling and spinning friction of a kind's bodies, as Bullet takes them."""
    if kind.name == THING:
        return _THING_FRICTION
    if kind.rolls:
        return _ROLLING_FRICTION
    return _LYING_FRICTION if kind.rolls_lying else _DEFAULT_FRICTION


def paint_body(client: Any, body: int, g: ObjectGeometry, rgb: tuple[float, float, float]) -> None:
    """Give an object its colour; textured things keep their own."""
    if traits(g.kind).paintable:
        client.changeVisualShape(body, -1, rgbaColor=[*rgb, 1], specularColor=[0.15] * 3)
    else:
        client.changeVisualShape(body, -1, rgbaColor=[1, 1, 1, 1], specularColor=[0.15] * 3)


def load_body(
    client: Any,
    mesh: Mesh,
    pieces: list[Piece],
    *,
    mass_kg: float = 0.0,
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0),
    texture: NDArray[np.uint8] | None = None,
) -> int:
    """Load one link with a mesh to see and pieces to touch; mass 0 means it never moves.

    texture: what covers it, uint8 [H, W, 3], times rgb.
    """
    touch = "".join(piece.urdf() for piece in pieces)
    with tempfile.TemporaryDirectory() as folder:
        if texture is not None:  # by a material: EGL keeps a texture that is set otherwise for good
            mesh.material = "cover"
            (Path(folder) / "body.mtl").write_text("newmtl cover\nKd 1 1 1\nmap_Kd cover.png\n")
            cv2.imwrite(f"{folder}/cover.png", np.ascontiguousarray(texture[:, :, ::-1]))
        (Path(folder) / "body.obj").write_text(mesh.to_obj(), encoding="utf-8")
        with _unremembered_files(client):
            body = _load_urdf(
                client,
                f'<robot name="body"><link name="body"><inertial><mass value="{mass_kg:.6f}"/>'
                '<inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/></inertial>'
                f'<visual><geometry><mesh filename="{folder}/body.obj"/></geometry></visual>'
                f"{touch}</link></robot>",
                fixed=mass_kg == 0,
            )
    client.changeVisualShape(body, -1, rgbaColor=[*rgb, 1], specularColor=[0, 0, 0])
    return body


def _load_solid(client: Any, solid: Solid, mass_kg: float) -> int:
    """Load convex pieces that are seen and touched alike; its weight is in the middle of its box."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "body.obj").write_text(to_obj(solid), encoding="utf-8")
        shape = f'<geometry><mesh filename="{folder}/body.obj"/></geometry>'
        with _unremembered_files(client):
            return _load_urdf(
                client,
                f'<robot name="thing"><link name="body"><inertial><mass value="{mass_kg:.6f}"/>'
                '<inertia ixx="0" ixy="0" ixz="0" iyy="0" iyz="0" izz="0"/></inertial>'
                f"<visual>{shape}</visual><collision>{shape}</collision></link></robot>",
                fixed=False,
            )


@contextlib.contextmanager
def _unremembered_files(client: Any) -> Iterator[None]:
    """PyBullet keeps every mesh file it has read for as long as the process lives, by its path: good
    for an arm's meshes, and half a megabyte a scene for files in folders that are gone again."""
    client.setPhysicsEngineParameter(enableFileCaching=0)
    try:
        yield
    finally:
        client.setPhysicsEngineParameter(enableFileCaching=1)


def _load_urdf(client: Any, text: str, fixed: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "body.urdf"
        path.write_text(text, encoding="utf-8")
        flags = client.URDF_USE_IMPLICIT_CYLINDER
        return int(client.loadURDF(str(path), useFixedBase=fixed, flags=flags))


def box_piece(half: tuple[float, float, float]) -> Piece:
    """A collision box around the body's origin."""
    return Piece(_box(half))
