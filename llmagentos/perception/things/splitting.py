"""Taking apart pieces of one colour that are several things: stacked, or side by side.

Knows: height steps, squares and circles of a size that the height implies.
Does not know: colours, vessels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.kinds import size_range_m
from llmagentos.perception.maps.outlines import (
    SQUARE_EXCESS,
    Outline,
    disc,
    fill_hull,
    square_hull,
    wrap_quarter,
)
from llmagentos.perception.maps.rectify import BoolMap, FloatMap, GridSpec
from llmagentos.perception.maps.segment import Maps, Piece, pieces_in
from llmagentos.perception.maps.values import quantile
from llmagentos.perception.things.kinds import Guess

#: A gap this wide in the sorted heights of a piece separates two levels, metres.
_STEP_M = 0.009
#: Pieces within this height of each other are level.
_LEVEL_M = 0.005


def split_layers(piece: Piece, height: FloatMap, min_cells: int) -> list[Piece]:
    """The levels of a piece, each in its connected parts; one entry when there is one level."""
    z = height[piece.window]
    inner = (
        cv2.erode(
            cv2.copyMakeBorder(piece.mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0),
            np.ones((3, 3), np.uint8),
        )[1:-1, 1:-1]
        > 0
    )
    values = np.sort(z[inner])
    if len(values) < 2 * min_cells:
        return [piece]
    gaps = np.diff(values)
    cuts = [
        (values[i] + values[i + 1]) / 2
        for i in np.flatnonzero(gaps > _STEP_M)
        if min_cells <= i + 1 and len(values) - i - 1 >= min_cells // 2
    ]
    if not cuts:
        return [piece]
    levels = np.digitize(z, cuts)
    result: list[Piece] = []
    for level in range(len(cuts) + 1):
        mask = piece.mask & (levels == level)
        result += pieces_in(mask, piece.label, min_cells, piece.row0, piece.col0, smooth=True)
    return result if len(result) > 1 else [piece]


def same_level(piece: Piece, others: list[Piece], maps: Maps, top_z: float) -> list[Piece]:
    """Pieces of the same colour and height, near enough to be parts of one block."""
    reach = (size_range_m("block")[1] * 1.45) / maps.grid.cell_m
    middle = piece.hull[:, 0].mean(axis=0)
    result = []
    for other in others:
        if other.label != piece.label:
            continue
        gap = float(np.hypot(*(other.hull[:, 0].mean(axis=0) - middle)))
        if gap < reach and abs(quantile(other.values(maps.height), 0.8) - top_z) < _LEVEL_M:
            result.append(other)
    return result


@dataclass(frozen=True)
class BlockFit:
    """A block found in level cells. agreement: 0..1, how well the cells bear it out."""

    piece: Piece
    shape: Outline
    guess: Guess
    agreement: float


def fit_blocks(
    pieces: list[Piece], maps: Maps, top_z: float, supports: list[float]
) -> list[BlockFit]:
    """Cover level pieces of one colour with squares: blocks that touch or are partly hidden.

    The height of their top says how large a block on a known support must be. Empty when no size
    explains the cells.
    """
    low, high = size_range_m("block")
    sizes = {round(top_z - s, 3) for s in supports if low - 0.002 <= top_z - s <= high + 0.003}
    best: list[BlockFit] = []
    best_score = 0.55
    for size in sorted(sizes, reverse=True):
        fits, score = _cover(pieces, maps, top_z, size)
        if score > best_score + 0.05:
            best, best_score = fits, score
    return best


def _cover(
    pieces: list[Piece], maps: Maps, top_z: float, size: float
) -> tuple[list[BlockFit], float]:
    """Squares of `size` set one after the other; and the share of cells explained, less what
    the squares would cover of cells that are plainly something else."""
    grid = maps.grid
    hull = cv2.convexHull(np.concatenate([p.hull for p in pieces]))
    pad = int(size / grid.cell_m) + 4
    own, r0, c0 = fill_hull(hull, maps.height.shape, pad=pad)
    own[:] = False
    for p in pieces:
        own[p.row0 - r0 : p.row0 - r0 + p.mask.shape[0],
            p.col0 - c0 : p.col0 - c0 + p.mask.shape[1]] |= p.mask  # fmt: skip
    window = slice(r0, r0 + own.shape[0]), slice(c0, c0 + own.shape[1])
    below = maps.seen[window] & ~own & (maps.height[window] < top_z + 0.004)
    total, side = int(own.sum()), size / grid.cell_m + SQUARE_EXCESS / 2
    if 0.5 * total > (side + 2) ** 2:
        # The first square has to cover half of the cells, and none of this size does.
        return [], 0.0
    left, wrong = own.copy(), 0.0
    fits: list[tuple[BoolMap, float, float, float]] = []
    while len(fits) < 6 and left.sum() > (0.18 * side * side if fits else 12):
        cx, cy, yaw = best_square(left.astype(np.float32), below | (own & ~left), side)
        inside = np.zeros(own.shape, np.uint8)
        square = _corners(cx, cy, side, yaw)
        cv2.fillConvexPoly(inside, np.round(square).astype(np.int32), 1)
        mine = left & (inside > 0)
        if mine.sum() < (0.1 * side * side if fits else 0.5 * left.sum()):
            break
        wrong += float((below & (inside > 0)).sum())
        fits.append((mine, cx + c0, cy + r0, yaw))
        left &= ~(cv2.dilate(inside, disc(1)) > 0)
    explained = (total - int(left.sum())) / max(total, 1)
    score = explained - wrong / max(total, 1)
    results = [_block_fit(f, pieces[0].label, r0, c0, top_z, size, grid, score) for f in fits]
    return results, score if fits else 0.0


def _corners(col: float, row: float, side: float, yaw: float) -> NDArray[np.float32]:
    """Corners (col, row) of a square on the map; a base-frame yaw looks the same on it, since the
    map is the table turned by half a turn and seen from above."""
    c, s, half = math.cos(yaw), math.sin(yaw), side / 2
    signs = ((1, 1), (-1, 1), (-1, -1), (1, -1))
    return np.array(
        [(col - (s * u + c * v) * half, row - (c * u - s * v) * half) for u, v in signs], np.float32
    )


def best_square(value: FloatMap, other: BoolMap, side: float) -> tuple[float, float, float]:
    """The square of `side` cells with the greatest sum of `value` inside, little of `other` inside
    and much of it all round. Returns its centre (col, row) in the crop and its yaw (base frame).

    Outside of the crop counts as `other`.
    """
    worth = value - 1.5 * other.astype(np.float32)
    border = other.astype(np.float32)
    best = (-np.inf, 0.0, 0.0, 0.0)
    k = max(round(side), 3)
    for angle in range(0, 90, 6):
        best = max(best, (*_slide(worth, border, k, float(angle)), float(angle)))
    for step in (-3.0, -1.5, 1.5, 3.0):
        turned = best[3] + step
        best = max(best, (*_slide(worth, border, k, turned), turned))
    return best[1], best[2], wrap_quarter(math.radians(best[3]))


def _slide(worth: FloatMap, border: FloatMap, k: int, angle: float) -> tuple[float, float, float]:
    """Best score of an upright k x k window over the maps turned by `angle` degrees, and its
    centre in the unturned map."""
    h, w = worth.shape
    turn = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -angle, 1.0)
    turned = cv2.warpAffine(worth, turn, (w, h), flags=cv2.INTER_LINEAR, borderValue=-1.5)
    around = cv2.warpAffine(border, turn, (w, h), flags=cv2.INTER_LINEAR, borderValue=1.0)
    zero = cv2.BORDER_REPLICATE
    fill = cv2.boxFilter(turned, -1, (k, k), normalize=False, borderType=zero)
    outer = cv2.boxFilter(around, -1, (k + 4, k + 4), normalize=False, borderType=zero)
    inner = cv2.boxFilter(around, -1, (k, k), normalize=False, borderType=zero)
    score = fill + 0.2 * (outer - inner)
    top = float(score.max())
    rows, cols = np.nonzero(score > top - 0.5)
    # An even window's anchor is half a cell right of and below its middle.
    even = 0.5 if k % 2 == 0 else 0.0
    point = np.array([cols.mean() - even, rows.mean() - even, 1.0])
    x, y = cv2.invertAffineTransform(turn) @ point
    return top, float(x), float(y)


def _block_fit(
    found: tuple[BoolMap, float, float, float],
    label: int,
    r0: int,
    c0: int,
    top_z: float,
    size: float,
    grid: GridSpec,
    score: float,
) -> BlockFit:
    mask, col, row, yaw = found
    center = grid.xy(col, row)
    low, high = size_range_m("block")
    size = min(max(size, low), high)
    hull = square_hull(center, size, yaw, grid)
    shape = Outline(center, False, size, (size, size), yaw, 1.0, size * size, 0.36, hull)
    guess = Guess("block", size, size, top_z - size, 0.004)
    piece = Piece(label, r0, c0, mask, int(mask.sum()), hull)
    return BlockFit(piece, shape, guess, float(np.clip(score, 0.1, 1.0)))
