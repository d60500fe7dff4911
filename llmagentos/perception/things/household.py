"""Everyday things that are no simple body: duck, mug, jenga bar, football.

Knows: the few signs by which each of them is told from above (llmagentos.objects.geometry has the sizes).
Does not know: them lying on their side, or in a heap; only upright ones, apart from others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS
from llmagentos.objects.geometry import object_geometry
from llmagentos.objects.kinds import extents_m, size_range_m
from llmagentos.perception.maps.colors import TABLE_CLASS
from llmagentos.perception.maps.outlines import Outline, disc, hull_of, outline
from llmagentos.perception.maps.rectify import BoolMap, FloatMap
from llmagentos.perception.maps.segment import RAISED_M, SHADE_OF, Maps, Piece
from llmagentos.perception.maps.values import median, quantile
from llmagentos.perception.things.detection import Detection

#: So many bars may lie under the one that is seen.
_MAX_PILE = 6
_MIN_CELLS_M2, _MAX_CELLS_M2 = 1.0e-3, 1.2e-2


@dataclass(frozen=True)
class _Blob:
    """One connected raised region, holes filled. z, label: crops of the map's arrays."""

    row0: int
    col0: int
    mask: BoolMap
    z: FloatMap
    label: NDArray[np.uint8]
    shape: Outline

    def share(self, *colors: str) -> float:
        """Share of its cells that have one of these colours."""
        codes = [COLORS.index(c) for c in colors]
        return float(np.isin(self.label[self.mask], codes).mean())

    def middle(self, cells: BoolMap) -> tuple[float, float]:
        """Mean (col, row) of some cells, in the whole map."""
        r, c = np.nonzero(cells)
        return float(c.mean()) + self.col0, float(r.mean()) + self.row0


def take_household(maps: Maps) -> list[Detection]:
    """Everyday things on the map; their cells are taken out of `maps.label`."""
    raised = ((maps.height > RAISED_M) & maps.seen & ~maps.robot).astype(np.uint8)
    count, ids, stats, _ = cv2.connectedComponentsWithStats(
        raised, connectivity=8, ltype=cv2.CV_16U
    )
    cell2 = maps.grid.cell_m**2
    found = []
    for k in range(1, count):
        c0, r0, w, h, area = (int(v) for v in stats[k])
        if not _MIN_CELLS_M2 < area * cell2 < _MAX_CELLS_M2:
            continue
        if max(w, h) * maps.grid.cell_m > 0.125:
            continue
        window = slice(r0, r0 + h), slice(c0, c0 + w)
        mask = ids[window] == k
        hull = hull_of(mask, r0, c0)
        shape = outline(hull, maps.grid)
        if max(shape.sides_m) > 0.125:
            continue
        blob = _Blob(r0, c0, mask, maps.height[window], maps.names[window], shape)
        for rule in _RULES:
            thing = rule(blob, maps)
            if thing is not None:
                found.append(thing)
                own = cv2.dilate(mask.view(np.uint8), disc(1)) > 0
                if thing.kind == "mug":
                    own &= ~_foreign(blob, thing.label)
                maps.label[window][own] = TABLE_CLASS
                break
    return found


def _foreign(blob: _Blob, label: int) -> BoolMap:
    """Cells of plainly another colour: what is in it."""
    shades = [b for a, b in SHADE_OF if a == label]
    cells = blob.mask & ~np.isin(blob.label, shades)
    kernel = np.ones((3, 3), np.uint8)
    return cv2.morphologyEx(cells.view(np.uint8), cv2.MORPH_OPEN, kernel) > 0


def _thing(
    kind: str,
    color: str,
    size: float,
    center: tuple[float, float],
    yaw: float,
    blob: _Blob,
    maps: Maps,
    base_z: float = 0.0,
) -> Detection | None:
    low, high = size_range_m(kind)
    if not low - 0.004 <= size <= high + 0.004:
        return None
    size = min(max(size, low), high)
    r, c = np.nonzero(blob.mask)
    cells = ((r + blob.row0) * maps.grid.shape[1] + c + blob.col0).astype(np.int32)
    height = object_geometry(kind, size).height_m
    label = COLORS.index(color)
    # Turned by half a turn they look alike, but for where a mug's handle is.
    full = 2 * math.pi if kind == "mug" else math.pi
    yaw = (yaw + full / 2) % full - full / 2
    return Detection(kind, label, size, height, center, base_z, yaw, 0.9, blob.shape.hull, cells,
                     color=color)  # fmt: skip


def _long_axis(mask: BoolMap) -> float:
    """Direction in which some cells spread most, base frame, radians."""
    rows, cols = np.nonzero(mask)
    _, vectors = np.linalg.eigh(np.cov(np.stack([cols, rows])))
    return math.atan2(-float(vectors[0, 1]), -float(vectors[1, 1]))


