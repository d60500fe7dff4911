"""Low-poly surfaces for the renderer, made from a few numbers.

Knows: vertices, triangles and normals of cuboids, bodies of revolution and square shells.
Does not know: physics, colours, PyBullet.

Every mesh has its origin in the middle of its base-to-top box, z up, metres; triangles are
counter-clockwise seen from outside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float, float]


@dataclass
class Mesh:
    """vertices and normals: equally long lists of points; indices: three per triangle.

    material: the name of what covers it, from a file body.mtl, laid over it as a cloth is, along x
    and y; none without.
    """

    vertices: list[Point] = field(default_factory=list)
    normals: list[Point] = field(default_factory=list)
    indices: list[int] = field(default_factory=list)
    material: str = ""

    def add_quad(self, a: Point, b: Point, c: Point, d: Point, normals: list[Point]) -> None:
        """Add a four-sided face with one normal per corner."""
        start = len(self.vertices)
        self.vertices += [a, b, c, d]
        self.normals += normals
        self.indices += [start, start + 1, start + 2, start, start + 2, start + 3]

    def to_obj(self) -> str:
        """Wavefront OBJ text."""
        lines = [f"v {x:.7f} {y:.7f} {z:.7f}" for x, y, z in self.vertices]
        lines += [f"vn {x:.6f} {y:.6f} {z:.6f}" for x, y, z in self.normals]
        corner = [f"{i + 1}//{i + 1}" for i in self.indices]
        if self.material:
            lines = ["mtllib body.mtl", f"usemtl {self.material}", *lines]
            lines += [f"vt {u:.6f} {v:.6f}" for u, v in self._from_above()]
            corner = [f"{i + 1}/{i + 1}/{i + 1}" for i in self.indices]
        lines += [f"f {a} {b} {c}" for a, b, c in zip(*[iter(corner)] * 3, strict=True)]
        return "\n".join(lines) + "\n"

    def _from_above(self) -> list[tuple[float, float]]:
        """Where in the texture each vertex lies, 0 to 1: its place between the outermost ones."""
        (x0, x1), (y0, y1) = ((min(c), max(c)) for c in list(zip(*self.vertices, strict=True))[:2])
        return [((x - x0) / (x1 - x0), (y - y0) / (y1 - y0)) for x, y, _ in self.vertices]


def cuboid(lower: Point, upper: Point, mesh: Mesh | None = None) -> Mesh:
    """An axis-aligned box from `lower` to `upper`, flat-shaded; appended to `mesh` if given."""
    mesh = mesh or Mesh()
    (x0, y0, z0), (x1, y1, z1) = lower, upper
    faces: list[tuple[Point, list[Point]]] = [
        ((0, 0, 1), [(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)]),
        ((0, 0, -1), [(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)]),
        ((1, 0, 0), [(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)]),
        ((-1, 0, 0), [(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)]),
        ((0, 1, 0), [(x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)]),
        ((0, -1, 0), [(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)]),
    ]
    for normal, (a, b, c, d) in faces:
        mesh.add_quad(a, b, c, d, [normal] * 4)
    return mesh


def revolution(profile: list[tuple[float, float]], segments: int, smooth: bool = False) -> Mesh:
    """Turn `profile`, points (radius, z) with the material on its left-hand side, about z.

    Walk the outline from the bottom of the axis outwards, up, and back to the axis.
    Round about the surface is always smooth; along the profile only when `smooth`.
    """
    mesh = Mesh()
    edges = list(pairwise(profile))
    edge_normals = [_edge_normal(p, q) for p, q in edges]
    for k, ((r0, z0), (r1, z1)) in enumerate(edges):
        n0 = n1 = edge_normals[k]
        if smooth:
            n0 = _mean(edge_normals[max(k - 1, 0)], n0)
            n1 = _mean(n1, edge_normals[min(k + 1, len(edges) - 1)])
        for i in range(segments):
            a0, a1 = 2 * math.pi * i / segments, 2 * math.pi * (i + 1) / segments
            mesh.add_quad(
                _turn((r0, z0), a0),
                _turn((r0, z0), a1),
                _turn((r1, z1), a1),
                _turn((r1, z1), a0),
                [_turn(n0, a0), _turn(n0, a1), _turn(n1, a1), _turn(n1, a0)],
            )
    return mesh


def square_shell(half: float, height: float, wall: float, floor: float) -> Mesh:
    """An open square box, outer half side `half`."""
    mesh, h = Mesh(), height / 2
    cuboid((-half, -half, -h), (half, half, -h + floor), mesh)
    cuboid((-half, -half, -h + floor), (-half + wall, half, h), mesh)
    cuboid((half - wall, -half, -h + floor), (half, half, h), mesh)
    cuboid((-half + wall, -half, -h + floor), (half - wall, -half + wall, h), mesh)
    return cuboid((-half + wall, half - wall, -h + floor), (half - wall, half, h), mesh)


def _edge_normal(p: tuple[float, float], q: tuple[float, float]) -> tuple[float, float]:
    dr, dz = q[0] - p[0], q[1] - p[1]
    length = math.hypot(dr, dz) or 1.0
    return dz / length, -dr / length


def _mean(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    r, z = a[0] + b[0], a[1] + b[1]
    length = math.hypot(r, z)
    return (r / length, z / length) if length > 1e-9 else a


def _turn(point: tuple[float, float], angle: float) -> Point:
    radius, z = point
    return radius * math.cos(angle), radius * math.sin(angle), z
