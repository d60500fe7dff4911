"""Depth pictures in metres: what is unknown or no surface in them, and whether their unit can be.

Knows: the marks that cameras have for unknown, and how far the table is by the camera's pose. Does
not know: drivers, encodings' names, what stands on the table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import PerceptionError
from llmagentos.types import CameraFrame

#: An unsigned 16-bit sensor's "unknown" once somebody has turned it from millimetres to metres.
_FULL_M = 65.535
#: The table shows at its distance times this, or the unit (or the pose) is wrong.
_PLAUSIBLE = (0.4, 2.5)
#: The optical axis points down by this much at least (sine), or it is none.
_DOWN = 0.25
#: Depth that spreads less than this on the table is clean, metres. In other depth an edge steps by
#: more than this, metres, and so many deviations.
_CLEAN_M, _STEP_M, _STEP_SPREADS = 0.0004, 0.004, 4.0
#: Where neighbours differ by more than this share of the deviation, each pixel errs by itself.
_ALONE = 0.6
#: Units that are mixed up: what depth is too large by, and why.
_UNITS = (
    (1000.0, "millimetres, not metres"),
    (100.0, "centimetres, not metres"),
    (10.0, "units of 0.1 mm, not 1 mm"),
    (4.0, "units of 0.25 mm, not 1 mm"),
    (0.1, "centimetres, not millimetres"),
    (0.001, "metres, not millimetres"),
)


def metres(raw: NDArray[Any], unit_m: float) -> NDArray[np.float32]:
    """Depth [H, W] in metres, float32, 0 where unknown.

    raw: floats or integers in units of unit_m. Unknown are NaN, infinity, what is not positive, and
    an integer's largest value.
    """
    depth = raw.astype(np.float32)
    if unit_m != 1.0:
        depth *= np.float32(unit_m)
    if raw.dtype.kind in "iu":
        depth[raw == np.iinfo(raw.dtype).max] = 0.0
    known = (depth > 0) & np.isfinite(depth)
    if raw.dtype.kind == "f":
        known &= np.abs(depth - np.float32(_FULL_M)) > 1e-3
    depth[~known] = 0.0
    return depth


def with_known_depth(frame: CameraFrame) -> CameraFrame:
    """The frame with 0 wherever its depth is no distance; itself where it has only such."""
    depth = frame.depth
    # NaN fails both comparisons, so one pass each finds every odd value.
    if float(depth.min()) >= 0 and float(depth.max()) < _FULL_M - 1e-3:
        return frame
    return replace(frame, depth=metres(depth, 1.0))


def without_flying(frame: CameraFrame, spread_m: float) -> CameraFrame:
    """The frame without depth that lies in the air between near and far at an edge; itself where
    depth is clean.

    spread_m: the deviation of depth on the table. What hangs a third of the way or more from both
    ends of a step within 3x3 pixels is no surface but a mixture of two; unless each pixel errs by
    itself, where that says nothing.
    """
    depth, square = frame.depth, np.ones((3, 3), np.uint8)
    beside = float(np.median(np.abs(depth[::8, 1:] - depth[::8, :-1])))
    if spread_m < _CLEAN_M or beside > _ALONE * spread_m:
        return frame
    known = depth > 0
    near = np.asarray(cv2.erode(np.where(known, depth, _FULL_M).astype(np.float32), square))
    far = np.asarray(cv2.dilate(depth.astype(np.float32), square))
    step = np.float32(_STEP_M + _STEP_SPREADS * spread_m)
    flying = (far - near > step) & (depth - near > step / 3) & (far - depth > step / 3)
    return replace(frame, depth=np.where(flying & known, 0, depth).astype(np.float32))


def check_scale(frame: CameraFrame) -> None:
    """Whether depth and the camera's pose agree about how far the table is, roughly.

    The frame has passed `check_frame`. Raises PerceptionError naming the unit that was mixed up,
    or a pose that looks away from the table.
    """
    name = frame.camera or "unnamed camera"
    up, height_m = frame.base_from_camera[2, :3], float(frame.base_from_camera[2, 3])
    if height_m <= 0 or up[2] > -_DOWN:
        raise PerceptionError(
            f"{name}: expected a camera above the table that looks at it, got one "
            f"{height_m:.2f} m high that looks away by its pose: is that of the optical frame "
            "(x right, y down, z forward)?"
        )
    rows, cols = (np.arange(0, n, 8) for n in frame.depth.shape)
    u, v = np.meshgrid(cols, rows)
    slopes = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(frame.intrinsics).T @ up
    table_m = np.full(slopes.shape, np.inf)
    np.divide(-height_m, slopes, out=table_m, where=slopes < -1e-6)
    depth = frame.depth[::8, ::8]
    seen = (depth > 0) & np.isfinite(depth) & np.isfinite(table_m)
    if not seen.any():
        return
    share = float(np.median(depth[seen] / table_m[seen]))
    if _PLAUSIBLE[0] <= share <= _PLAUSIBLE[1]:
        return
    guess = next((why for factor, why in _UNITS if 0.7 <= share / factor <= 1.4), "")
    raise PerceptionError(
        f"{name}: expected depth in metres, {float(np.median(table_m[seen])):.2f} m to the table by "
        f"the camera's pose, got {float(np.median(depth[seen])):.4g}: "
        + (f"is it in {guess}?" if guess else "are its unit and the camera's pose right?")
    )
