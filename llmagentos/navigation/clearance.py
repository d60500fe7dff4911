"""How far each cell is from the nearest thing.

Knows: OpenCV's distance transform, in metres. Does not know: robots, costs, scans.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def clearance_m(obstacles: NDArray[np.bool_], resolution_m: float) -> NDArray[np.float64]:
    """From each cell's middle to the edge of the nearest occupied cell, metres, [rows, columns]; 0 in
    those; very far where there is none. Exact to a few hundredths of a cell."""
    if not obstacles.any():
        return np.full(obstacles.shape, 1e6)
    away = cv2.distanceTransform((~obstacles).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.maximum((away.astype(np.float64) - 0.5) * resolution_m, 0.0)
