"""How far a place says: in metres, for one thing and its landmarks.

Knows: how low is still on the table, what a distance is measured by (half way to a landmark, the
last distance used). Does not know: between which points it lies (table.py, check.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llmagentos.grounding.context import Context
from llmagentos.lang import plan as p
from llmagentos.types import SceneObject

#: A position of so little height is on the table, metres.
ON_TABLE_M = 0.03


def said_m(
    place: p.Place, item: SceneObject, marks: Sequence[SceneObject], ctx: Context
) -> float | None:
    """The place's distance in metres, or None where it says none.

    "half" of a place toward something is half the way from the item's centre to the mark's.
    """
    if place.distance is None:
        return None
    if place.rel == "toward" and place.distance.unit == "half" and marks:
        return 0.5 * math.dist(item.position[:2], marks[0].position[:2])
    return place.distance.metres(ctx.last_distance_m)
