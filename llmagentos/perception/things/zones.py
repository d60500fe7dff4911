"""Which flat areas of another colour are believed to be zones.

Knows: that a zone is of one colour with straight or round edges, and that what is around it is not.
Does not know: how areas were found, which zones a scene has.

Grain of wood, shadows, stains and the floor beside a table are flat and of another colour, too; so an
area is a zone only where that is unmistakable.
"""

from __future__ import annotations

import cv2
import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.perception.maps.colors import TABLE_CLASS
from llmagentos.perception.maps.outlines import disc, fill_hull
from llmagentos.perception.maps.segment import FLAT_M, SHADE_OF, Maps
from llmagentos.perception.things.detection import Detection

#: How well it fills its square or circle (a detection's confidence); the share of what is seen of it
#: that has its colour, at least; the same of what is around it, at most.
_CLEAR, _OWN, _AROUND = 0.8, 0.5, 0.35
#: The ring around it, from and to so many cells off; fewer cells of it than this say nothing.
_RING, _MIN_RING = (2, 7), 20


def believed_zones(found: list[Detection], maps: Maps) -> list[Detection]:
    """`found` without flat areas that may be something else."""
    return [d for d in found if not traits(d.kind).is_flat or _is_zone(d, maps)]


def _is_zone(thing: Detection, maps: Maps) -> bool:
    if thing.confidence < _CLEAR:
        return False
    inside, r0, c0 = fill_hull(thing.hull, maps.height.shape, pad=_RING[1] + 1)
    window = slice(r0, r0 + inside.shape[0]), slice(c0, c0 + inside.shape[1])
    flat = maps.seen[window] & ~maps.robot[window] & (maps.height[window] < 2 * FLAT_M)
    shades = np.zeros(TABLE_CLASS + 1, bool)
    shades[[b for a, b in SHADE_OF if a == thing.label]] = True
    own = shades[maps.label[window]]
    near, far = (cv2.dilate(inside.view(np.uint8), disc(r)) > 0 for r in _RING)
    ring = far & ~near & flat
    area = inside & flat
    if not area.any() or float(own[area].mean()) < _OWN:
        return False
    return int(ring.sum()) < _MIN_RING or float(own[ring].mean()) < _AROUND
