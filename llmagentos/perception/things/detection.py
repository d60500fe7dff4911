"""What one look says about one thing.

Knows: the numbers. Does not know: how they were found, ids, time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.geometry import ObjectGeometry, object_geometry
from llmagentos.perception.maps.outlines import Hull

#: The colour number of what is wholly hidden.
NO_LABEL = -1


@dataclass
class Detection:
    """One thing seen in one picture. center: x, y; base_z, top_z: base frame, metres.

    hull: its outline in map cells (col, row). hidden: inferred from the sides of what is below
    another thing, not seen from above. color: where the kind decides it. label: its colour's
    number, or NO_LABEL where nothing of it can be seen.
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

    @property
    def top_z(self) -> float:
        """Height of its top above the table, metres."""
        return self.base_z + self.height_m

    @property
    def geometry(self) -> ObjectGeometry:
        """Rim, wall and floor of its kind at the size that was measured."""
        return object_geometry(self.kind, self.size_m)
