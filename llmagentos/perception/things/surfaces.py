"""Heights of surfaces: levels around a thing, the inside of an empty vessel.

Knows: llmagentos.objects.geometry's vessels. Does not know: colours, pieces.
"""

from __future__ import annotations

import cv2
import numpy as np

from llmagentos.perception.maps.outlines import disc, fill_hull
from llmagentos.perception.maps.rectify import BoolMap, FloatMap
from llmagentos.perception.maps.segment import Maps
from llmagentos.perception.maps.values import median
from llmagentos.perception.things.detection import Detection


def levels_in(heights: FloatMap) -> list[float]:
    """Heights at which a good part of `heights` lies level: surfaces, not slopes or sides."""
    if len(heights) < 20:
        return []
    bins = np.bincount((np.clip(heights, 0, 0.4) / 0.003).astype(np.int32), minlength=2)
    pairs = bins[:-1] + bins[1:]
    result = []
    for k in np.flatnonzero(pairs > 0.15 * len(heights)):
        near = heights[(heights >= 0.003 * k) & (heights < 0.003 * (k + 2))]
        result.append(median(near))
    return result


def inner_surface(thing: Detection, maps: Maps) -> tuple[FloatMap, BoolMap, int, int]:
    """Heights of an empty vessel's surface in a crop; where its inside is; (row0, col0)."""
    inside, r0, c0 = fill_hull(thing.hull, maps.height.shape)
    g, grid = thing.geometry, maps.grid
    surface = np.full(inside.shape, thing.base_z + g.floor_m, np.float32)
    wall_cells = max(int(np.ceil(g.wall_m / grid.cell_m)) + 1, 2)
    inner = (
        cv2.erode(
            cv2.copyMakeBorder(inside.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0),
            disc(wall_cells),
        )[1:-1, 1:-1]
        > 0
    )
    surface[~inner] = thing.top_z
    if g.is_flared:
        col, row = grid.col_row(*thing.center)
        rows, cols = np.indices(inside.shape, dtype=np.float32)
        rho = np.hypot(cols + c0 - col, rows + r0 - row) * grid.cell_m
        foot, brim = g.foot_radius_m, g.size_m / 2 - g.wall_m
        rise = np.clip((rho - foot + g.wall_m) / (brim - foot + g.wall_m), 0, 1)
        slope = thing.base_z + g.floor_m + rise * (g.bend_m - g.floor_m)
        surface[inner] = slope[inner]
    return surface, inner, r0, c0
