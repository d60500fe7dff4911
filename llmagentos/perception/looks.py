"""What one object of a scene looks like in a picture.

Knows: where in a picture an object shows, its pixels, its form from above. Does not know: names,
whether two looks are of one thing (objects/appearance.py).
"""

from __future__ import annotations

import math
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.appearance import FORM_CELLS, Appearance, color_shares
from llmagentos.objects.geometry import geometry_as_seen, object_geometry
from llmagentos.objects.kinds import KINDS
from llmagentos.types import CameraFrame, SceneObject, Vec3

#: Points so near to an object's box belong to it, metres; above its base by this much at least.
_AROUND_M, _OFF_BASE_M = 0.006, 0.004
#: A crop goes round the object's box with a border of this share.
_BORDER = 0.08
#: Fewer pixels show too little.
_LEAST_PIXELS = 40

Box = tuple[int, int, int, int]


class Embedder(Protocol):
    """Vectors of crops; see llmagentos.inference.OnnxEmbedder."""

    name: str

    def vectors(self, crops: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """One vector of length 1 a crop."""
        ...


def sides_of(item: SceneObject) -> Vec3:
    """Length along its yaw, width and height of an object, metres."""
    if item.extents_m is not None:
        return item.extents_m
    if item.kind in KINDS:
        x, y, _ = object_geometry(item.kind, item.size_m).extents_m
    else:
        x, y, _ = geometry_as_seen(item.kind, item.size_m, item.height_m).extents_m
    return x, y, item.height_m


def pixel_box(item: SceneObject, frame: CameraFrame) -> Box | None:
    """Left, top, right, bottom of the object's box in the picture; None where it is not in it."""
    length, width, height = sides_of(item)
    x, y, z = item.position
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    corners = [
        (x + c * u - s * v, y + s * u + c * v, z + w, 1.0)
        for u in (-length / 2, length / 2)
        for v in (-width / 2, width / 2)
        for w in (-height / 2, height / 2)
    ]
    seen = np.linalg.inv(frame.base_from_camera) @ np.array(corners).T
    if (seen[2] <= 0.01).any():
        return None
    uv = frame.intrinsics @ seen[:3]
    u, v = uv[0] / uv[2], uv[1] / uv[2]
    rows, cols = frame.depth.shape
    left, right = max(math.floor(u.min()), 0), min(math.ceil(u.max()) + 1, cols)
    top, bottom = max(math.floor(v.min()), 0), min(math.ceil(v.max()) + 1, rows)
    return (left, top, right, bottom) if right - left > 2 and bottom - top > 2 else None


def look_at(
    item: SceneObject, frame: CameraFrame, embedder: Embedder | None = None
) -> Appearance | None:
    """What the object looks like in the frame; None where too little of it shows."""
    box = pixel_box(item, frame)
    if box is None:
        return None
    left, top, right, bottom = box
    own, along, across, over = _own_pixels(item, frame, box)
    if int(own.sum()) < _LEAST_PIXELS:
        return None
    rgb = frame.rgb[top:bottom, left:right][own]
    length, width, height = sides_of(item)
    form = _form(along[own], across[own], over[own], (length, width, height))
    sides = (length, width, height)
    if width > length:
        sides, form = (width, length, height), np.rot90(form)
    vector = None
    if embedder is not None:
        vector = embedder.vectors([_crop(frame.rgb, box)])[0]
    name = "" if embedder is None else embedder.name
    return Appearance(color_shares(rgb), sides, np.ascontiguousarray(form), vector, name)


def _crop(rgb: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The picture around a box, with a border."""
    left, top, right, bottom = box
    border = round(_BORDER * max(right - left, bottom - top)) + 1
    rows, cols = rgb.shape[:2]
    return rgb[
        max(top - border, 0) : min(bottom + border, rows),
        max(left - border, 0) : min(right + border, cols),
    ]


def _own_pixels(
    item: SceneObject, frame: CameraFrame, box: Box
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Which pixels of the box show the object; and where each is along and across it and over its
    base, metres."""
    left, top, right, bottom = box
    depth = np.nan_to_num(frame.depth[top:bottom, left:right].astype(np.float64))
    v, u = np.indices(depth.shape)
    rays = np.stack([u + left, v + top, np.ones_like(u)], -1) @ np.linalg.inv(frame.intrinsics).T
    points = (rays * depth[..., None]) @ frame.base_from_camera[:3, :3].T
    points += frame.base_from_camera[:3, 3]
    x, y = points[..., 0] - item.position[0], points[..., 1] - item.position[1]
    c, s = math.cos(item.yaw), math.sin(item.yaw)
    along, across = c * x + s * y, c * y - s * x
    over = points[..., 2] - item.bottom_z
    length, width, height = sides_of(item)
    own = (depth > 0) & (np.abs(along) < length / 2 + _AROUND_M)
    own &= (np.abs(across) < width / 2 + _AROUND_M) & (over < height + 2 * _AROUND_M)
    own &= over > min(_OFF_BASE_M, height / 2)
    return own, along, across, over


def _form(
    along: NDArray[np.float64],
    across: NDArray[np.float64],
    over: NDArray[np.float64],
    sides: Vec3,
) -> NDArray[np.float32]:
    """Highest point of each cell as a share of the height; holes that no pixel fell into are filled
    from around."""
    length, width, height = sides
    row = np.clip((along / length + 0.5) * FORM_CELLS, 0, FORM_CELLS - 1).astype(int)
    col = np.clip((across / width + 0.5) * FORM_CELLS, 0, FORM_CELLS - 1).astype(int)
    form = np.zeros((FORM_CELLS, FORM_CELLS), np.float32)
    np.maximum.at(form, (row, col), np.clip(over / max(height, 1e-3), 0, 1).astype(np.float32))
    closed = cv2.morphologyEx(form, cv2.MORPH_CLOSE, np.ones((2, 2), np.uint8))
    return np.where(form > 0, form, closed).astype(np.float32)
