"""The surface before a base that drives: the table, counter or seat that its camera looks down onto.

Knows: depth pictures, which level pieces of surface are in them, and how a frame is cut down to one.
Does not know: things (tabletop.py), drives, maps.

Around a table in a flat there are floors, walls and other furniture. What perception of table tops is
given of a frame is one surface as z = 0: whatever is not over it looks like more of the same table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.types import CameraFrame

Points = NDArray[np.float32]

#: What may be a surface to stand things on: how high over the floor, how far ahead and aside, metres.
_LOW_M, _HIGH_M, _AHEAD_M, _ASIDE_M = 0.25, 1.25, (0.1, 1.8), 0.9
#: Heights are counted in such steps; pieces of a surface are squares of such a side; a surface has at
#: least so many of them, and its middle is not farther than that.
_STEP_M, _CELL_M, _LEAST_CELLS, _NEAR_M = 0.01, 0.03, 60, 1.5
#: What has fewer pieces across is too narrow.
_NARROW = 6
#: A point is the surface's within this; what is nearer to its rim than that may be the wall behind.
_FLAT_M, _RIM_M, _FINE_M = 0.012, 0.012, 0.003
#: Every so many-th pixel is looked at for surfaces.
_STRIDE = 4


@dataclass(frozen=True)
class Surface:
    """A level piece of furniture. height_m: over the floor; near_m: how far ahead of the base it begins;
    outline: its convex outline, [N, 2], the base's frame, metres."""

    height_m: float
    near_m: float
    outline: NDArray[np.float32]

    @property
    def depth_m(self) -> float:
        """From its nearest to its farthest edge, as far as it is seen."""
        return float(self.outline[:, 0].max()) - self.near_m


def find_surface(frame: CameraFrame) -> Surface | None:
    """The nearest level surface that things can stand on, of a frame whose pose is in the base's frame
    (z from the floor); None where there is none in view."""
    points, known = _points(frame, _STRIDE)
    flat = points[known]
    x, y, z = flat.T
    inside = (z > _LOW_M) & (z < _HIGH_M) & (np.abs(y) < _ASIDE_M)
    inside &= (x > _AHEAD_M[0]) & (x < _AHEAD_M[1])
    flat = flat[inside]
    best: Surface | None = None
    for height in _heights(flat[:, 2]):
        level = flat[np.abs(flat[:, 2] - height) < _FLAT_M]
        found = _nearest_piece(level, height)
        if found is not None and (best is None or found.near_m < best.near_m):
            best = found
    return best


def _heights(z: Points) -> list[float]:
    """Heights at which much lies, the most first."""
    if not len(z):
        return []
    bins = np.arange(_LOW_M, _HIGH_M + _STEP_M, _STEP_M)
    counts, _ = np.histogram(z, bins)
    found = list[float]()
    for index in np.argsort(counts)[::-1][:12]:
        if counts[index] < _LEAST_CELLS:
            break
        middle = float(bins[index]) + _STEP_M / 2
        if all(abs(middle - other) > 2 * _FLAT_M for other in found):
            near = z[np.abs(z - middle) < _FLAT_M]
            found.append(float(np.median(near)))
    return found


def _nearest_piece(level: Points, height_m: float) -> Surface | None:
    """The connected piece of what lies at one height that begins nearest to the base."""
    shape = round((_AHEAD_M[1] - _AHEAD_M[0]) / _CELL_M), round(2 * _ASIDE_M / _CELL_M)
    rows = np.floor((level[:, 0] - _AHEAD_M[0]) / _CELL_M).astype(int)
    columns = np.floor((level[:, 1] + _ASIDE_M) / _CELL_M).astype(int)
    inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
    cells = np.zeros(shape, np.uint8)
    cells[rows[inside], columns[inside]] = 1
    # What stands on a table hides some of it.
    joined = cv2.morphologyEx(cells, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    # Sills and the tops of walls and backs are too narrow to stand things on.
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((_NARROW, _NARROW), np.uint8))
    count, labels, stats, middles = cv2.connectedComponentsWithStats(joined, connectivity=8)
    best: Surface | None = None
    own = labels[rows[inside], columns[inside]]
    for label in range(1, count):
        ahead_m = _AHEAD_M[0] + _CELL_M * float(middles[label][1])
        if stats[label, cv2.CC_STAT_AREA] < _LEAST_CELLS or ahead_m > _NEAR_M:
            continue
        piece = level[inside][own == label]
        outline = cv2.convexHull(np.ascontiguousarray(piece[:, :2]))[:, 0]
        near = float(np.percentile(piece[:, 0], 1))
        if best is None or near < best.near_m:
            best = Surface(height_m, near, outline.astype(np.float32))
    return best


