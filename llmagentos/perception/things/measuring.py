"""Regions cut out by shape, on the map, and what is measured of one.

Knows: a region's cells, heights and colours, what is right around it; a kind that it has the shape of as a
whole, or a thing of no known kind, comes of that. Does not know: how regions
were cut, what explains them (anything.py), ids, time.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import THING
from llmagentos.objects.measured import measured
from llmagentos.perception.maps.colors import TABLE_CLASS
from llmagentos.perception.maps.outlines import disc, fill_hull, hull_of
from llmagentos.perception.maps.rectify import BoolMap, FloatMap
from llmagentos.perception.maps.segment import MIN_AREA_M2, Maps, Piece
from llmagentos.perception.maps.values import median, quantile
from llmagentos.perception.things.detection import Detection
from llmagentos.perception.things.surfaces import levels_in
from llmagentos.perception.things.whole import whole_kind

#: The top of a thing stands out of what is around it by this much, metres.
STANDS_OUT_M = 0.006
#: Cells that are looked at around a region for what it may stand on.
_RING_CELLS = 4
#: What is lower than this has to have sides: so much between its edge and what is so far off; where it
#: has the colours of that, by such a share, it has to have higher ones.
_LOW_M, _SIDE_M, _SIDE_CELLS, _CLEAR_SIDE_M, _SAME_COLORS = 0.022, 0.006, 5, 0.012, 0.6
#: Blocks up to this size with something beside them that is higher than so much below their top are
#: bits of it; so are few cells (as an area) with something beside them that is higher than this; in
#: both cases over more than this share of what is around them.
_SCRAP_M, _SCRAP_LOWER_M, _DEBRIS_M2, _RAISED_M, _DEBRIS_RING = 0.026, 0.012, 5e-4, 0.008, 0.25
#: Outlines are told to this, cells.
_OUTLINE_CELLS = 1.5
_CONFIDENCE, _MIN_COLOR_CELLS = 0.8, 12


@dataclass
class Region:
    """One region on the map. mask: crop from (row0, col0)."""

    number: int
    row0: int
    col0: int
    mask: BoolMap

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the map that the mask covers."""
        h, w = self.mask.shape
        return slice(self.row0, self.row0 + h), slice(self.col0, self.col0 + w)

    @property
    def area(self) -> int:
        """How many cells it has."""
        return int(self.mask.sum())


