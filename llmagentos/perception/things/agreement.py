"""How well a detection agrees with the heights that were measured where it is said to be.

Knows: what a block, can, ball or vessel of a size looks like from above. Does not know: how the
detection was found, what to do when it does not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.perception.maps.colors import TABLE_CLASS
from llmagentos.perception.maps.outlines import disc, fill_hull
from llmagentos.perception.maps.rectify import BoolMap
from llmagentos.perception.maps.segment import SHADE_OF, Maps
from llmagentos.perception.things.detection import Detection

#: Heights agree within this, metres, plus what the sensor's noise adds.
_NEAR_M = 0.006
#: So many cells around a thing's outline may show its sides.
_EDGE_CELLS = 3
#: A vessel shows its rim, no lower than this under its top (metres), over at least such a share of
#: the edge of its outline, which is so many cells wide.
_RIM_M, _RIM_SEEN, _RIM_CELLS = 0.006, 0.35, 3
#: A lying thing's height differs by this much from an upright one's of its size, metres.
_LYING_M = 0.004
#: What is under something over more of it than this cannot be judged, and counts so much.
_COVERED, _UNJUDGED = 0.7, 0.75
#: By colour number, the numbers of colours that may be shades of it.
_SHADES = np.eye(TABLE_CLASS + 1, dtype=bool)
_SHADES[tuple(np.array(sorted(SHADE_OF)).T)] = True


@dataclass(frozen=True)
class Agreement:
    """share: of the seen cells of a detection's place, those that agree with it, or show something
    higher, which may stand on it. explained: cells, in a crop from (row0, col0), that it accounts
    for, its sides included."""

    share: float
    explained: BoolMap
    row0: int
    col0: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the map that the crop covers."""
        h, w = self.explained.shape
        return slice(self.row0, self.row0 + h), slice(self.col0, self.col0 + w)


def agreement(thing: Detection, maps: Maps, noise_m: float = 0.0) -> Agreement:
    """Compares a detection with the height map. noise_m: deviation of heights on the table."""
    near = _NEAR_M + 2 * noise_m
    inside, r0, c0 = fill_hull(thing.hull, maps.height.shape, pad=_EDGE_CELLS)
    window = slice(r0, r0 + inside.shape[0]), slice(c0, c0 + inside.shape[1])
    height, seen = maps.height[window], maps.seen[window] & ~maps.robot[window]
    core = cv2.erode(inside.view(np.uint8), disc(2), borderValue=0) > 0
    around = cv2.dilate(inside.view(np.uint8), disc(_EDGE_CELLS)) > 0
    lowest, highest = _lowest_m(thing) - near, thing.top_z + near
    judged = core & seen
    over = judged & (height > highest)
    fits = judged & (height > lowest)
    if _is_of_one_color(thing):
        fits &= over | _SHADES[thing.label][maps.names[window]]
    total = int(judged.sum())
    share = float(fits.sum()) / total if total else 1.0
    if thing.geometry.has_rim and not thing.hidden:
        rim = (
            inside & seen & ~(cv2.erode(inside.view(np.uint8), disc(_RIM_CELLS), borderValue=0) > 0)
        )
        high = rim & (height > thing.top_z - _RIM_M - near)
        if rim.any() and high.sum() < _RIM_SEEN * rim.sum():
            share = 0.0
    if total and over.sum() > _COVERED * total:
        share = min(share, _UNJUDGED)
    explained = around & (height < highest) & ((height > lowest) | ~core)
    return Agreement(share, explained, r0, c0)


def _is_of_one_color(thing: Detection) -> bool:
    """Whether all that is seen of a thing from above has its colour, as of blocks, cans, balls."""
    simple = traits(thing.kind).shape in ("cuboid", "cylinder", "sphere")
    return simple and not thing.hidden and not thing.color and 0 <= thing.label < TABLE_CLASS


def _lowest_m(thing: Detection) -> float:
    """Height of the lowest point that a thing shows to someone above it, its sides aside."""
    kind = traits(thing.kind)
    upright = abs(thing.height_m - thing.geometry.height_m) < _LYING_M
    if kind.shape in ("cuboid", "cylinder") and upright:
        return thing.top_z
    if thing.geometry.has_rim:
        return thing.base_z
    # Round, or of a form of its own.
    return thing.base_z + 0.2 * thing.height_m
