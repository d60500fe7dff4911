"""Oblong things: kinds longer than wide, a can that has rolled over, a brick on its edge, a wooden
bar on a plate.

Knows: what tells them from blocks of their outline: a can's back is round across, a brick's edge is
exactly as high as the brick is long. Does not know: things that lean on others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import KINDS, extents_m, size_range_m
from llmagentos.perception.maps.outlines import Outline
from llmagentos.perception.maps.rectify import FloatMap
from llmagentos.perception.maps.segment import Maps, Piece
from llmagentos.perception.maps.values import median, quantile
from llmagentos.perception.things.kinds import Guess

#: Length over width of a can on its side, which may lean; how far a brick's may be off.
_CAN_ASPECT, _BRICK_SLACK = (1.22, 1.8), 0.09
#: How far off an oblong kind's length over width may be, as a share of it.
_OBLONG_SLACK = 0.12
#: A round back falls off by this much of its radius from the middle to near the sides, at least.
_LEAST_ROUND, _MOST_ROUND = 0.14, 0.7
_SIZE_SLACK_M, _LEVEL_M = 0.004, 0.004
_WOODEN = ("tan", "brown", "gold", "orange")
_LEAST_FILL, _LEAST_CELLS = 0.86, 12
#: Fits no support better than this: not what it seems to be.
_MISFIT_M = 0.02


@dataclass(frozen=True)
class Lying:
    """What lies there, and the direction of its longer side, base frame."""

    guess: Guess
    yaw: float


def find_lying(
    piece: Piece, shape: Outline, maps: Maps, level: Sequence[float], sloping: Sequence[float]
) -> Lying | None:
    """The can, brick or bar that a piece with an oblong outline is; None where it is none.

    level: heights of flat surfaces that it may lie on; sloping: heights on a bowl's slope, too.
    """
    if shape.is_round or shape.fill < _LEAST_FILL:
        return None
    slopes = [*level, *sloping]
    return (
        _oblong(piece, shape, maps, level)
        or _can(piece, shape, maps, slopes)
        or _brick(piece, shape, maps, level)
        or _bar(piece, shape, maps, slopes)
    )


def _can(piece: Piece, shape: Outline, maps: Maps, supports: Sequence[float]) -> Lying | None:
    long, short = shape.sides_m
    low, high = size_range_m("can")
    if not _CAN_ASPECT[0] <= long / short <= _CAN_ASPECT[1]:
        return None
    if not low - _SIZE_SLACK_M <= short <= high + _SIZE_SLACK_M:
        return None
    yaw, across = _across(piece, maps)
    z = piece.values(maps.height)
    t = np.abs(across) / (short / 2)
    back, sides = z[t < 0.3], z[(t > 0.65) & (t < 0.9)]
    if min(len(back), len(sides)) < _LEAST_CELLS:
        return None
    ridge = median(back)
    if not _LEAST_ROUND < (ridge - median(sides)) / (short / 2) < _MOST_ROUND:
        return None
    size = min(max(short, low), high)
    return _lying("can", size, size, ridge, supports, yaw)


def _brick(piece: Piece, shape: Outline, maps: Maps, supports: Sequence[float]) -> Lying | None:
    long, short = shape.sides_m
    low, high = size_range_m("lego")
    length, _, height = extents_m("lego")
    if abs(long / short - length / height) > _BRICK_SLACK:
        return None
    if not low - _SIZE_SLACK_M <= long <= high + _SIZE_SLACK_M:
        return None
    z = piece.values(maps.height)
    top = quantile(z, 0.8)
    if float(np.mean(np.abs(z - top) < _LEVEL_M)) < 0.7:
        return None
    found = _lying("lego", long, long, top, supports, _across(piece, maps)[0])
    return found if found is not None and found.guess.misfit_m < _LEVEL_M else None


def _bar(piece: Piece, shape: Outline, maps: Maps, supports: Sequence[float]) -> Lying | None:
    """A wooden bar in or on something: alone on the table it is found before."""
    long, short = shape.sides_m
    low, high = size_range_m("jenga")
    length, width, height = extents_m("jenga")
    if COLORS[piece.label] not in _WOODEN or abs(long * width / length - short) > _SIZE_SLACK_M:
        return None
    if not low - _SIZE_SLACK_M <= long <= high + _SIZE_SLACK_M:
        return None
    top = quantile(piece.values(maps.height), 0.8)
    size = min(max(long, low), high)
    high_m = size * height / length
    return _lying("jenga", size, high_m, top, supports, _across(piece, maps)[0])


def _oblong(piece: Piece, shape: Outline, maps: Maps, supports: Sequence[float]) -> Lying | None:
    """A level thing of a kind that is longer than wide, as high as that kind is at its length."""
    heights = piece.values(maps.height)
    top = quantile(heights, 0.8)
    if float(np.mean(np.abs(heights - top) < _LEVEL_M)) < 0.7:
        return None
    long, found = shape.sides_m[0], []
    for kind in KINDS.values():
        if kind.shape != "cuboid" or not kind.is_oblong or kind.seen_by != "profile":
            continue
        low, high = size_range_m(kind.name)
        x, y, _ = kind.extents_at(long)
        if abs(shape.aspect - max(x, y) / min(x, y)) > _OBLONG_SLACK * max(x, y) / min(x, y):
            continue
        if low - _SIZE_SLACK_M <= long <= high + _SIZE_SLACK_M:
            size = min(max(long, low), high)
            yaw = _across(piece, maps)[0] + (0.0 if x > y else math.pi / 2)
            found.append(_lying(kind.name, size, kind.extents_at(size)[2], top, supports, yaw))
    sure = [thing for thing in found if thing is not None and thing.guess.misfit_m < _LEVEL_M]
    return min(sure, key=lambda thing: thing.guess.misfit_m, default=None)


def _across(piece: Piece, maps: Maps) -> tuple[float, FloatMap]:
    """Direction of the longer side, and how far each cell is from the line through the middle
    along it, metres."""
    (col, row), (w, h), degrees = cv2.minAreaRect(piece.hull)
    along = math.radians(degrees) if w >= h else math.radians(degrees) + math.pi / 2
    rows, cols = np.nonzero(piece.mask)
    dc, dr = cols + piece.col0 - col, rows + piece.row0 - row
    across = (-math.sin(along) * dc + math.cos(along) * dr) * maps.grid.cell_m
    # On the map columns run along -y and rows along -x of the base frame.
    yaw = math.atan2(-math.cos(along), -math.sin(along))
    return (yaw + math.pi / 2) % math.pi - math.pi / 2, across.astype(np.float32)


def _lying(
    kind: str, size: float, height: float, top: float, supports: Sequence[float], yaw: float
) -> Lying | None:
    base = top - height
    misfit = min(abs(base - s) for s in supports)
    if misfit > _MISFIT_M:
        return None
    return Lying(Guess(kind, size, height, base, misfit), yaw)
