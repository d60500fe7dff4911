"""What depth cameras do to depth, one function an effect.

Knows: how stereo and time-of-flight cameras err: at edges, in blotches, as a whole. Does not know: how
much of it a camera does (severities.py), what stays from picture to picture.

All depths are float32 [H, W], metres along the optical axis, 0 where unknown.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Depth = NDArray[np.float32]

#: Depth that differs by more than this among neighbours has an edge there, metres.
_EDGE_M = 0.008
#: Stereo shadows are looked for this far, pixels.
_FARTHEST_PX = 16
#: What lies so far is where noise is as large as it is said to be, metres.
_AT_M = 1.25
#: Stands for unknown where the nearest is looked for, metres.
_NOWHERE_M = 1e3
#: How much of a blotch is coarse; the rest is twice as fine.
_COARSE = 0.8
#: Time of flight measures a surface of this grey as well as it is said to; darker ones worse.
_GREY = 90.0


def stereo_shadow(depth: Depth, focal_baseline_px_m: float) -> NDArray[np.bool_]:
    """Where only the left eye sees: a point at column u with disparity d is hidden from the right one
    if some point at u + k has a disparity of d + k or more."""
    disparity = np.full(depth.shape, np.nan, np.float32)
    np.divide(np.float32(focal_baseline_px_m), depth, out=disparity, where=depth > 0)
    hidden = np.zeros(depth.shape, bool)
    known = disparity[depth > 0]
    if not known.size:
        return hidden
    reach = min(int(np.ceil(float(known.max() - known.min()))), _FARTHEST_PX)
    for k in range(1, reach + 1):
        hidden[:, :-k] |= disparity[:, k:] - disparity[:, :-k] >= k
    return hidden


def smeared(depth: Depth, smear_px: float, rng: np.random.Generator) -> Depth:
    """Depth looked up a little aside, so that edges wander by smear_px (standard deviation), as
    those of matched windows do."""
    h, w = depth.shape
    aside = [_cloud((h, w), 4.0, rng) * np.float32(smear_px) for _ in range(2)]
    u, v = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    found = cv2.remap(
        depth, u + aside[0], v + aside[1], cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)


def ragged_edges(depth: Depth, flying: float, hole_px: int, rng: np.random.Generator) -> Depth:
    """Flying pixels between near and far, and a band of hole_px at each edge of which most is lost.

    One pixel is lost on the far side, two on both, more around.
    """
    square = np.ones((3, 3), np.uint8)
    far = np.asarray(cv2.dilate(depth, square), np.float32)
    near = np.asarray(cv2.erode(np.where(depth > 0, depth, _NOWHERE_M), square), np.float32)
    step = far - near
    edge = (step > _EDGE_M) & (near < _NOWHERE_M)
    result = depth.copy()
    if flying > 0:
        index = np.flatnonzero(edge & (depth > 0))
        chosen = index[rng.random(len(index), dtype=np.float32) < flying]
        between = rng.random(len(chosen), dtype=np.float32)
        result.flat[chosen] = near.flat[chosen] + between * step.flat[chosen]
    if hole_px > 0:
        band = edge & (depth - near > step / 2) if hole_px == 1 else edge
        if hole_px > 2:
            grown = 2 * (hole_px // 2) - 1
            band = cv2.dilate(band.view(np.uint8), np.ones((grown, grown), np.uint8)) > 0
        result[band & (_cloud(depth.shape, 3.0, rng) > -0.7)] = 0
    return result


def blotchy(
    depth: Depth,
    blotch_m: float,
    blotch_px: float,
    rng: np.random.Generator,
    rgb: NDArray[np.uint8] | None = None,
) -> Depth:
    """Noise correlated over blotch_px, of deviation blotch_m at 1.25 m: it grows with the square of
    the distance, or linearly where rgb tells how bright things are, as time of flight's does."""
    coarse = _cloud(depth.shape, blotch_px, rng)
    fine = _cloud(depth.shape, blotch_px / 2, rng)
    noise = (_COARSE * coarse + np.sqrt(1 - _COARSE**2) * fine) * np.float32(blotch_m)
    far = depth / np.float32(_AT_M)
    if rgb is None:
        noise *= far * far
    else:
        grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.float32)
        noise *= far * np.clip(np.sqrt(_GREY / np.maximum(grey, 4)), 0.7, 2.5)
    return np.where(depth > 0, depth + noise, 0).astype(np.float32)


def off(
    depth: Depth, offset_m: float, scale: float, tilt_rad: NDArray[np.float64], focal_px: float
) -> Depth:
    """Depth that is wrong as a whole: times scale, plus offset_m, and turned about both axes."""
    h, w = depth.shape
    across = (np.arange(w, dtype=np.float32) - (w - 1) / 2) / np.float32(focal_px)
    along = (np.arange(h, dtype=np.float32) - (h - 1) / 2) / np.float32(focal_px)
    slope = across[None] * np.float32(tilt_rad[0]) + along[:, None] * np.float32(tilt_rad[1])
    wrong = depth * (np.float32(scale) + slope) + np.float32(offset_m)
    return np.where(depth > 0, wrong, 0).astype(np.float32)


def _cloud(shape: tuple[int, ...], pixels: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth noise [H, W] of mean about 0 and deviation 1, correlated over so many pixels."""
    h, w = shape[0], shape[1]
    small = (max(round(h / pixels), 2), max(round(w / pixels), 2))
    grain = rng.standard_normal(small, dtype=np.float32)
    cloud = np.asarray(cv2.resize(grain, (w, h), interpolation=cv2.INTER_CUBIC), np.float32)
    return cloud / max(float(cloud.std()), 1e-6)
