"""How well scans fit a map, by how far each point lies from the nearest thing on it.

Knows: the likelihood field of a map. Does not know: particles, odometry, how a fit is searched.

The field is the one of Thrun, Burgard, Fox, "Probabilistic Robotics", section 6.4: a point's
likelihood falls with its distance to the nearest occupied cell, with a floor for what no map shows
(people, new furniture).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.navigation.clearance import clearance_m
from llmagentos.navigation.frame import GridFrame, Points
from llmagentos.navigation.occupancy import OccupancyGrid

#: Beyond this a point is no more of an outlier, metres; it is what no map shows.
FAR_M = 0.6


class LikelihoodField:
    """Of one state of a map. distances_m: float32 [rows, columns], to the nearest occupied cell's
    middle, at most FAR_M."""

    def __init__(
        self, occupied: NDArray[np.bool_], frame: GridFrame, sigma_m: float = 0.08
    ) -> None:
        self.frame, self.sigma_m = frame, sigma_m
        away = clearance_m(occupied, frame.resolution_m)
        away = np.where(occupied, 0.0, away + frame.resolution_m / 2)
        self.distances_m = np.minimum(away, FAR_M).astype(np.float32)
        fit = np.exp(-0.5 * (self.distances_m / sigma_m) ** 2)
        self._fit = np.ascontiguousarray(0.95 * fit + 0.05, dtype=np.float32)
        self._slopes: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    @classmethod
    def of(cls, grid: OccupancyGrid, sigma_m: float = 0.08) -> LikelihoodField:
        """The field of a map as it is now; later scans do not change it."""
        return cls(grid.occupied, grid.frame, sigma_m)

    def fits(self, poses: NDArray[np.float64], points: Points) -> NDArray[np.float64]:
        """Mean log-likelihood of the points (frame "base", [M, 2]) for each pose [N, 3] (x, y, yaw),
        [N]; 0 is perfect, log(0.05) says that nothing fits."""
        if not len(points):
            return np.zeros(len(poses))
        inverse = np.float32(1 / self.frame.resolution_m)
        x0, y0 = self.frame.origin_m
        yaw = poses[:, 2].astype(np.float32)
        c, s = np.cos(yaw)[:, None] * inverse, np.sin(yaw)[:, None] * inverse
        px, py = points[:, 0].astype(np.float32), points[:, 1].astype(np.float32)
        ex = ((poses[:, 0] - x0) * inverse).astype(np.float32)[:, None]
        ey = ((poses[:, 1] - y0) * inverse).astype(np.float32)[:, None]
        columns = np.floor(ex + c * px - s * py).astype(np.int32)
        rows = np.floor(ey + s * px + c * py).astype(np.int32)
        height, width = self.frame.shape
        outside = (rows < 0) | (rows >= height) | (columns < 0) | (columns >= width)
        rows[outside] = columns[outside] = 0
        fit = self._fit[rows, columns]
        fit[outside] = 0.05
        return np.asarray(np.log(fit).mean(axis=1), dtype=np.float64)

    def around(self, places: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Distances at places of the map [N, 2], between cells bilinear, [N], and their slopes along x
        and y, [N, 2]; FAR_M and 0 outside."""
        slopes_of = self._slopes
        if slopes_of is None:
            across = cv2.Sobel(self.distances_m, cv2.CV_32F, 1, 0, scale=1 / 8)
            upward = cv2.Sobel(self.distances_m, cv2.CV_32F, 0, 1, scale=1 / 8)
            slopes_of = self._slopes = (
                np.asarray(across, np.float32),
                np.asarray(upward, np.float32),
            )
        at = ((places - self.frame.origin_m) / self.frame.resolution_m - 0.5).astype(np.float32)
        maps = at[:, 0], at[:, 1]

        def sampled(picture: NDArray[np.float32], outside: float) -> NDArray[np.float64]:
            got = cv2.remap(
                picture, *maps, cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_CONSTANT, borderValue=outside,
            )  # fmt: skip
            return np.asarray(got, dtype=np.float64).ravel()

        distances = sampled(self.distances_m, FAR_M)
        slopes = [sampled(slope, 0.0) / self.frame.resolution_m for slope in slopes_of]
        return distances, np.column_stack(slopes)
