"""Solids for collision checks: upright prisms, since the hand points down and objects stand.

Knows: discs, rings and turned boxes seen from above, each between two heights; the hand's and
every kind of object's shape made of them. Does not know: where anything moves.

A prism model is exact for what this robot meets most (blocks, cans, walls, a hand that points
down) and errs on the safe side for the rest (a ball is a cylinder).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmagentos.objects.geometry import ObjectGeometry, object_geometry
from llmagentos.objects.kinds import KINDS, traits
from llmagentos.objects.outlines import geometry
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Pose, SceneObject


@dataclass(frozen=True)
class Disc:
    """A disc, or a ring if hole > 0, from z_low to z_high. Metres, base frame."""

    x: float
    y: float
    radius: float
    z_low: float
    z_high: float
    hole: float = 0.0


@dataclass(frozen=True)
class Box:
    """A rectangle of half sizes along its own axes, turned by yaw, from z_low to z_high."""

    x: float
    y: float
    half_x: float
    half_y: float
    yaw: float
    z_low: float
    z_high: float

    def corners(self) -> list[tuple[float, float]]:
        """Its four corners from above, counter-clockwise, base frame, metres."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return [
            (self.x + c * dx - s * dy, self.y + s * dx + c * dy)
            for dx, dy in (
                (self.half_x, self.half_y),
                (-self.half_x, self.half_y),
                (-self.half_x, -self.half_y),
                (self.half_x, -self.half_y),
            )
        ]


Prism = Disc | Box


def overlap(a: Prism, b: Prism, margin_m: float = 0.0) -> bool:
    """Whether two prisms come closer than margin_m sideways while their heights overlap."""
    if a.z_high <= b.z_low or b.z_high <= a.z_low:
        return False
    if isinstance(a, Disc):
        return _discs(a, b, margin_m) if isinstance(b, Disc) else _box_disc(b, a, margin_m)
    return _box_disc(a, b, margin_m) if isinstance(b, Disc) else _boxes(a, b, margin_m)


def _discs(a: Disc, b: Disc, margin: float) -> bool:
    distance = math.hypot(a.x - b.x, a.y - b.y)
    if distance >= a.radius + b.radius + margin:
        return False
    inside_b = b.hole > 0 and distance + a.radius + margin <= b.hole
    inside_a = a.hole > 0 and distance + b.radius + margin <= a.hole
    return not (inside_a or inside_b)


def _box_disc(box: Box, disc: Disc, margin: float) -> bool:
    c, s = math.cos(box.yaw), math.sin(box.yaw)
    dx, dy = disc.x - box.x, disc.y - box.y
    along, across = abs(c * dx + s * dy), abs(-s * dx + c * dy)
    nearest = math.hypot(max(along - box.half_x, 0.0), max(across - box.half_y, 0.0))
    if nearest >= disc.radius + margin:
        return False
    farthest = math.hypot(along + box.half_x, across + box.half_y)
    return not (disc.hole > 0 and farthest + margin <= disc.hole)


def _boxes(a: Box, b: Box, margin: float) -> bool:
    dx, dy = b.x - a.x, b.y - a.y
    for yaw in (a.yaw, b.yaw):
        for angle in (yaw, yaw + math.pi / 2):
            ux, uy = math.cos(angle), math.sin(angle)
            reach = _reach(a, angle) + _reach(b, angle)
            if abs(dx * ux + dy * uy) >= reach + margin:
                return False
    return True


def _reach(box: Box, angle: float) -> float:
    """Half the extent of a box along a direction."""
    turn = angle - box.yaw
    return box.half_x * abs(math.cos(turn)) + box.half_y * abs(math.sin(turn))


def geometry_of(item: SceneObject) -> ObjectGeometry:
    """The geometry table's entry, with the height that is seen where the object lies on its side;
    for a kind it does not know, what was measured of it."""
    g = geometry(item)
    return replace(g, shape="mesh", height_m=item.height_m) if lies(item) else g


def lies(item: SceneObject) -> bool:
    """Whether a can is seen to lie on its side; its yaw is then the direction of its axis."""
    kind = traits(item.kind)
    return kind.shape == "cylinder" and item.height_m < 0.8 * kind.extents_at(item.size_m)[2]


