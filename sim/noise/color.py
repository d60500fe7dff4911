"""What cameras and lamps do to colours, one function an effect.

Knows: blur, exposure, white balance, chroma, lamp spots, reflections. Does not know: how much of it a
camera does (severities.py), what is in the picture.

All pictures are uint8 [H, W, 3], red first.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Color = NDArray[np.uint8]
Share = NDArray[np.float32]

#: Light of lamps is drawn in steps of so many pixels: it is smooth.
_STEP_PX = 8
#: Radii of lamp spots and of reflections, of the picture's width.
_LAMP_RADIUS, _GLARE_RADIUS = (0.12, 0.4), (0.006, 0.018)


def shifted(rgb: Color, by_px: NDArray[np.float64]) -> Color:
    """The picture moved by x and y pixels, its border going on."""
    move = np.array([[1, 0, by_px[0]], [0, 1, by_px[1]]], np.float64)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.warpAffine(rgb, move, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def lit(
    rgb: Color, lamp: float, lamps: NDArray[np.float64], glare: NDArray[np.float64]
) -> tuple[Color, Share | None]:
    """The picture in the light of lamps; and its reflections, 0 to 1 [H, W], None without any.

    lamp: how much brighter the middle of a full spot is than without. lamps [N, 4]: x, y, radius,
    strength; glare [N, 5]: x, y, radius, length, turn; all 0 to 1.
    """
    h, w = rgb.shape[:2]
    light = np.asarray(rgb, np.float32)
    if lamp > 0:
        light *= _spots((h, w), lamp, lamps)[:, :, None]
    shine = None
    if len(glare):
        shine = _reflections((h, w), glare)
        light += 255 * shine[:, :, None]
    return np.clip(light + 0.5, 0, 255).astype(np.uint8), shine


def _spots(shape: tuple[int, int], lamp: float, lamps: NDArray[np.float64]) -> Share:
    """Factors of brightness; their middle stays about 1."""
    h, w = shape
    x, y = np.meshgrid(np.arange(0, w, _STEP_PX) / w, np.arange(0, h, _STEP_PX) / w)
    light = np.full(x.shape, 1 - lamp / 2)
    for at_x, at_y, wide, strong in lamps:
        radius = _between(_LAMP_RADIUS, wide)
        away = (x - at_x) ** 2 + (y - at_y * h / w) ** 2
        light += lamp * (0.5 + strong / 2) * np.exp(-away / (2 * radius**2))
    full = cv2.resize(light.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full, np.float32)


def _reflections(shape: tuple[int, int], glare: NDArray[np.float64]) -> Share:
    h, w = shape
    shine = np.zeros(shape, np.float32)
    for at_x, at_y, wide, long, turn in glare:
        radius = _between(_GLARE_RADIUS, wide) * w
        axes = (max(round(radius * (1 + long)), 2), max(round(radius), 2))
        middle = (round((0.1 + 0.8 * at_x) * w), round((0.1 + 0.8 * at_y) * h))
        cv2.ellipse(shine, middle, axes, 180 * turn, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(shine, (0, 0), 0.004 * w), np.float32)


def blurred(rgb: Color, blur_px: float, motion_px: float, motion_rad: float) -> Color:
    """Out of focus by a Gaussian, and moved motion_px along a line while it was taken."""
    if blur_px > 0:
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), blur_px), np.uint8)
    if motion_px < 1:
        return rgb
    n = 2 * math.ceil(motion_px / 2) + 1
    kernel = np.zeros((n, n), np.float32)
    reach = (motion_px - 1) / 2
    for t in np.linspace(-reach, reach, 8 * n):
        col = n // 2 + t * math.cos(motion_rad)
        row = n // 2 + t * math.sin(motion_rad)
        kernel[round(row), round(col)] += 1
    return np.asarray(cv2.filter2D(rgb, -1, kernel / kernel.sum()), np.uint8)


def scaled(rgb: Color, gain: NDArray[np.float64]) -> Color:
    """Every channel times its gain [3]."""
    table = np.clip(np.arange(256)[:, None] * gain[None] + 0.5, 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(rgb, table[None]), np.uint8)


def with_coarse_chroma(rgb: Color) -> Color:
    """Brightness as it is, colours at half the resolution."""
    h, w = rgb.shape[:2]
    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    half = cv2.resize(ycc, (max(w // 2, 1), max(h // 2, 1)), interpolation=cv2.INTER_AREA)
    ycc[:, :, 1:] = cv2.resize(half, (w, h), interpolation=cv2.INTER_LINEAR)[:, :, 1:]
    return np.asarray(cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB), np.uint8)


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share
