"""What a network sees of form: heights above the table, normals, grooves and edges beside colour.

Knows: how depth, a camera's intrinsics and its pose become planes that say the same from wherever the
camera looks. Does not know: what a network makes of them, sizes (pictures.py).

Directions are of a frame that stands on the table: right as the picture has it, ahead, up. Grooves are
second differences of 1/z, which are 0 on every plane (maps/regions.py says why), times z^2 / 2: metres
that a point lies behind the chord of its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

#: Planes, in order: height, whether depth is known, the normal's three, grooves over short and long
#: chords, edges, red, green, blue, a pixel's width.
PLANES = 12
#: What is 1 in them, metres.
_HEIGHT_M, _GROOVE_M, PIXEL_M = 0.125, 0.005, 0.005
#: Halves of the chords, pixels; the normal's.
_SHORT_PX, _LONG_PX, _NORMAL_PX = 2, 5, 2
#: Unknown depth is taken from what is farthest within so many pixels, mostly the table in a shadow.
_FILL_PX = 3


@dataclass(frozen=True)
class Form:
    """planes float32 [12, H, W]; points float32 [3, H, W]: right, ahead, up, metres, where depth is
    known or filled, from the place on the table right under the camera; known bool [H, W]."""

    planes: Floats
    points: Floats
    known: NDArray[np.bool_]


def halved(form: Form) -> Form:
    """Every second row and column of a form, as outputs that are half as fine are about."""
    return Form(form.planes[:, ::2, ::2], form.points[:, ::2, ::2], form.known[::2, ::2])


def form_of(
    rgb: NDArray[np.uint8],
    depth: Floats,
    intrinsics: NDArray[np.float64],
    base_from_camera: NDArray[np.float64],
) -> Form:
    """The form of a picture: rgb uint8 [H, W, 3], depth metres [H, W], 0 where unknown; the table is
    z = 0 of the base frame."""
    depth = depth.astype(np.float32, copy=False)
    known = depth > 0.05
    filled = _filled(np.where(known, depth, 0).astype(np.float32))
    turn = upright(base_from_camera)
    (fx, _, cx), (_, fy, cy), _ = np.asarray(intrinsics, np.float64)
    rows, cols = depth.shape
    x = ((np.arange(cols, dtype=np.float32) - np.float32(cx)) / np.float32(fx))[None] * filled
    y = ((np.arange(rows, dtype=np.float32) - np.float32(cy)) / np.float32(fy))[:, None] * filled
    camera = np.stack([x, y, filled])
    points = np.tensordot(turn.astype(np.float32), camera, 1)
    points[2] += np.float32(base_from_camera[2, 3])
    planes = np.zeros((PLANES, rows, cols), np.float32)
    there = filled > 0
    planes[0] = np.clip(points[2] / _HEIGHT_M, -0.2, 3) * there
    planes[1] = known
    planes[2:5] = _normals(points) * there
    inverse = np.zeros(depth.shape, np.float32)
    np.divide(1, filled, out=inverse, where=there)
    inverse = np.asarray(cv2.blur(inverse, (3, 3)), np.float32)
    behind = filled * filled / np.float32(2 * _GROOVE_M)
    most, least = _second_differences(inverse, _SHORT_PX)
    planes[5] = np.clip(most * behind, 0, 2)
    planes[7] = np.clip(-least * behind, 0, 2)
    planes[6] = np.clip(_second_differences(inverse, _LONG_PX)[0] * behind, 0, 2)
    planes[8:11] = rgb.transpose(2, 0, 1) / np.float32(255) - np.float32(0.5)
    planes[11] = filled / np.float32(fx * PIXEL_M)
    return Form(planes, points, known)


def upright(base_from_camera: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rotation [3, 3] from the camera's frame to right, ahead, up."""
    up = base_from_camera[2, :3]
    right = np.array([1.0, 0.0, 0.0]) - up * up[0]
    if np.linalg.norm(right) < 0.1:  # the picture's side points up: take what is below it
        right = np.array([0.0, 1.0, 0.0]) - up * up[1]
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(up, right), up])


def _filled(depth: Floats) -> Floats:
    far = np.asarray(cv2.dilate(depth, np.ones((2 * _FILL_PX + 1,) * 2, np.uint8)), np.float32)
    return np.where(depth > 0, depth, far)


def _normals(points: Floats) -> Floats:
    """Unit normals [3, H, W] that point up, by differences over a few pixels."""
    k = _NORMAL_PX
    smooth = np.stack([cv2.blur(p, (3, 3)) for p in points])
    wide = cv2.copyMakeBorder(smooth.transpose(1, 2, 0), k, k, k, k, cv2.BORDER_REPLICATE)
    across = wide[k:-k, 2 * k :] - wide[k:-k, : -2 * k]
    along = wide[: -2 * k, k:-k] - wide[2 * k :, k:-k]
    (ax, ay, az), (bx, by, bz) = np.moveaxis(across, 2, 0), np.moveaxis(along, 2, 0)
    normal = np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])
    length = np.sqrt((normal * normal).sum(axis=0))
    return np.asarray(normal / np.maximum(length, 1e-12), np.float32)


def _second_differences(a: Floats, k: int) -> tuple[Floats, Floats]:
    """The greatest and the least of a(-k) + a(+k) - 2 a(0) along rows, columns and both diagonals."""
    h, w = a.shape
    d = max(round(0.7 * k), 1)
    most, least = np.full(a.shape, -np.inf, np.float32), np.full(a.shape, np.inf, np.float32)
    wide = cv2.copyMakeBorder(a, k, k, k, k, cv2.BORDER_REPLICATE)
    for dr, dc in ((0, k), (k, 0), (d, d), (d, -d)):
        both = wide[k + dr : k + dr + h, k + dc : k + dc + w]
        both = both + wide[k - dr : k - dr + h, k - dc : k - dc + w]
        np.maximum(most, both, out=most)
        np.minimum(least, both, out=least)
    return most - 2 * a, least - 2 * a