def object_prisms(item: SceneObject) -> list[Prism]:
    """The solids of an object where it is seen. A zone is flat and in nobody's way."""
    g = geometry_of(item)
    if g.shape == "flat":
        return []
    x, y, _ = item.position
    low, high, half = item.bottom_z, item.bottom_z + g.height_m, g.size_m / 2
    if lies(item):
        length = object_geometry(item.kind, item.size_m).height_m
        return [Box(x, y, length / 2, half, item.yaw, low, high)]
    if g.shape == "round_shell":
        return _round_shell(g, x, y, low)
    if g.shape == "square_shell":
        return _square_shell(g, x, y, low, item.yaw)
    if g.is_round or (item.kind not in KINDS and item.extents_m is None):
        return [Disc(x, y, half, low, high)]
    length, width, _ = g.extents_m
    return [Box(x, y, length / 2, width / 2, item.yaw, low, high)]


_BOWL_SLABS = 5


def _round_shell(g: ObjectGeometry, x: float, y: float, low: float) -> list[Prism]:
    outer, floor = g.size_m / 2, low + g.floor_m
    inner = outer - g.wall_m
    if not g.is_flared:
        return [
            Disc(x, y, outer, low, floor),
            Disc(x, y, outer, floor, low + g.height_m, hole=inner),
        ]
    # A flared wall leans outwards up to the bend; each slab is as narrow as its lower end inside
    # and as wide as its upper end outside.
    bend, foot = g.bend_m, g.foot_radius_m
    edges = [bend * i / _BOWL_SLABS for i in range(_BOWL_SLABS + 1)]
    radii = [foot + (outer - foot) * i / _BOWL_SLABS for i in range(_BOWL_SLABS + 1)]
    parts: list[Prism] = [Disc(x, y, radii[1], low, floor)]
    for i in range(_BOWL_SLABS):
        hole = max(g.inner_radius_m, radii[i] - 1.5 * g.wall_m)
        parts.append(Disc(x, y, radii[i + 1], low + edges[i], low + edges[i + 1], hole=hole))
    parts.append(Disc(x, y, outer, low + bend, low + g.height_m, hole=inner))
    return parts


def _square_shell(g: ObjectGeometry, x: float, y: float, low: float, yaw: float) -> list[Prism]:
    half, wall = g.size_m / 2, g.wall_m / 2
    parts: list[Prism] = [Box(x, y, half, half, yaw, low, low + g.floor_m)]
    for quarter in range(4):
        angle = yaw + quarter * math.pi / 2
        cx, cy = x + (half - wall) * math.cos(angle), y + (half - wall) * math.sin(angle)
        parts.append(Box(cx, cy, wall, half, angle, low + g.floor_m, low + g.height_m))
    return parts


def gripper_prisms(spec: ArmSpec, tip: Pose, width_m: float) -> list[Prism]:
    """Fingers opened to width_m, hand, flange and wrist of an arm with the tip at a pose."""
    x, y, z = tip.position
    # The hand's x axis, and its y axis seen from above: where the fingers open.
    cx, cy = math.cos(tip.yaw), math.sin(tip.yaw)
    parts: list[Prism] = []
    for part in spec.hand_at(width_m):
        along, across = part.x_m, part.y_m
        px, py = x + along * cx + across * cy, y + along * cy - across * cx
        low, high = z + part.low_m, z + part.high_m
        if part.radius_m:
            parts.append(Disc(px, py, part.radius_m, low, high))
        else:
            parts.append(Box(px, py, part.half_x_m, part.half_y_m, tip.yaw, low, high))
    return parts


def first_hit(
    moving: Sequence[Prism],
    obstacles: Sequence[tuple[str, Sequence[Prism]]],
    margin_m: float,
) -> str | None:
    """The name of the first obstacle that any moving prism comes too close to, or None."""
    for name, solids in obstacles:
        for solid in solids:
            for part in moving:
                if overlap(part, solid, margin_m):
                    return name
    return None
