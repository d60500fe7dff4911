"""Bodies put together from convex pieces: for things that are none of our kinds.

Knows: boxes, drums, prisms and the pieces of OBJ files; how such a body is turned, scaled, set on its
base, seen from above and written as OBJ. Does not know: which things there are (models.py), PyBullet.

Lengths are metres. A solid that `settled` made stands in the frame that perception measures things in:
origin in the middle of its base-to-top box, x along its longer side from above, z up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SceneError
from llmagentos.objects.measured import measured, simplified

Array = NDArray[np.float64]
Angles = tuple[float, float, float]
#: Outlines are drawn on a grid of this pitch, or of so many cells along the longest side.
_CELL_M, _CELLS = 0.0005, 400
_SIDES = 24


@dataclass(frozen=True)
class Piece:
    """One convex piece: vertices float64 [n, 3]; faces int [m, 3], counter-clockwise from outside."""

    vertices: Array
    faces: NDArray[np.int64]

    def turned(self, rpy: Angles, at: Sequence[float] = (0.0, 0.0, 0.0)) -> Piece:
        """Turned about fixed axes x, y, z by these angles (rad), then moved."""
        return Piece(self.vertices @ rotation(rpy).T + np.array(at), self.faces)


Solid = tuple[Piece, ...]


def rotation(rpy: Angles) -> Array:
    """The rotation about fixed axes x, y, z by roll, pitch and yaw, 3x3."""
    (cr, cp, cy), (sr, sp, sy) = (map(f, rpy) for f in (math.cos, math.sin))
    return np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )


def box(sides: Sequence[float], at: Sequence[float] = (0, 0, 0), rpy: Angles = (0, 0, 0)) -> Piece:
    """A box around its own middle, then turned and moved."""
    x, y = sides[0] / 2, sides[1] / 2
    return prism([(x, y), (-x, y), (-x, -y), (x, -y)], sides[2], at, rpy)


def drum(
    radii: tuple[float, float],
    height: float,
    at: Sequence[float] = (0, 0, 0),
    rpy: Angles = (0, 0, 0),
    sides: int = _SIDES,
) -> Piece:
    """A cylinder, or a cone without its tip: radius at its foot and at its top, axis z."""
    angles = [2 * math.pi * i / sides for i in range(sides)]
    rings = [
        [(max(r, 1e-4) * math.cos(a), max(r, 1e-4) * math.sin(a), z) for a in angles]
        for r, z in zip(radii, (-height / 2, height / 2), strict=True)
    ]
    return _between(rings[0], rings[1]).turned(rpy, at)


def prism(
    corners: Sequence[tuple[float, float]],
    height: float,
    at: Sequence[float] = (0, 0, 0),
    rpy: Angles = (0, 0, 0),
) -> Piece:
    """A convex polygon (counter-clockwise, x and y), as high as that along z."""
    low, high = ([(x, y, z) for x, y in corners] for z in (-height / 2, height / 2))
    return _between(low, high).turned(rpy, at)


def _between(low: Sequence[Sequence[float]], high: Sequence[Sequence[float]]) -> Piece:
    """The convex piece between two polygons of as many corners, the first below."""
    n = len(low)
    faces = [(0, i + 1, i) for i in range(1, n - 1)]
    faces += [(n, n + i, n + i + 1) for i in range(1, n - 1)]
    for i in range(n):
        j = (i + 1) % n
        faces += [(i, j, n + j), (i, n + j, n + i)]
    return Piece(np.array([*low, *high]), np.array(faces))


def extruded(outline: Sequence[tuple[float, float]], height: float) -> Solid:
    """A thing as high as that everywhere with this outline from above, which may be notched: cut into
    triangles at its corners (ear clipping)."""
    left = list(outline)
    if _area(left) < 0:
        left.reverse()
    out: list[Piece] = []
    while len(left) > 3:
        ears = [i for i in range(len(left)) if _is_ear(left, i)]
        if not ears:  # its sides cross: what is left is taken for convex
            break
        i = ears[0]
        out.append(prism([left[i - 1], left[i], left[(i + 1) % len(left)]], height))
        del left[i]
    return (*out, prism(left, height))


def _area(corners: Sequence[tuple[float, float]]) -> float:
    pairs = zip(corners, [*corners[1:], corners[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def _is_ear(corners: list[tuple[float, float]], i: int) -> bool:
    a, b, c = corners[i - 1], corners[i], corners[(i + 1) % len(corners)]
    if _area([a, b, c]) <= 1e-12:
        return False
    others = [p for p in corners if p not in (a, b, c)]
    return not any(
        all(_area([p, q, other]) >= 0 for p, q in ((a, b), (b, c), (c, a))) for other in others
    )


@lru_cache(maxsize=64)
def read_obj(path: Path) -> Solid:
    """The pieces of an OBJ file, one an object or group of it. SceneError for a file that is none."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        points = [[float(v) for v in row.split()[1:4]] for row in lines if row.startswith("v ")]
        groups: list[list[list[int]]] = [[]]
        for row in lines:
            if row.startswith(("o ", "g ")) and groups[-1]:
                groups.append([])
            elif row.startswith("f "):
                corners = [int(part.split("/")[0]) for part in row.split()[1:]]
                corners = [k - 1 if k > 0 else len(points) + k for k in corners]
                fan = range(1, len(corners) - 1)
                groups[-1] += [[corners[0], corners[i], corners[i + 1]] for i in fan]
        found = [_piece(np.array(points), np.array(faces)) for faces in groups if faces]
    except (OSError, ValueError, IndexError) as error:
        raise SceneError(f"expected an OBJ file of a thing, got {str(path)!r}: {error}") from error
    if not found:
        raise SceneError(f"expected an OBJ file with faces, got {str(path)!r} without any")
    return tuple(found)


