"""What is below things that seem to float: the hidden lower parts of stacks.

Knows: that nothing floats; the sides of covered things, which the camera sees at a slant; slivers
of their tops; that a block exactly above others of its size, right below the camera, hides even
their colour. Does not know: earlier looks (the tracker does).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import size_range_m, traits
from llmagentos.perception.maps.colors import ColorReader, normalise
from llmagentos.perception.maps.outlines import fill_hull, outline, square_hull
from llmagentos.perception.maps.rectify import FloatMap
from llmagentos.perception.maps.segment import SHADE_OF, Maps, Piece
from llmagentos.perception.maps.values import quantile
from llmagentos.perception.things.detection import NO_LABEL, Detection
from llmagentos.perception.things.kinds import size_from_height
from llmagentos.perception.things.splitting import best_square

#: A base this far above the nearest surface below it floats, metres.
_FLOATS_M = 0.011
#: And from here on it cannot be what it seems, metres; but as sure a block as this may stand on what
#: is not seen.
_UNCARRIED_M, _CLEARLY = 0.015, 0.88
#: How far outside of the upper thing's outline sides of the lower one are looked for, metres.
_AROUND_M = 0.014
_FADE_M = 0.007
_MIN_POINTS = 12
#: So few points on the sides tell a level worse than even heights do.
_FEW_POINTS = 100
#: Equal heights may be measured this much apart, and levels read this much off, metres.
_SAME_HEIGHT_M, _EVEN_M = 0.0045, 0.002
#: A gap this near to the height of the thing above is filled by another one like it, metres.
_LIKE_M = 0.004
#: A rim may be measured this much larger or smaller than the height below it says.
_CAN_SLACK_M = 0.006
_NO_CELLS: NDArray[np.int32] = np.zeros(0, np.int32)
#: Blocks may look this much smaller than the smallest.
_SMALLER_M = 0.0035
#: A hidden block may not stand where more than this share of it is seen to be lower.
_MAX_BARE = 0.12


@dataclass(frozen=True)
class _Sides:
    """Points on the sides below a thing: heights [N] and colour labels [N]."""

    z: FloatMap
    label: NDArray[np.uint8]


def add_hidden(
    found: list[Detection], slivers: list[Piece], maps: Maps, reader: ColorReader
) -> list[Detection]:
    """`found` and, under each thing that floats, the things that must carry it."""
    result = list(found)
    queue = sorted([d for d in found if not d.partial], key=lambda d: -d.base_z)
    while queue:
        upper = queue.pop(0)
        floor = surface_below(upper, result)
        if upper.base_z - floor < _FLOATS_M or len(result) > 40:
            continue
        lower = _carrier(upper, floor, slivers, maps, reader)
        if lower is not None and not _is_seamless(upper, lower):
            result.append(lower)
            queue.insert(0, lower)
    return result


def _is_seamless(upper: Detection, lower: Detection) -> bool:
    """Whether two like things on each other may as well be one tall thing of no known kind: nothing
    shows where one ends. Blocks and wooden bars are stacked, other things seldom so evenly."""
    same = upper.kind == lower.kind and lower.label in (upper.label, NO_LABEL)
    return same and upper.kind != "block" and traits(upper.kind).paintable


def standing(thing: Detection, others: list[Detection]) -> float:
    """1 where a known surface carries the base of `thing`, 0.5 where it is 2 cm off."""
    gap = abs(thing.base_z - surface_below(thing, others))
    return 1.0 / (1.0 + (gap / 0.02) ** 2)


def floats(thing: Detection, others: list[Detection]) -> bool:
    """Whether nothing carries a solid thing: it is not what it was taken for."""
    if traits(thing.kind).is_flat or thing.geometry.has_rim:
        return False
    if thing.kind == "block" and thing.confidence > _CLEARLY:
        return False
    return thing.base_z - surface_below(thing, others) > _UNCARRIED_M


def surface_below(upper: Detection, others: list[Detection]) -> float:
    """The highest known surface under the middle of `upper`, not above its base."""
    best = 0.0
    for other in others:
        if other is upper or traits(other.kind).is_flat:
            continue
        half = other.size_m / 2
        gap = math.hypot(upper.center[0] - other.center[0], upper.center[1] - other.center[1])
        if gap > 1.2 * half or (gap > half and other.geometry.is_round):
            continue
        g = other.geometry
        levels = [other.base_z + g.floor_m, other.top_z] if g.has_rim else [other.top_z]
        if other.geometry.is_flared:
            # On the slope between floor and wall anything small may rest.
            levels.append(min(max(upper.base_z, levels[0]), other.top_z - 0.01))
        for level in levels:
            if level < upper.base_z + _FLOATS_M:
                best = max(best, level)
    return best


def _carrier(
    upper: Detection, floor: float, slivers: list[Piece], maps: Maps, reader: ColorReader
) -> Detection | None:
    top, step = upper.base_z, _even_step(upper, floor)
    if step is not None and upper.color:  # its like has the same colour, whatever shades show
        return _like(upper, step, upper.label, maps)
    near = [p for p in slivers if _touches(p, upper, maps, top)]
    sides = _side_points(upper, floor, maps, reader)
    label, low, low_to = _read_sides(sides, near, top, floor)
    if label is None:
        if step is not None:
            return _like(upper, step, NO_LABEL, maps)
        return _filled(upper, [floor], None, NO_LABEL, [], maps)
    if step is not None:
        low = _even(upper, floor + step * np.arange(1, 12), low, low_to)
    if low - floor < size_range_m("block")[0] - _SMALLER_M:
        low = floor  # nothing is so low
    own = [p for p in near if p.label == label]
    if upper.kind != "block" and step is not None and abs(top - low - step) < _LIKE_M:
        return _like(upper, step, label, maps)  # cans and bricks stand on their like
    can = _can_below(upper, top - low, label, own, maps)
    if can is not None:
        return can
    levels = floor + (step or 0.0) * np.arange(12)
    even = sorted(levels[levels < top - _SMALLER_M], key=lambda z: abs(z - low))
    # Few pixels on the sides, or noisy ones, may have told a wrong level.
    lows = [low, floor] if step is None else [low, *even]
    if step is not None and len(sides.z) < _FEW_POINTS:
        lows = even
    return _filled(upper, lows, step, label, own, maps)


def _filled(
    upper: Detection,
    lows: list[float],
    step: float | None,
    label: int,
    own: list[Piece],
    maps: Maps,
) -> Detection | None:
    """The first block that fits below `upper`, its base at one of `lows`, the likeliest first."""
    for low in lows:
        # One colour all the way down may be one block or several on top of each other.
        for size in _sizes(upper.base_z - low, step):
            thing, overlap = _place(upper, size, upper.base_z, label, own, maps)
            if overlap < _MAX_BARE:
                return thing
    return None


def _can_below(
    upper: Detection, depth: float, label: int, own: list[Piece], maps: Maps
) -> Detection | None:
    """A can as high as the gap, where a round rim of its size looks out below `upper`."""
    size = size_from_height("can", depth)
    low, high = size_range_m("can")
    if not own or not low - _CAN_SLACK_M <= size <= high + _CAN_SLACK_M:
        return None
    rim = cv2.convexHull(np.concatenate([upper.hull, *(p.hull for p in own)]))
    shape = outline(rim, maps.grid)
    if not shape.is_round or abs(shape.size_m - size) > _CAN_SLACK_M:
        return None
    size = min(max(size, low), high)
    return Detection(
        kind="can",
        label=label,
        size_m=size,
        height_m=depth,
        center=shape.center,
        base_z=upper.base_z - depth,
        yaw=0.0,
        confidence=0.6,
        hull=shape.hull,
        cells=_NO_CELLS,
        hidden=True,
    )


def _even(upper: Detection, levels: NDArray[np.floating[Any]], low: float, low_to: float) -> float:
    """Where between `low` and `low_to` (too few pixels on the sides to tell) the thing below
    `upper` ends: at one of `levels`, where things of one height would have it, else at `low`."""
    to = min(low_to, upper.base_z)
    fitting = levels[(levels > low - _EVEN_M) & (levels < to + _EVEN_M)]
    return float(fitting[-1]) if len(fitting) else low


def _even_step(upper: Detection, floor: float) -> float | None:
    """The height of things that stand on the floor and end with `upper`, all as high as it; None
    where its top is not at such a level."""
    count = round((upper.top_z - floor) / upper.height_m)
    if not traits(upper.kind).is_stackable or count < 2:
        return None
    step = (upper.top_z - floor) / count  # levels are measured better than outlines
    return step if abs(step - upper.height_m) < _SAME_HEIGHT_M else None


def _like(upper: Detection, step: float, label: int, maps: Maps) -> Detection:
    """Another one like `upper`, `step` high, right below it."""
    if upper.kind == "block":
        return _hidden_block(upper.center, upper.yaw, step, upper.base_z, label, maps)
    size = upper.size_m * step / upper.height_m
    return replace(
        upper,
        label=label,
        size_m=size,
        height_m=step,
        base_z=upper.base_z - step,
        confidence=0.6,
        cells=_NO_CELLS,
        hidden=True,
    )


def _sizes(depth: float, step: float | None) -> list[float]:
    """Block sizes that fill `depth` evenly, largest first; first of all `step`, where it does."""
    smallest, largest = size_range_m("block")
    sizes = [depth / n for n in range(1, 5)]
    if step is not None and abs(depth - round(depth / step) * step) < _LIKE_M:
        sizes.insert(0, step)
    kept = [s for s in sizes if smallest - 0.003 <= s <= largest + 0.004]
    return [min(max(s, smallest), largest) for s in kept]


def _touches(piece: Piece, upper: Detection, maps: Maps, top: float) -> bool:
    """Whether a sliver is level with the base of `upper` and beside it."""
    if abs(quantile(piece.values(maps.height), 0.8) - top) > 0.008:
        return False
    middle = piece.hull[:, 0].mean(axis=0)
    gap = cv2.pointPolygonTest(upper.hull, (float(middle[0]), float(middle[1])), True)
    return bool(gap * maps.grid.cell_m > -0.03)


def _side_points(upper: Detection, floor: float, maps: Maps, reader: ColorReader) -> _Sides:
    points, grid = maps.top.points, maps.grid
    reach = upper.size_m * 0.75 + _AROUND_M
    near = np.flatnonzero(
        (np.abs(points[:, 0] - upper.center[0]) < reach)
        & (np.abs(points[:, 1] - upper.center[1]) < reach)
        & (points[:, 2] < upper.base_z - 0.003)
        & (points[:, 2] > floor + 0.004)
    )
    inside, r0, c0 = fill_hull(upper.hull, maps.height.shape, pad=int(_AROUND_M / grid.cell_m) + 1)
    kernel = np.ones((2 * int(_AROUND_M / grid.cell_m) + 1,) * 2, np.uint8)
    zone = cv2.dilate(inside.view(np.uint8), kernel) > 0
    rows, cols = grid.rows_cols(points[near, 0], points[near, 1])
    rows, cols = rows - r0, cols - c0
    ok = (rows >= 0) & (cols >= 0) & (rows < zone.shape[0]) & (cols < zone.shape[1])
    near, rows, cols = near[ok], rows[ok], cols[ok]
    near = near[zone[rows, cols]]
    if not len(near):
        return _Sides(np.zeros(0, np.float32), np.zeros(0, np.uint8))
    rgb = normalise(maps.top.point_rgb[near], maps.table_rgb)
    return _Sides(points[near, 2], reader.labels(rgb)[1])


def _read_sides(
    sides: _Sides, near: list[Piece], top: float, floor: float
) -> tuple[int | None, float, float]:
    """Colour of the uppermost hidden thing, and between which heights its base lies."""
    if len(sides.z) < _MIN_POINTS:
        if not near:
            return None, floor, floor
        return max(near, key=lambda p: p.area).label, floor, floor
    # What is nearest below the upper thing speaks loudest.
    votes = np.bincount(
        sides.label, weights=np.exp((sides.z - top) / _FADE_M), minlength=len(COLORS)
    )
    for p in near:
        votes[p.label] += 0.05 * p.area
    label = int(votes.argmax())
    order = np.argsort(-sides.z)
    z, mine = sides.z[order], _shaded(sides, label)[order]
    # The height above which most points have this colour, and most below have not.
    balance = np.cumsum(np.where(mine, 1, -1))
    turn = int(balance.argmax())
    others = ~mine & (z < z[turn] + 0.004)
    if others.sum() < 8 or turn >= len(z) - 4:
        return label, floor, floor
    # The next thing's top is level, so many points lie at its very height.
    return label, quantile(z[others], 0.95), float(z[turn])


def _shaded(sides: _Sides, label: int) -> NDArray[np.bool_]:
    """Points of the colour, and of its other shades where those show no level top of their own."""
    mine = sides.label == label
    for a, b in SHADE_OF:
        other = sides.label == b
        if a != label or a == b or not other.any():
            continue
        z = sides.z[other]
        level = float(np.mean(np.abs(z - quantile(z, 0.95)) < 0.0025))
        if level < 0.3:
            mine = mine | other
    return mine


def _place(
    upper: Detection, size: float, top: float, label: int, own: list[Piece], maps: Maps
) -> tuple[Detection, float]:
    """Set a block of known size under `upper` so that it fits slivers and bare table around.

    Also returns which share of it would stand where the camera sees something lower.
    """
    grid = maps.grid
    pad = int(size / grid.cell_m) + 8
    cover, r0, c0 = fill_hull(upper.hull, maps.height.shape, pad=pad)
    window = slice(r0, r0 + cover.shape[0]), slice(c0, c0 + cover.shape[1])
    mine = np.zeros(cover.shape, bool)
    for p in own:
        h0, w0 = max(p.row0, r0), max(p.col0, c0)
        h1 = min(p.row0 + p.mask.shape[0], r0 + cover.shape[0])
        w1 = min(p.col0 + p.mask.shape[1], c0 + cover.shape[1])
        if h0 < h1 and w0 < w1:
            mine[h0 - r0 : h1 - r0, w0 - c0 : w1 - c0] |= p.mask[
                h0 - p.row0 : h1 - p.row0, w0 - p.col0 : w1 - p.col0
            ]
    bare = maps.seen[window] & ~mine & ~cover & (maps.height[window] < top - 0.006)
    # Without slivers the thing above is the best sign of where the lower one is.
    value = mine.astype(np.float32) + 0.35 * cover.astype(np.float32)
    col, row, angle = best_square(value, bare, size / grid.cell_m)
    center, yaw = grid.xy(col + c0, row + r0), angle
    inside, r1, c1 = fill_hull(square_hull(center, size, yaw, grid), maps.height.shape)
    inside = cv2.erode(inside.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    low = maps.height[r1 : r1 + inside.shape[0], c1 : c1 + inside.shape[1]] < top - 0.006
    low &= maps.seen[r1 : r1 + inside.shape[0], c1 : c1 + inside.shape[1]]
    overlap = float((low & inside).sum()) / max(int(inside.sum()), 1)
    return _hidden_block(center, yaw, size, top, label, maps), overlap


def _hidden_block(
    center: tuple[float, float], yaw: float, size: float, top: float, label: int, maps: Maps
) -> Detection:
    return Detection(
        kind="block",
        label=label,
        size_m=size,
        height_m=size,
        center=center,
        base_z=top - size,
        yaw=yaw,
        confidence=0.6,
        hull=square_hull(center, size, yaw, maps.grid),
        cells=_NO_CELLS,
        hidden=True,
    )
