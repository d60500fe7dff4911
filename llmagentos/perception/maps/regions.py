"""Cutting what stands above the table into regions, by its shape alone.

Knows: where neighbouring points of a depth picture form a step or a groove: there one thing ends
and another begins. Does not know: colours, kinds, time.

In a picture the inverse of depth grows linearly along every plane (x/z and y/z are linear in the
pixel's place, and the plane's equation divided by z is linear in them), so the second difference of
1/z over a few pixels is 0 on faces, positive in grooves and at the foot of steps, and negative on
edges that stand out. Times z^2 / 2 it is how far a point lies behind the chord of its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.alike import with_torn
from llmagentos.perception.maps.joining import MOST_STEEP, Borders, insides
from llmagentos.perception.maps.rectify import BoolMap, FloatMap, TopDown

#: So far behind the chord of its neighbours a point lies in a groove, metres; times the noise of
#: that measure on the table, where that is more.
_GROOVE_M, _GROOVE_SIGMAS = 0.0015, 4.5
#: Points this near to the table's plane show how noisy that measure is, metres.
_LEVEL_M = 0.006
#: Length of the chord's halves, metres, and the fewest and most pixels that it is taken over.
_CHORD_M, _CHORD_PX = 0.0065, (3, 8)
#: A groove so much fainter, as a share, is one where colour changes by so many levels, too.
_FAINT, _COLOR_STEP = 0.3, 45
#: Two parts that hang together by a neck this thin, twice in pixels, are two.
_NECK_PX = 2
#: Regions are grown into grooves by so many pixels, over steps lower than this, metres.
_GROW_PX, _SAME_M = 6, 0.006
#: What lies this far around is looked at, too.
_MARGIN_PX = 12
#: Of all regions only so many are looked at, the largest; none smaller than so many pixels.
MAX_REGIONS, _MIN_PX, _MIN_THICK_PX = 64, 24, 6


@dataclass(frozen=True)
class Regions:
    """ids: region of each pixel, 0 where none, int32 [H, W]; count: regions, numbered from 1.

    left_out: so many pieces were not looked at, since there were too many.
    """

    ids: NDArray[np.int32]
    count: int
    left_out: int


def cut_regions(
    points: FloatMap, depth: FloatMap, raised: BoolMap, rgb: NDArray[np.uint8], focal_px: float
) -> Regions:
    """Regions of `raised` pixels [H, W] that steps and grooves keep apart.

    points: base frame, [3, H, W]; depth: metres, 0 where unknown; rgb: uint8 [H, W, 3]; focal_px:
    focal length.
    """
    rows, cols = np.flatnonzero(raised.any(axis=1)), np.flatnonzero(raised.any(axis=0))
    ids = np.zeros(depth.shape, np.int32)
    if not len(rows):
        return Regions(ids, 0, 0)
    window = (
        slice(max(rows[0] - _MARGIN_PX, 0), rows[-1] + 1 + _MARGIN_PX),
        slice(max(cols[0] - _MARGIN_PX, 0), cols[-1] + 1 + _MARGIN_PX),
    )
    cut = _cut(points[(slice(None), *window)], depth[window], raised[window], rgb[window], focal_px)
    ids[window] = cut.ids
    return Regions(ids, cut.count, cut.left_out)


def _cut(
    points: FloatMap, depth: FloatMap, raised: BoolMap, rgb: NDArray[np.uint8], focal_px: float
) -> Regions:
    behind, least_m = _behind(depth, raised, np.abs(points[2]) < _LEVEL_M, focal_px)
    groove = (behind > least_m) | ((behind > _FAINT * least_m) & _color_edges(rgb))
    core = (raised & ~groove).astype(np.uint8)
    core = np.asarray(cv2.morphologyEx(core, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    ids, count, left_out = _seeds(core)
    ids = _grow(ids, depth, core > 0, 3 * _NECK_PX)
    ids = _grow(ids, depth, raised, _GROW_PX)
    step = np.clip(behind / np.float32(least_m), 0, MOST_STEEP)
    pixel_m = depth / np.float32(focal_px)
    borders = Borders.between(ids, count, step, rgb, pixel_m)
    number = insides(borders.joined(), points)
    number = with_torn(number, ids, points, rgb, borders.area_m2, float(np.median(pixel_m[raised])))
    roots = np.unique(number[1:])
    table = np.zeros(count + 1, np.int32)
    table[roots] = np.arange(1, len(roots) + 1)
    return Regions(table[number][ids], len(roots), left_out)


def with_told(told: NDArray[np.uint16], raised: BoolMap, cut: Regions) -> Regions:
    """Regions by one's own segmenter, and by `cut` (of the other raised pixels) where it says nothing.

    told: one number a thing, [H, W], 0 for none; what is flat on the table is none of it.
    """
    ids = np.where(raised, told, 0).astype(np.int32)
    counts = np.bincount(ids.reshape(-1))
    counts[0] = 0
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] >= _MIN_PX]
    kept = order[:MAX_REGIONS]
    table = np.zeros(len(counts), np.int32)
    table[kept] = np.arange(1, len(kept) + 1)
    ids = table[ids]
    ids[(ids == 0) & (cut.ids > 0)] += cut.ids[(ids == 0) & (cut.ids > 0)] + len(kept)
    return Regions(ids, len(kept) + cut.count, len(order) - len(kept) + cut.left_out)


def on_map(ids: NDArray[np.int32], top: TopDown, raised: BoolMap) -> NDArray[np.int32]:
    """Regions of pixels [H, W] as regions of the cells of a map. raised: cells that may be in one."""
    result = np.zeros(top.height.shape, np.int32)
    shown = top.source >= 0
    result[shown] = ids.reshape(-1)[top.source[shown]]
    # Cells that no point fell into are as those beside them.
    grown = cv2.dilate(result.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    empty = raised & (result == 0)
    result[empty] = grown[empty]
    result[~raised | top.robot] = 0
    return result


def _color_edges(rgb: NDArray[np.uint8]) -> BoolMap:
    """Where colour changes clearly from one side to the other."""
    smooth = cv2.blur(rgb, (3, 3))
    kernel = np.ones((5, 5), np.uint8)
    change = cv2.subtract(cv2.dilate(smooth, kernel), cv2.erode(smooth, kernel))
    red, green, blue = cv2.split(change)
    return np.asarray(cv2.max(cv2.max(red, green), blue) > _COLOR_STEP)


def _behind(
    depth: FloatMap, raised: BoolMap, level: BoolMap, focal_px: float
) -> tuple[FloatMap, float]:
    """How far each pixel lies behind its neighbours on both sides, along the worst of four lines,
    metres; and from how far on that is a groove."""
    smooth = np.where(depth > 0, cv2.medianBlur(depth, 5), 0)
    inverse = np.zeros(depth.shape, np.float32)
    np.divide(1, smooth, out=inverse, where=smooth > 0.05)
    inverse = np.asarray(cv2.blur(inverse, (3, 3)), np.float32)
    middle_m = float(np.median(depth[raised]))
    k = int(np.clip(round(_CHORD_M * focal_px / middle_m), *_CHORD_PX))
    behind = _second_difference(inverse, k) * smooth * smooth / 2
    flat = behind[::4, ::4][(depth[::4, ::4] > 0) & level[::4, ::4]]
    noise_m = float(np.median(np.abs(flat))) / 0.6745 if len(flat) else 0.0
    return behind.astype(np.float32), max(_GROOVE_M, min(_GROOVE_SIGMAS * noise_m, 3 * _GROOVE_M))


def _second_difference(a: FloatMap, k: int) -> FloatMap:
    """The greatest of a(-k) + a(+k) - 2 a(0) along rows, columns and both diagonals."""
    h, w = a.shape
    d = max(round(0.7 * k), 1)
    best = np.full(a.shape, -np.inf, np.float32)
    padded = cv2.copyMakeBorder(a, k, k, k, k, cv2.BORDER_REPLICATE)
    for dr, dc in ((0, k), (k, 0), (d, d), (d, -d)):
        ahead = padded[k + dr : k + dr + h, k + dc : k + dc + w]
        back = padded[k - dr : k - dr + h, k - dc : k - dc + w]
        np.maximum(best, ahead + back, out=best)
    return best - 2 * a


def _seeds(core: NDArray[np.uint8]) -> tuple[NDArray[np.int32], int, int]:
    """Parts of `core` that hang together by more than a neck, the largest first; how many there
    are; how many were left out."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _NECK_PX + 1,) * 2)
    thick = np.asarray(cv2.erode(core, disc, borderValue=0), np.uint8)
    count, ids, stats, _ = _components(thick)
    whole, whole_ids, whole_stats, _ = _components(core)
    # What is thin all over has no thick part, and is a seed as it is.
    thin = np.ones(whole, bool)
    thin[np.unique(whole_ids[thick > 0])] = False
    thin[0] = False
    extra = thin[whole_ids]
    ids = np.where(extra, whole_ids + count, ids)
    areas = np.concatenate([stats[:, cv2.CC_STAT_AREA], whole_stats[:, cv2.CC_STAT_AREA]])
    areas[0] = 0
    areas[count:][~thin] = 0
    least = np.r_[np.full(count, _MIN_THICK_PX), np.full(whole, _MIN_PX)]
    order = np.argsort(-areas, kind="stable")
    order = order[areas[order] >= least[order]]
    kept = order[:MAX_REGIONS]
    table = np.zeros(count + whole, np.int32)
    table[kept] = np.arange(1, len(kept) + 1)
    return table[ids], len(kept), len(order) - len(kept)