def _piece(points: Array, faces: NDArray[np.int64]) -> Piece:
    used, renumbered = np.unique(faces, return_inverse=True)
    return Piece(points[used], renumbered.reshape(faces.shape))


def corners_of(solid: Solid) -> Array:
    """All vertices, float64 [n, 3]."""
    return np.concatenate([piece.vertices for piece in solid])


def turned(solid: Solid, rpy: Angles, at: Sequence[float] = (0.0, 0.0, 0.0)) -> Solid:
    """All pieces turned about fixed axes, then moved."""
    return tuple(piece.turned(rpy, at) for piece in solid)


def scaled(solid: Solid, factor: float) -> Solid:
    """All lengths times a factor."""
    return tuple(Piece(factor * piece.vertices, piece.faces) for piece in solid)


def settled(solid: Solid) -> Solid:
    """The same turned about z and moved into the frame that things are measured in."""
    (x, y), yaw, _, _ = measured(outline_from_above(solid), 0.0)
    low, high = (f(corners_of(solid)[:, 2]) for f in (np.min, np.max))
    moved = turned(solid, (0.0, 0.0, 0.0), (-x, -y, -float(low + high) / 2))
    return turned(moved, (0.0, 0.0, -yaw))


def outline_from_above(solid: Solid) -> tuple[tuple[float, float], ...]:
    """Corners of what it covers seen from above, one after another: the largest connected area."""
    points = corners_of(solid)[:, :2]
    low, span = points.min(axis=0), float(np.ptp(points, axis=0).max())
    cell = max(_CELL_M, span / _CELLS) if span > _CELL_M * 8 else span / _CELLS
    wide, high = (np.ceil(np.ptp(points, axis=0) / cell).astype(int) + 3).tolist()
    mask = np.zeros((high, wide), np.uint8)
    for piece in solid:
        # Half cells and finer: four more bits than whole ones.
        cells = np.round(((piece.vertices[:, :2] - low) / cell + 1) * 16).astype(np.int32)
        for face in cells[piece.faces]:
            cv2.fillConvexPoly(mask, face, 1, shift=4)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    widest = max(contours, key=cv2.contourArea)
    return simplified(((widest[:, 0] - 1) * cell + low).tolist())


def to_obj(solid: Solid) -> str:
    """Wavefront OBJ text: an object a piece, flat-shaded."""
    lines, count = list[str](), 0
    for number, piece in enumerate(solid):
        corners = piece.vertices[piece.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        lengths = np.linalg.norm(normals, axis=1)
        keep = lengths > 1e-14
        corners, normals = corners[keep], normals[keep] / lengths[keep][:, None]
        lines.append(f"o piece_{number}")
        lines += [f"v {x:.7f} {y:.7f} {z:.7f}" for x, y, z in corners.reshape(-1, 3)]
        lines += [f"vn {x:.5f} {y:.5f} {z:.5f}" for x, y, z in np.repeat(normals, 3, axis=0)]
        for k in range(len(corners)):
            a, b, c = (count + 3 * k + i for i in (1, 2, 3))
            lines.append(f"f {a}//{a} {b}//{b} {c}//{c}")
        count += 3 * len(corners)
    return "\n".join(lines) + "\n"
