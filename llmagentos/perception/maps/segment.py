"""Cutting the top-down map into pieces of one colour.

Knows: heights, colour labels, connectivity. Does not know: kinds, supports, time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.perception.maps.colors import TABLE_CLASS, ColorReader, normalise
from llmagentos.perception.maps.outlines import Hull, hull_of
from llmagentos.perception.maps.rectify import BoolMap, FloatMap, GridSpec, TopDown

#: Higher than this above the table is an object whatever its colour, metres.
RAISED_M = 0.009
#: Coloured and lower than this is paint, not a thing.
FLAT_M = 0.0042
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
    unseen or robot. names: nearest of the fourteen colours, everywhere."""

    grid: GridSpec
    height: FloatMap
    rgb: NDArray[np.uint8]
    label: NDArray[np.uint8]
    names: NDArray[np.uint8]
    seen: BoolMap
    robot: BoolMap
    top: TopDown
    table_rgb: NDArray[np.float64]


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


def read_maps(top: TopDown, reader: ColorReader, table_rgb: NDArray[np.float64]) -> Maps:
    """Normalise the light and read the colour of every cell."""
    rgb = normalise(top.rgb, table_rgb)
    label, names = reader.labels(rgb)
    raised = top.height > RAISED_M
    label = np.where(raised, names, label)
    label[~top.seen | top.robot] = TABLE_CLASS
    return Maps(top.grid, top.height, rgb, label, names, top.seen, top.robot, top, table_rgb)


def pieces_in(
    mask: BoolMap, label: int, min_cells: int, row0: int = 0, col0: int = 0, smooth: bool = False
) -> list[Piece]:
    """Connected pieces of `mask` (a crop from (row0, col0)) with at least `min_cells`."""
    source: NDArray[Any] = mask.view(np.uint8)
    if smooth:
        source = cv2.morphologyEx(source, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, ids, stats, _ = cv2.connectedComponentsWithStats(
        source, connectivity=8, ltype=cv2.CV_16U
    )
    result = []
    for k in range(1, count):
        left, up, width, height, area = (int(v) for v in stats[k])
        if area < min_cells:
            continue
        crop = ids[up : up + height, left : left + width] == k
        r, c = up + row0, left + col0
        result.append(Piece(label, r, c, crop, area, hull_of(crop, r, c)))
    return result


def all_pieces(maps: Maps) -> list[Piece]:
    """Every piece of every colour on the map, largest hull first."""
    min_cells = int(MIN_AREA_M2 / maps.grid.cell_m**2)
    counts = np.bincount(maps.label.ravel(), minlength=TABLE_CLASS + 1)
    result: list[Piece] = []
    for label in range(TABLE_CLASS):
        if counts[label] >= min_cells:
            result += pieces_in(maps.label == label, label, max(min_cells // 3, 6))
    result.sort(key=lambda p: -cv2.contourArea(p.hull))
    return result