def only_surface(frame: CameraFrame, surface: Surface, foot_m: tuple[float, float]) -> CameraFrame:
    """The frame as one of that surface alone, in the frame whose origin is on its height `foot_m`
    (x, y) ahead of the base's: all else in it is flat and of the surface's colour."""
    points, known = _points(frame, 1)
    over = _inside(points[..., :2], surface.outline) & known
    over &= points[..., 2] > surface.height_m - _FLAT_M
    level = over & (np.abs(points[..., 2] - surface.height_m) < _FLAT_M)
    rgb, depth = frame.rgb.copy(), frame.depth.astype(np.float32, copy=True)
    if level.any():
        rgb[~over] = np.median(frame.rgb[level][::7], axis=0).astype(np.uint8)
    depth[~over] = _plane_depth(frame, surface.height_m)[~over]
    pose = np.array(frame.base_from_camera, dtype=np.float64)
    pose[:3, 3] -= (*foot_m, surface.height_m)
    return replace(frame, rgb=rgb, depth=depth, base_from_camera=pose)


def _inside(spots: Points, outline: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of the points [H, W, 2] lie in a convex outline, off its rim."""
    low = outline.min(axis=0)
    shape = np.ceil((outline.max(axis=0) - low) / _FINE_M).astype(int) + 1
    filled = np.zeros((shape[0] + 2, shape[1] + 2), np.uint8)  # a margin that is outside
    corners = np.round((outline - low) / _FINE_M).astype(np.int32) + 1
    cv2.fillConvexPoly(filled, np.ascontiguousarray(corners[:, ::-1]), 1)
    rim = 2 * round(_RIM_M / _FINE_M) + 1
    filled = np.asarray(cv2.erode(filled, np.ones((rim, rim), np.uint8)), np.uint8)
    cells = np.clip((spots - low) / np.float32(_FINE_M) + 1.5, 0, None).astype(np.int32)
    rows = np.minimum(cells[..., 0], filled.shape[0] - 1)
    columns = np.minimum(cells[..., 1], filled.shape[1] - 1)
    return np.asarray(filled[rows, columns] > 0, np.bool_)


def _plane_depth(frame: CameraFrame, height_m: float) -> NDArray[np.float32]:
    """Along each pixel's axis to a plane at that height; 0 where it is never met."""
    slope = _rays(frame, 1)[..., 2]
    drop = np.float32(height_m - float(frame.base_from_camera[2, 3]))
    depth = np.zeros(slope.shape, np.float32)
    np.divide(drop, slope, out=depth, where=slope < -1e-3)
    return depth


def _rays(frame: CameraFrame, stride: int) -> Points:
    """What one metre of depth is of each pixel, in the base's frame, [H, W, 3]."""
    rows, columns = frame.depth[::stride, ::stride].shape
    turn = frame.base_from_camera[:3, :3] @ np.linalg.inv(frame.intrinsics)
    # Linear in column and row: sums of two lines.
    across = np.arange(columns)[:, None] * (stride * turn[:, 0]) + turn[:, 2]
    down = np.arange(rows)[:, None] * (stride * turn[:, 1])
    rays: Points = across.astype(np.float32)[None] + down.astype(np.float32)[:, None]
    return rays


def _points(frame: CameraFrame, stride: int) -> tuple[Points, NDArray[np.bool_]]:
    """Where each pixel's point is, base frame, [H, W, 3], and which of them are known."""
    depth = frame.depth[::stride, ::stride].astype(np.float32)
    known = (depth > 0) & np.isfinite(depth)
    depth = np.where(known, depth, 0)
    points = _rays(frame, stride) * depth[..., None]
    return points + frame.base_from_camera[:3, 3].astype(np.float32), known
