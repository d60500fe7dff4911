"""Detections drawn over a camera picture, for recordings and for debugging.

Knows: projection of base-frame outlines into a picture. Does not know: how things were detected.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.measured import outline_of
from llmagentos.objects.outlines import geometry
from llmagentos.types import CameraFrame, Scene, SceneObject

_INK: dict[str, tuple[int, int, int]] = {
    "red": (230, 40, 40), "orange": (255, 140, 20), "yellow": (250, 230, 40),
    "green": (40, 190, 70), "cyan": (40, 220, 230), "blue": (70, 110, 255),
    "purple": (170, 80, 230), "pink": (255, 150, 200), "brown": (160, 100, 60),
    "tan": (225, 190, 150), "gray": (170, 170, 170), "white": (255, 255, 255),
    "black": (30, 30, 30), "gold": (200, 160, 40),
}  # fmt: skip


def project(frame: CameraFrame, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels [N, 2] of base-frame points [N, 3]; NaN behind the camera."""
    inverse = np.linalg.inv(frame.base_from_camera)
    seen = points @ inverse[:3, :3].T + inverse[:3, 3]
    z = np.where(seen[:, 2] > 1e-6, seen[:, 2], np.nan)
    uv = (seen / z[:, None]) @ frame.intrinsics.T
    return uv[:, :2]


def draw_overlay(frame: CameraFrame, scene: Scene) -> NDArray[np.uint8]:
    """A copy of `frame.rgb` (uint8 [H, W, 3]) with every object's outline and name."""
    picture = frame.rgb.copy()
    scale = frame.rgb.shape[0] / 480
    for item in scene.objects:
        ring = _ring(item)
        for z in {item.bottom_z, item.top_z}:
            uv = project(frame, np.c_[ring, np.full(len(ring), z)])
            if np.all(np.isfinite(uv)):
                points = np.round(uv).astype(np.int32)[:, None]
                ink = _INK.get(item.color, (255, 255, 255))
                cv2.polylines(picture, [points], True, (20, 20, 20), 3, cv2.LINE_AA)
                cv2.polylines(picture, [points], True, ink, 1, cv2.LINE_AA)
        _label(picture, frame, item, scale)
    return picture


def _ring(item: SceneObject) -> NDArray[np.float64]:
    x, y, _ = item.position
    if item.extents_m is not None:
        return outline_of(item)
    half = item.size_m / 2
    if geometry(item).is_round:
        angle = np.linspace(0, 2 * math.pi, 40, endpoint=False)
        return np.c_[x + half * np.cos(angle), y + half * np.sin(angle)]
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    corners = np.array([(half, half), (-half, half), (-half, -half), (half, -half)])
    return corners @ np.array([[c, s], [-s, c]]) + (x, y)


def _label(picture: NDArray[np.uint8], frame: CameraFrame, item: SceneObject, scale: float) -> None:
    uv = project(frame, np.array([item.position]))[0]
    if not np.all(np.isfinite(uv)):
        return
    words = f"{item.label}{' (held)' if item.held else ''} {item.confidence:.2f}"
    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.36 * scale
    (w, h), _ = cv2.getTextSize(words, font, size, 1)
    at = (int(np.clip(uv[0] - w / 2, 1, max(picture.shape[1] - w - 1, 1))), int(uv[1] + h / 2))
    cv2.putText(picture, words, at, font, size, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(picture, words, at, font, size, (255, 255, 255), 1, cv2.LINE_AA)