def _jenga(blob: _Blob, maps: Maps) -> Detection | None:
    """A bar three times as long as wide and a fifth as high, level on top; or the top one of a
    pile of wooden ones."""
    x, y, z = extents_m("jenga")
    long, short = blob.shape.sides_m
    heights = blob.z[blob.mask]
    top = median(heights)
    height = long * z / x
    below = round(top / height) - 1
    wooden = blob.share("tan", "brown", "gold", "orange") > 0.6
    if abs(short / long - y / x) > 0.07 or not 0 <= below <= (_MAX_PILE if wooden else 0):
        return None
    if abs(top - (below + 1) * height) > 0.05 * long:
        return None
    if blob.shape.fill < 0.85 or quantile(heights, 0.9) - quantile(heights, 0.15) > 0.008:
        return None
    turn = _long_axis(blob.mask)
    return _thing("jenga", "tan", long, blob.shape.center, turn, blob, maps, below * height)


def _football(blob: _Blob, maps: Maps) -> Detection | None:
    """A ball, white with black patches."""
    if not blob.shape.is_round or blob.shape.aspect > 1.15:
        return None
    top, size = quantile(blob.z[blob.mask], 0.97), blob.shape.size_m
    patches = blob.share("black")
    if abs(top - size) > 0.009 or not 0.06 < patches < 0.5 or blob.share("white", "gray") < 0.4:
        return None
    return _thing("soccerball", "white", size + 0.001, blob.shape.center, 0.0, blob, maps)


def _duck(blob: _Blob, maps: Maps) -> Detection | None:
    """Yellow with an orange beak, nearly as high as long, of no simple outline."""
    x, _, z = extents_m("duck")
    long = blob.shape.sides_m[0]
    top = quantile(blob.z[blob.mask], 0.98)
    if not 1.2 < blob.shape.aspect < 1.8 or abs(top / long - z / x) > 0.17:
        return None
    beak = np.isin(blob.label, [COLORS.index("orange"), COLORS.index("brown")]) & blob.mask
    if blob.share("yellow", "gold") < 0.6 or not 4 < beak.sum() < 0.3 * blob.mask.sum():
        return None
    return _thing("duck", "yellow", long, blob.shape.center, _long_axis(blob.mask), blob, maps)


def _mug(blob: _Blob, maps: Maps) -> Detection | None:
    """A cup with a handle: round and hollow once what sticks out thinly is cut off."""
    x, y, z = extents_m("mug")
    if blob.shape.aspect < 1.15 and blob.shape.fill > 0.93:
        return None
    pad = 9
    solid = np.zeros((blob.mask.shape[0] + 2 * pad, blob.mask.shape[1] + 2 * pad), np.uint8)
    contours, _ = cv2.findContours(
        blob.mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(pad, pad)
    )
    cv2.drawContours(solid, contours, -1, 1, -1)
    body = cv2.morphologyEx(solid, cv2.MORPH_OPEN, disc(8))
    inner = slice(pad, -pad)
    handle = (solid[inner, inner] > 0) & ~(cv2.dilate(body, disc(2))[inner, inner] > 0)
    cup = body[inner, inner] > 0
    if cup.sum() < 400 or not 20 < handle.sum() < 0.35 * cup.sum():
        return None
    around = outline(hull_of(cup, blob.row0, blob.col0), maps.grid)
    core = cv2.erode(body, disc(8))[inner, inner] > 0
    if not around.is_round or not core.any():
        return None
    rim, floor = quantile(blob.z[cup], 0.95), quantile(blob.z[core], 0.15)
    if rim - floor < 0.02 or abs(rim / around.size_m - z / x) > 0.16:
        return None
    hx, hy = maps.grid.xy(*blob.middle(handle))
    turn = math.atan2(hy - around.center[1], hx - around.center[0])
    size = around.size_m * y / x
    # The middle of the box around cup and handle lies towards the handle.
    off = (size - around.size_m) / 2
    center = (around.center[0] + off * math.cos(turn), around.center[1] + off * math.sin(turn))
    names = blob.label[blob.mask & (blob.label < TABLE_CLASS)]
    color = COLORS[int(np.bincount(names, minlength=TABLE_CLASS).argmax())]
    return _thing("mug", color, size, center, turn - math.pi / 2, blob, maps)


def mug_of(piece: Piece, maps: Maps) -> Detection | None:
    """The mug that a piece of the map is, None where it is none."""
    window = piece.window
    heights, names = maps.height[window], maps.names[window]
    shape = outline(piece.hull, maps.grid)
    return _mug(_Blob(piece.row0, piece.col0, piece.mask, heights, names, shape), maps)


_RULES: tuple[Callable[[_Blob, Maps], Detection | None], ...] = (_jenga, _football, _duck, _mug)