class Measurer:
    """Measures regions of one map."""

    def __init__(self, maps: Maps) -> None:
        self._maps = maps
        self._min_cells = int(MIN_AREA_M2 / maps.grid.cell_m**2)

    def is_scrap(self, thing: Detection) -> bool:
        """Whether a block as small as they come is a bit of what is beside it."""
        if thing.kind != "block" or thing.size_m > _SCRAP_M:
            return False
        inside, row0, col0 = fill_hull(thing.hull, self._maps.height.shape)
        ring = self.ring(inside, row0, col0)
        as_high = ring > max(thing.top_z - _SCRAP_LOWER_M, _RAISED_M)
        return len(ring) > 0 and float(np.mean(as_high)) > _DEBRIS_RING

    def is_debris(self, mask: BoolMap, row0: int, col0: int) -> bool:
        """Whether cells are few and beside something else that is raised: pixels that lie between a
        thing's edge and what is behind it."""
        if mask.sum() > _DEBRIS_M2 / self._maps.grid.cell_m**2:
            return False
        ring = self.ring(mask, row0, col0)
        return len(ring) > 0 and float(np.mean(ring > _RAISED_M)) > _DEBRIS_RING

    def ring(self, mask: BoolMap, row0: int, col0: int) -> FloatMap:
        """Heights that are seen right around some cells."""
        maps, pad = self._maps, _RING_CELLS + 1
        r0, c0 = max(row0 - pad, 0), max(col0 - pad, 0)
        rows, cols = maps.height.shape
        h, w = mask.shape
        window = (
            slice(r0, min(row0 + h + pad, rows)),
            slice(c0, min(col0 + w + pad, cols)),
        )
        own = np.zeros((window[0].stop - r0, window[1].stop - c0), np.uint8)
        own[row0 - r0 : row0 - r0 + h, col0 - c0 : col0 - c0 + w] = mask
        ring = (cv2.dilate(own, disc(_RING_CELLS)) > 0) & ~(cv2.dilate(own, disc(1)) > 0)
        return maps.height[window][ring & maps.seen[window]]

    def known(self, region: Region) -> Detection | None:
        """The known kind that the whole region has the shape of."""
        maps = self._maps
        hull = hull_of(region.mask, region.row0, region.col0)
        label = self._label(region)
        piece = Piece(label, region.row0, region.col0, region.mask, region.area, hull)
        if region.area < self._min_cells or len(hull) < 3:
            return None
        lowest = quantile(piece.values(maps.height), 0.03)
        whole = whole_kind(piece, maps, sorted({0.0, self._base(region, lowest)}))
        if whole is None:
            return None
        rows, cols = np.nonzero(region.mask)
        return Detection(
            kind=whole.guess.kind,
            label=label,
            size_m=whole.guess.size_m,
            height_m=whole.guess.height_m,
            center=whole.shape.center,
            base_z=whole.guess.base_z,
            yaw=whole.yaw,
            confidence=_CONFIDENCE * min(1.0, whole.shape.fill),
            hull=hull,
            cells=((rows + region.row0) * maps.grid.shape[1] + cols + region.col0).astype(np.int32),
            color=whole.color,
        )

    def _label(self, region: Region) -> int:
        """The colour that most of a region has."""
        # Colour and depth are pixels apart in real pictures: what is at the edge may be the table's.
        inner = cv2.erode(region.mask.view(np.uint8), disc(2), borderValue=0) > 0
        if inner.sum() < _MIN_COLOR_CELLS:
            inner = region.mask
        labels = self._maps.names[region.window][inner]
        return min(int(np.bincount(labels, minlength=TABLE_CLASS).argmax()), TABLE_CLASS - 1)

    def thing(self, region: Region) -> Detection | None:
        """A region, measured."""
        maps, grid = self._maps, self._maps.grid
        closed = cv2.morphologyEx(np.pad(region.mask, 2).view(np.uint8), cv2.MORPH_CLOSE, disc(2))
        mask = np.asarray(closed[2:-2, 2:-2], np.uint8) > 0
        if mask.sum() < self._min_cells:
            return None
        heights = maps.height[region.window][region.mask]
        top = quantile(heights, 0.97)
        base = self._base(region, quantile(heights, 0.03))
        if top - base < STANDS_OUT_M or (base == 0.0 and self._is_swelling(mask, region, top)):
            return None
        contours, _ = cv2.findContours(
            mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE,
            offset=(region.col0, region.row0),
        )  # fmt: skip
        contour = max(contours, key=cv2.contourArea)
        if len(contour) < 4:
            return None
        corners = tuple(
            grid.xy(float(c), float(r))
            for c, r in cv2.approxPolyDP(contour, _OUTLINE_CELLS, True)[:, 0]
        )
        if len(corners) < 3:
            return None
        center, yaw, extents, _ = measured(corners, top - base)
        rows, cols = np.nonzero(region.mask)
        cells = (rows + region.row0) * grid.shape[1] + cols + region.col0
        label = self._label(region)
        return Detection(
            kind=THING,
            color=COLORS[label],
            label=label,
            size_m=extents[0],
            height_m=top - base,
            center=center,
            base_z=base,
            yaw=yaw,
            confidence=_CONFIDENCE,
            hull=hull_of(region.mask, region.row0, region.col0),
            cells=cells.astype(np.int32),
            corners=corners,
        )

    def _is_swelling(self, mask: BoolMap, region: Region, top_m: float) -> bool:
        """Whether something low has no sides: a table that is not flat, or a bad depth reading."""
        if top_m > _LOW_M:
            return False
        pad = _SIDE_CELLS + 1
        maps, (rows, cols) = self._maps, self._maps.height.shape
        r0, c0 = max(region.row0 - pad, 0), max(region.col0 - pad, 0)
        r1 = min(region.row0 + mask.shape[0] + pad, rows)
        c1 = min(region.col0 + mask.shape[1] + pad, cols)
        own = np.zeros((r1 - r0, c1 - c0), np.uint8)
        dr, dc = region.row0 - r0, region.col0 - c0
        own[dr : dr + mask.shape[0], dc : dc + mask.shape[1]] = mask
        height, seen = maps.height[r0:r1, c0:c1], maps.seen[r0:r1, c0:c1]
        ring = (cv2.dilate(own, disc(_SIDE_CELLS)) > 0) & ~(cv2.dilate(own, disc(2)) > 0) & seen
        edge = (own > 0) & ~(cv2.erode(own, disc(2), borderValue=0) > 0) & seen
        if ring.sum() < 12 or edge.sum() < 12:
            return True
        # Where only what is just lower than a region begins was cut off, it goes on there.
        side = median(height[edge]) - median(height[ring])
        if side >= _CLEAR_SIDE_M:
            return False
        names = maps.names[r0:r1, c0:c1]
        inner, outer = (
            np.bincount(names[where], minlength=TABLE_CLASS + 1) / where.sum()
            for where in (own > 0, ring)
        )
        return side < _SIDE_M or float(np.minimum(inner, outer).sum()) > _SAME_COLORS

    def _base(self, region: Region, lowest_m: float) -> float:
        """What a region stands on: the table, or the level that is all around it."""
        around = self.ring(region.mask, region.row0, region.col0)
        if len(around) < 20 or float(np.mean(around > 0.006)) < 0.8:
            return 0.0
        levels = [z for z in levels_in(around) if z < lowest_m + 0.004]
        return max(levels, default=0.0)


def tight(region: Region) -> Region:
    """The same region in a crop without empty rows and columns."""
    rows, cols = np.flatnonzero(region.mask.any(axis=1)), np.flatnonzero(region.mask.any(axis=0))
    crop = region.mask[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    row0, col0 = region.row0 + int(rows[0]), region.col0 + int(cols[0])
    return Region(region.number, row0, col0, crop)


def regions_of(maps: Maps) -> list[Region]:
    """All regions of a map, without what the robot covers."""
    count = int(maps.regions.max())
    if count == 0:
        return []
    found = []
    boxes = _boxes(maps, count)
    for number, (r0, c0, r1, c1) in boxes.items():
        crop = maps.regions[r0:r1, c0:c1] == number
        found.append(Region(number, r0, c0, crop & ~maps.robot[r0:r1, c0:c1]))
    return found


def _boxes(maps: Maps, count: int) -> dict[int, tuple[int, int, int, int]]:
    """Rows and columns that each region spans."""
    rows, cols = np.nonzero(maps.regions)
    numbers = maps.regions[rows, cols]
    low = np.full((2, count + 1), 1 << 30)
    high = np.zeros((2, count + 1), np.int64)
    for axis, values in enumerate((rows, cols)):
        np.minimum.at(low[axis], numbers, values)
        np.maximum.at(high[axis], numbers, values + 1)
    return {
        int(k): (int(low[0, k]), int(low[1, k]), int(high[0, k]), int(high[1, k]))
        for k in np.unique(numbers)
    }
