"""The built-in cut of a drawn picture: what a network is compared with, and may decide about.

Knows: how perception levels and cleans a frame before it cuts. Does not know: kinds, colours, networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.depth import without_flying
from llmagentos.perception.look import REGION_M
from llmagentos.perception.maps.rectify import Rectifier
from llmagentos.perception.maps.regions import cut_regions
from llmagentos.perception.plane import PlaneFitter
from llmagentos.types import CameraFrame
from training.segmenter.heaps import Shot

Ids = NDArray[np.int32]


@dataclass(frozen=True)
class Prepared:
    """A leveled and cleaned frame; its points [3, H, W], base frame, metres; what is raised [H, W]."""

    frame: CameraFrame
    points: NDArray[np.float32]
    raised: NDArray[np.bool_]

    def cut(self, where: NDArray[np.bool_] | None = None) -> Ids:
        """Regions by shape of what is raised, or of a part of it."""
        frame = self.frame
        where = self.raised if where is None else where
        focal_px = float(frame.intrinsics[0, 0])
        return cut_regions(self.points, frame.depth, where, frame.rgb, focal_px).ids


class Preparer:
    """Prepares one picture after another."""

    def __init__(self) -> None:
        self._planes, self._rectifier = PlaneFitter(), Rectifier()

    def __call__(self, shot: Shot) -> Prepared:
        """Raises PerceptionError where no table is to be seen."""
        frame = CameraFrame(
            "overhead", shot.rgb, shot.depth, shot.intrinsics, shot.base_from_camera, 1.0
        )
        plane = self._planes.fit(frame)
        frame = without_flying(self._planes.leveled(frame, plane), plane.spread_m)
        points = self._rectifier.base_points(frame)
        return Prepared(frame, points, (points[2] > REGION_M) & (frame.depth > 0))
