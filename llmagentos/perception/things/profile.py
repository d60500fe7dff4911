"""What the heights of a piece say of its form: hollow, domed, with studs.

Knows: heights within an outline. Does not know: kinds' sizes, colours, what is around.
"""

from __future__ import annotations

import cv2
import numpy as np

from llmagentos.perception.maps.outlines import Outline, disc, fill_hull
from llmagentos.perception.maps.segment import Maps, Piece
from llmagentos.perception.maps.values import median, quantile
from llmagentos.perception.things.kinds import best_of, options

#: Inner cells this far below the rim make a thing hollow.
_HOLLOW_M = 0.007
#: How high the studs of a toy brick rise over it, per its length; and the fewest cells that show it.
_STUD_HEIGHT, _MIN_STUD_CELLS = 0.12, 40


def rim_of(piece: Piece, maps: Maps) -> tuple[float, bool]:
    """Height of the outer band, and whether the inside is deeper (or filled by others)."""
    inside, r0, c0 = fill_hull(piece.hull, maps.height.shape, pad=1)
    core = cv2.erode(inside.view(np.uint8), disc(4)) > 0
    band = inside & ~(cv2.erode(inside.view(np.uint8), disc(3)) > 0)
    h, w = inside.shape
    height = maps.height[r0 : r0 + h, c0 : c0 + w]
    own = np.zeros_like(inside)
    dr, dc = piece.row0 - r0, piece.col0 - c0
    own[dr : dr + piece.mask.shape[0], dc : dc + piece.mask.shape[1]] = piece.mask
    edge = height[band & own]
    if len(edge) < 12 or not core.any():
        return 0.0, False
    rim_z = quantile(edge, 0.75)
    own_core = own & core
    if own_core.sum() < 0.06 * core.sum():
        # Nothing of it is visible inside: a rim round its contents, if it goes all round.
        return rim_z, bool((band & own).sum() > 0.35 * band.sum())
    deep = float(np.mean(height[own_core] < rim_z - _HOLLOW_M))
    return rim_z, deep > 0.5


def is_dome(piece: Piece, shape: Outline, maps: Maps) -> bool:
    """Whether the middle stands out over a ring around it, as a ball's does."""
    if not shape.is_round:
        return False
    grid = maps.grid
    r, c = np.nonzero(piece.mask)
    col, row = grid.col_row(*shape.center)
    rho = np.hypot(c + piece.col0 - col, r + piece.row0 - row) * grid.cell_m / (shape.size_m / 2)
    z = maps.height[piece.window][piece.mask]
    middle, ring = z[rho < 0.35], z[(rho > 0.6) & (rho < 0.8)]
    if len(middle) < 4 or len(ring) < 8:
        return False
    return bool((median(middle) - median(ring)) / (shape.size_m / 2) > 0.13)


def has_studs(piece: Piece, shape: Outline, maps: Maps) -> bool:
    """Whether the top has two levels as far apart as those of a brick with studs."""
    studded = options(shape.is_round, "studs")
    if best_of(studded, shape.size_m, 1.0, (0.0,)) is None:
        return False
    inner = cv2.erode(np.pad(piece.mask, 1).view(np.uint8), disc(2))[1:-1, 1:-1] > 0
    z = maps.height[piece.window][inner]
    if len(z) < _MIN_STUD_CELLS:
        return False
    low, high = (float(v) for v in np.percentile(z, (20, 90)))
    stud = _STUD_HEIGHT * shape.size_m
    level = (np.abs(z - low) < 0.25 * stud) | (np.abs(z - high) < 0.25 * stud)
    return abs(high - low - stud) < 0.4 * stud and float(level.mean()) > 0.8