def _components(mask: NDArray[np.uint8]) -> tuple[int, NDArray[np.int32], NDArray[np.int32], Any]:
    count, ids, stats, middles = cv2.connectedComponentsWithStats(
        mask, connectivity=4, ltype=cv2.CV_32S
    )
    return count, np.asarray(ids, np.int32), np.asarray(stats, np.int32), middles


def _grow(
    ids: NDArray[np.int32], depth: FloatMap, raised: BoolMap, steps: int
) -> NDArray[np.int32]:
    """Regions grown by so many pixels within `raised`, not over steps in depth."""
    # With a border of its own, so that every pixel's neighbours are at a fixed distance.
    own = np.pad(ids, 1).reshape(-1)
    far = np.pad(depth, 1).reshape(-1)
    width = depth.shape[1] + 2
    waiting = np.flatnonzero((own == 0) & np.pad(raised, 1).reshape(-1))
    for _ in range(steps):
        taken = np.zeros(len(waiting), np.int32)
        here = far[waiting]
        for beside in (-width, width, -1, 1):
            other = waiting + beside
            region = own[other]
            take = (taken == 0) & (region > 0) & (np.abs(here - far[other]) < _SAME_M)
            taken[take] = region[take]
        found = taken > 0
        if not found.any():
            break
        own[waiting[found]] = taken[found]
        waiting = waiting[~found]
    return np.ascontiguousarray(own.reshape(-1, width)[1:-1, 1:-1])
