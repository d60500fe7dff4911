"""Cutting the top-down map into pieces of one colour.

Knows: heights, colour labels, connectivity. Does not know: kinds, supports, time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.perception.maps.colors import TABLE_CLASS, ColorReader, normalise
from llmagentos.perception.maps.outlines import Hull, hull_of
from llmagentos.perception.maps.rectify import BoolMap, FloatMap, GridSpec, TopDown
from llmagentos.perception.maps.table import TableLook
from llmagentos.perception.maps.values import median

#: Higher than this above the table is an object whatever its colour, metres.
RAISED_M = 0.009
#: Coloured and lower than this is paint, not a thing.
FLAT_M = 0.0042
#: Of connected pieces of one colour, of all pieces of a map, of flat ones and of those in one region,
#: so many are looked at: the largest.
MAX_PIECES, MAX_ALL_PIECES, MAX_FLAT_PIECES, MAX_IN_REGION = 48, 48, 12, 6
#: Nothing smaller than this is reported (a 2 cm block covers 4 cm^2).
MIN_AREA_M2 = 1.2e-4
#: Colours that the same thing may show in its lit and its shaded parts.
_SHADES: tuple[tuple[str, str], ...] = (
    ("white", "gray"),
    ("yellow", "gold"),
    ("orange", "brown"),
    ("gold", "brown"),
    ("gray", "black"),
    ("tan", "gold"),
    ("tan", "gray"),
    ("tan", "white"),
    ("blue", "purple"),
    ("red", "brown"),
    ("brown", "black"),
    ("pink", "red"),
    ("orange", "gold"),
)
SHADE_OF: frozenset[tuple[int, int]] = frozenset(
    pair
    for a, b in _SHADES
    for pair in (
        (COLORS.index(a), COLORS.index(b)),
        (COLORS.index(b), COLORS.index(a)),
    )
) | {(i, i) for i in range(len(COLORS))}


@dataclass
class Maps:
    """The rectified picture with colours read. label: class per cell, TABLE_CLASS where bare,
    unseen or robot. names: nearest of the fourteen colours, everywhere. regions: number of the
    region that shape alone cuts out there (regions.py), 0 where none, int32."""

    grid: GridSpec
    height: FloatMap
    rgb: NDArray[np.uint8]
    label: NDArray[np.uint8]
    names: NDArray[np.uint8]
    seen: BoolMap
    robot: BoolMap
    top: TopDown
    table_rgb: NDArray[np.float64]
    regions: NDArray[np.int32] = field(default_factory=lambda: np.zeros((0, 0), np.int32))


@dataclass
class Piece:
    """Connected cells of one colour. mask: crop that starts at (row0, col0) of the map."""

    label: int
    row0: int
    col0: int
    mask: BoolMap
    area: int
    hull: Hull

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the height map that the mask covers."""
        h, w = self.mask.shape
        return slice(self.row0, self.row0 + h), slice(self.col0, self.col0 + w)

    def values(self, array: NDArray[Any]) -> NDArray[Any]:
        """Entries of a whole-map array in this piece's cells."""
        return array[self.window][self.mask]


def read_maps(top: TopDown, reader: ColorReader, table: TableLook) -> Maps:
    """Normalise the light and read the colour of every cell."""
    lit = table.evenly_lit(top.rgb)
    rgb = normalise(lit, table.rgb)
    label, names = reader.labels(rgb)
    bare = table.is_bare(lit)
    if bare is not None:
        label = np.where(bare, TABLE_CLASS, label if table.is_mat else names).astype(np.uint8)
    raised = top.height > RAISED_M
    label = np.where(raised, names, label)
    label[~top.seen | top.robot] = TABLE_CLASS
    return Maps(top.grid, top.height, rgb, label, names, top.seen, top.robot, top, table.rgb)


def pieces_in(
    mask: BoolMap, label: int, min_cells: int, row0: int = 0, col0: int = 0, smooth: bool = False
) -> list[Piece]:
    """Connected pieces of `mask` (a crop from (row0, col0)) with at least `min_cells`."""
    source: NDArray[Any] = mask.view(np.uint8)
    if smooth:
        source = cv2.morphologyEx(source, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    _, ids, stats, _ = cv2.connectedComponentsWithStats(source, connectivity=8, ltype=cv2.CV_16U)
    areas = stats[1:, cv2.CC_STAT_AREA]
    large = 1 + np.flatnonzero(areas >= min_cells)
    if len(large) > MAX_PIECES:
        large = np.sort(1 + np.argsort(-areas, kind="stable")[:MAX_PIECES])
    result = []
    for k in large:
        left, up, width, height, area = (int(v) for v in stats[k])
        crop = ids[up : up + height, left : left + width] == k
        r, c = up + row0, left + col0
        result.append(Piece(label, r, c, crop, area, hull_of(crop, r, c)))
    return result


def all_pieces(maps: Maps) -> tuple[list[Piece], int]:
    """The pieces of every colour on the map, largest hull first; how many were left out that are
    in no region.

    A region in more than MAX_IN_REGION pieces is printed, or many things in a heap: what is in it is
    not told by colour, and none of its pieces is returned.
    """
    min_cells = int(MIN_AREA_M2 / maps.grid.cell_m**2)
    shown = maps.label < TABLE_CLASS
    rows, cols = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return [], 0
    row0, col0 = int(rows[0]), int(cols[0])
    label = maps.label[row0 : rows[-1] + 1, col0 : cols[-1] + 1]
    counts = np.bincount(label.ravel(), minlength=TABLE_CLASS + 1)
    result: list[Piece] = []
    for k in range(TABLE_CLASS):
        if counts[k] >= min_cells:
            result += pieces_in(label == k, k, max(min_cells // 3, 6), row0, col0)
    result.sort(key=_extent)
    flat: list[Piece] = []
    raised: list[tuple[Piece, int]] = []
    for piece in result:
        if median(piece.values(maps.height)) < FLAT_M:
            flat.append(piece)
        else:
            raised.append((piece, region_of(piece, maps)))
    crowded = np.bincount([n for _, n in raised], minlength=1) > MAX_IN_REGION
    crowded[0] = False
    raised = [(piece, n) for piece, n in raised if not crowded[n]]
    # Specks are no zones, so nothing is lost with them.
    kept = [p for p, _ in raised[:MAX_ALL_PIECES]] + flat[:MAX_FLAT_PIECES]
    return sorted(kept, key=_extent), sum(n == 0 for _, n in raised[MAX_ALL_PIECES:])


def region_of(piece: Piece, maps: Maps) -> int:
    """Number of the region that a piece is in, 0 for none."""
    return int(median(piece.values(maps.regions))) if maps.regions.size else 0


def _extent(piece: Piece) -> float:
    return -float(cv2.contourArea(piece.hull))
