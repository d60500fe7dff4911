"""Outlines on the top-down map: circles, squares, hulls.

Knows: how to fit shapes to a set of cells. Does not know: kinds, colours, heights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.rectify import BoolMap, GridSpec

#: Outline points (col, row) in cells, integers [N, 1, 2], as OpenCV hands them out.
Hull: TypeAlias = NDArray[Any]

#: Above this a hull is nearer to its rectangle than to its circle (0.36 square, -0.19 circle).
_SQUARE_FROM = 0.09
#: And where it is level and smaller than this, metres, from there on.
_SMALL_M, _PLAINLY_ROUND = 0.043, 0.0
#: A rotated square's tightest rectangle is this much wider than the square, cells (measured).
SQUARE_EXCESS = 0.9


@dataclass(frozen=True)
class Outline:
    """The convex outline of a piece of the map.

    center: base frame, metres. size_m: edge (square: mean of both) or diameter. sides_m: longer
    and shorter side of the tightest rectangle. fill: area over that of the fitted shape (1: fits
    exactly). hull: cells (col, row), int32 [N, 1, 2], in the whole map.
    """

    center: tuple[float, float]
    is_round: bool
    size_m: float
    sides_m: tuple[float, float]
    yaw: float
    fill: float
    area_m2: float
    squareness: float
    hull: Hull

    @property
    def aspect(self) -> float:
        """Longer over shorter side, at least 1."""
        return self.sides_m[0] / max(self.sides_m[1], 1e-6)


def wrap_quarter(angle: float) -> float:
    """The same orientation of a square within (-pi/4, pi/4]."""
    quarter = math.pi / 2
    wrapped = angle - quarter * math.ceil(angle / quarter - 0.5)
    return wrapped if wrapped > -math.pi / 4 + 1e-9 else wrapped + quarter


def hull_of(mask: BoolMap, row0: int, col0: int) -> Hull:
    """Convex hull of the set cells of a crop that starts at (row0, col0), as (col, row)."""
    contours, _ = cv2.findContours(
        mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(col0, row0)
    )
    return cv2.convexHull(np.concatenate(contours)).astype(np.int32)


def outline(hull: Hull, grid: GridSpec, force_round: bool | None = None) -> Outline:
    """Fit a square and a circle to `hull` and say which one it is."""
    cell = grid.cell_m
    (_, _), (w, h), angle = rect = cv2.minAreaRect(hull)
    # Hulls of scattered points run close to the true outline: what is lost between the outermost
    # cell centres and the edge is won by edge pixels being spread over cells (measured).
    area = cv2.contourArea(hull)
    _, reach = cv2.minEnclosingCircle(hull)
    grown = area + cv2.arcLength(hull, True) / 2 + 0.8
    squareness = grown / ((w + 1) * (h + 1)) - grown / (math.pi * (reach + 0.5) ** 2)
    is_round = squareness < _SQUARE_FROM if force_round is None else force_round
    if is_round:
        col, row, size = _circle(hull)
        fill = min(area / (math.pi / 4 * size * size), 1.0)
        if fill > 0.93:
            size = math.sqrt(area * 4 / math.pi)
        yaw = 0.0
    else:
        col, row = rect[0]
        w, h = max(w - SQUARE_EXCESS, 0.5), max(h - SQUARE_EXCESS, 0.5)
        size = math.sqrt(w * h)
        fill = min(area / (w * h), 1.0)
        if fill > 0.9 and max(w, h) < 1.2 * min(w, h):
            size = math.sqrt(area) - SQUARE_EXCESS / 2
        a = math.radians(angle)
        yaw = wrap_quarter(math.atan2(-math.cos(a), -math.sin(a)))
    return Outline(
        center=grid.xy(col, row),
        is_round=is_round,
        size_m=size * cell,
        sides_m=(max(w, h) * cell, min(w, h) * cell),
        yaw=yaw,
        fill=fill,
        area_m2=area * cell * cell,
        squareness=squareness,
        hull=hull,
    )


def of_level_top(shape: Outline, grid: GridSpec) -> Outline:
    """The outline of a level top. A small one's corners are lost in noisy depth, so it is square unless
    it is plainly round: of 43 cans in typical noise 42 were below _PLAINLY_ROUND, no block of 263."""
    if not shape.is_round or shape.size_m > _SMALL_M or shape.squareness < _PLAINLY_ROUND:
        return shape
    return outline(shape.hull, grid, force_round=False)


def _circle(hull: Hull) -> tuple[float, float, float]:
    """Centre (col, row) and diameter in cells: least squares through the hull's corners,
    each weighted by the length of outline it stands for (Kasa's algebraic fit)."""
    p = hull[:, 0].astype(np.float64)
    if len(p) < 5:
        (c, r), radius = cv2.minEnclosingCircle(hull)
        return c, r, 2 * radius + 1
    # Points along the edges, so that long straight pieces count by their length.
    ahead = np.roll(p, -1, axis=0)
    q = np.concatenate([p * 0.75 + ahead * 0.25, p * 0.5 + ahead * 0.5, p * 0.25 + ahead * 0.75, p])
    weight = np.tile(np.sqrt(np.linalg.norm(ahead - p, axis=1) + 1e-3), 4)
    middle = q.mean(axis=0)
    u = q - middle
    design = np.c_[2 * u, np.ones(len(u))] * weight[:, None]
    solution, *_ = np.linalg.lstsq(design, (u * u).sum(axis=1) * weight, rcond=None)
    c, r = solution[:2] + middle
    radius = math.sqrt(max(solution[2] + solution[0] ** 2 + solution[1] ** 2, 0.25))
    return float(c), float(r), 2 * radius + 0.3


def square_hull(center: tuple[float, float], size_m: float, yaw: float, grid: GridSpec) -> Hull:
    """The corners of a square as a hull in cells."""
    c, s, half = math.cos(yaw), math.sin(yaw), size_m / 2
    corners = [
        grid.col_row(center[0] + c * u - s * v, center[1] + s * u + c * v)
        for u, v in ((half, half), (-half, half), (-half, -half), (half, -half))
    ]
    return cv2.convexHull(np.round(np.array(corners)).astype(np.int32)[:, None])


def fill_hull(hull: Hull, shape: tuple[int, int], pad: int = 0) -> tuple[BoolMap, int, int]:
    """Crop mask of the hull's inside with `pad` empty cells around it; and its (row0, col0)."""
    c0, r0, w, h = cv2.boundingRect(hull)
    r1, c1 = min(r0 + h + pad, shape[0]), min(c0 + w + pad, shape[1])
    r0, c0 = max(r0 - pad, 0), max(c0 - pad, 0)
    mask = np.zeros((r1 - r0, c1 - c0), np.uint8)
    cv2.fillConvexPoly(mask, hull - np.array([c0, r0], np.int32), 1)
    return mask.view(bool), r0, c0


def disc(radius: int) -> NDArray[Any]:
    """Round structuring element."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
