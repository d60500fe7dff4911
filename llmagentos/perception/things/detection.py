"""What one look says about one thing.

Knows: the numbers. Does not know: how they were found, ids, time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.geometry import ObjectGeometry, geometry_as_seen, object_geometry
from llmagentos.objects.kinds import THING
from llmagentos.objects.measured import Points, measured
from llmagentos.perception.maps.outlines import Hull
from llmagentos.types import Vec3

#: The colour number of what is wholly hidden.
NO_LABEL = -1


@dataclass
class Detection:
    """One thing seen in one picture. center: x, y; base_z, top_z: base frame, metres.

    hull: its outline in map cells (col, row). hidden: inferred from the sides of what is below
    another thing, not seen from above. color: where the kind decides it. label: its colour's
    number, or NO_LABEL where nothing of it can be seen.
    corners: of the outline of a "thing" from above, one after another, base frame, metres; from
    them its middle, yaw, sides and size are measured.
    partial: next to the robot or the picture's border, so perhaps not all of it was seen.
    """

    kind: str
    label: int
    size_m: float
    height_m: float
    center: tuple[float, float]
    base_z: float
    yaw: float
    confidence: float
    hull: Hull
    cells: NDArray[np.int32]
    hidden: bool = False
    color: str = ""
    partial: bool = False
    corners: Points = ()

    @property
    def top_z(self) -> float:
        """Height of its top above the table, metres."""
        return self.base_z + self.height_m

    @property
    def geometry(self) -> ObjectGeometry:
        """Rim, wall and floor of its kind at the size that was measured; of a "thing" its box."""
        if self.kind == THING:
            sides = _sides(tuple(self.corners), self.height_m) if self.corners else None
            return geometry_as_seen(THING, self.size_m, self.height_m, sides)
        return object_geometry(self.kind, self.size_m)


@lru_cache(maxsize=256)
def _sides(corners: tuple[tuple[float, float], ...], height_m: float) -> Vec3:
    """Sides of what an outline goes around; one look asks for those of a thing again and again."""
    return measured(corners, height_m)[2]
