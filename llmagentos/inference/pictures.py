"""A picture as a network wants it, and places in it taken back to the picture.

Knows: sizes, ways to fit, channels, normalisation. Does not know: what the network finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.inference.card import InputCard, NetworkCard
from llmagentos.inference.form import PLANES, Form, form_of
from llmagentos.inference.network import OnnxNetwork

Floats = NDArray[np.float32]
Plane = NDArray[Any]
_CHANNELS = {"rgb": 3, "depth": 1, "rgbd": 4, "xyz": 3, "rgb_xyz": 6, "form": PLANES}


@dataclass(frozen=True)
class Fitted:
    """Where a picture lies in the network's: pixel p of it is at p * factor + offset there."""

    rows: int
    cols: int
    factor: tuple[float, float]
    offset: tuple[float, float]

    def back(self, xyxy: Floats) -> Floats:
        """Boxes [N, 4] (left, top, right, bottom) in pixels of the picture, cut at its border."""
        fx, fy = self.factor
        ox, oy = self.offset
        boxes = (xyxy - np.array([ox, oy, ox, oy], np.float32)) / np.array([fx, fy, fx, fy])
        limits = np.array([self.cols, self.rows, self.cols, self.rows], np.float32)
        return np.clip(boxes, 0.0, limits).astype(np.float32)

    def plane_there(self, plane: Plane, rows: int, cols: int) -> Plane:
        """A plane [H, W] of the picture as so many rows and columns of the network's; zeros beside
        the picture."""
        (fx, fy), (ox, oy) = self.factor, self.offset
        u = (np.arange(cols) + 0.5) * (fx * self.cols + 2 * ox) / cols
        v = (np.arange(rows) + 0.5) * (fy * self.rows + 2 * oy) / rows
        u, v = np.floor((u - ox) / fx).astype(np.intp), np.floor((v - oy) / fy).astype(np.intp)
        laid = plane[np.ix_(np.clip(v, 0, self.rows - 1), np.clip(u, 0, self.cols - 1))]
        laid[(v < 0) | (v >= self.rows)] = 0
        laid[:, (u < 0) | (u >= self.cols)] = 0
        return laid

    def plane_back(self, plane: Plane) -> Plane:
        """A plane [h, w] of the network's picture, maybe of fewer pixels, at the picture's own size;
        zeros where the network saw nothing of it."""
        rows, cols = plane.shape
        (fx, fy), (ox, oy) = self.factor, self.offset
        sx, sy = cols / (fx * self.cols + 2 * ox), rows / (fy * self.rows + 2 * oy)
        u = ((np.arange(self.cols) + 0.5) * fx + ox) * sx
        v = ((np.arange(self.rows) + 0.5) * fy + oy) * sy
        laid = plane[
            np.ix_(np.clip(v, 0, rows - 1).astype(np.intp), np.clip(u, 0, cols - 1).astype(np.intp))
        ]
        laid[(v < 0) | (v >= rows)] = 0
        laid[:, (u < 0) | (u >= cols)] = 0
        return laid


class PictureInput:
    """Feeds one input of a network. Raises ModelError naming the card's field that does not fit."""

    def __init__(self, card: NetworkCard, network: OnnxNetwork) -> None:
        self.card: InputCard = card.input
        known = list(network.inputs)
        self.name = self.card.name or known[0]
        for field, name in (("name", self.name), ("sizes", self.card.sizes)):
            if name and name not in known:
                raise ModelError(f"input.{field}: expected one of {', '.join(known)}, got {name!r}")
        shape, self._type = network.inputs[self.name]
        if len(shape) != 4:
            raise ModelError(f"input.name: expected four dimensions of {self.name}, got {shape}")
        first = self.card.layout == "NCHW"
        own = shape[2:4] if first else shape[1:3]
        channels = shape[1] if first else shape[3]
        wanted = _CHANNELS[self.card.shows]
        if isinstance(channels, int) and channels != wanted:
            raise ModelError(
                f"input.shows: expected {channels} channels in {self.name} ({self.card.layout}), "
                f"got {self.card.shows!r} with {wanted}"
            )
        fixed = tuple(own) if all(isinstance(side, int) for side in own) else None
        if fixed and self.card.size and fixed != self.card.size:
            raise ModelError(f"input.size: expected {list(fixed)}, got {list(self.card.size)}")
        size = self.card.size or fixed
        if size is None:
            raise ModelError(f"input.size: expected rows and columns, as {self.name} has none")
        self.rows, self.cols = size
        self.batch = shape[0] if isinstance(shape[0], int) else None

    def feeds(
        self, rgb: NDArray[np.uint8], depth: Floats | None = None, intrinsics: Any = None
    ) -> tuple[dict[str, Plane], Fitted]:
        """Feeds of one picture, uint8 [H, W, 3], with its depth [H, W] in metres (0: unknown) where
        the card asks for it, and where the picture lies in them."""
        planes, fitted = [], self._fitted(rgb.shape[0], rgb.shape[1])
        if "rgb" in self.card.shows:
            color = rgb if self.card.color == "RGB" else rgb[..., ::-1]
            laid = self._lay(color, fitted, cv2.INTER_LINEAR, self.card.fill).astype(np.float32)
            mean, std = (np.array(v, np.float32) for v in (self.card.mean, self.card.std))
            planes.append((laid / np.float32(self.card.scale) - mean) / std)
        if self.card.shows != "rgb":
            if depth is None:
                raise ModelError(f"input.shows: expected a picture with depth for {self.name}")
            known = np.nan_to_num(np.asarray(depth, np.float32), posinf=0.0, neginf=0.0)
            if self.card.shows.endswith("xyz"):
                known = _points(known, intrinsics)
            laid = self._lay(known, fitted, cv2.INTER_NEAREST, 0).astype(np.float32)
            laid = laid.reshape(self.rows, self.cols, -1)
            planes.append(laid if "xyz" in self.card.shows else laid / self.card.depth_m)
        values = np.concatenate(planes, axis=-1)[None]
        if self.card.layout == "NCHW":
            values = values.transpose(0, 3, 1, 2)
        out: dict[str, Plane] = {self.name: self._typed(values)}
        if self.card.sizes:
            out[self.card.sizes] = np.array([[rgb.shape[0], rgb.shape[1]]], np.int64)
        return out, fitted

    def form(
        self, rgb: NDArray[np.uint8], depth: Floats, intrinsics: Any, base_from_camera: Any
    ) -> tuple[dict[str, Plane], Form, Fitted]:
        """Feeds of one picture for a card that shows its form, that form, and where the picture lies
        in it. base_from_camera [4, 4]: the table is z = 0 of the base frame."""
        if intrinsics is None or base_from_camera is None:
            raise ModelError(
                f"input.shows: expected a picture with intrinsics and the camera's pose for {self.name}"
            )
        fitted = self._fitted(rgb.shape[0], rgb.shape[1])
        known = np.nan_to_num(np.asarray(depth, np.float32), posinf=0.0, neginf=0.0)
        known = np.asarray(cv2.medianBlur(known, 5), np.float32)
        lens = np.array(intrinsics, np.float64)
        for axis in (0, 1):
            factor, offset = fitted.factor[axis], fitted.offset[axis]
            lens[axis] *= factor
            lens[axis, 2] += offset + (factor - 1) / 2
        form = form_of(
            self._lay(rgb, fitted, cv2.INTER_LINEAR, self.card.fill),
            self._lay(known, fitted, cv2.INTER_NEAREST, 0),
            lens,
            np.asarray(base_from_camera, np.float64),
        )
        return {self.name: self._typed(form.planes[None])}, form, fitted

    def _typed(self, values: Floats) -> Plane:
        kind = self._type or np.float32
        if np.issubdtype(kind, np.integer):
            values = np.clip(values + 0.5, 0, np.iinfo(kind).max)
        return np.ascontiguousarray(values.astype(kind))

    def _fitted(self, rows: int, cols: int) -> Fitted:
        fx, fy = self.cols / cols, self.rows / rows
        if self.card.fit == "stretch":
            return Fitted(rows, cols, (fx, fy), (0.0, 0.0))
        factor = min(fx, fy) if self.card.fit == "letterbox" else max(fx, fy)
        offset = ((self.cols - factor * cols) / 2, (self.rows - factor * rows) / 2)
        return Fitted(rows, cols, (factor, factor), offset)

    def _lay(self, plane: Plane, fitted: Fitted, how: int, fill: int) -> Plane:
        (fx, fy), (ox, oy) = fitted.factor, fitted.offset
        if self.card.fit == "stretch":
            return cv2.resize(
                np.ascontiguousarray(plane), (self.cols, self.rows), interpolation=how
            )
        # Pixels are squares: their middles, not their corners, go to each other.
        move = np.array([[fx, 0, ox + (fx - 1) / 2], [0, fy, oy + (fy - 1) / 2]], np.float32)
        border = (fill,) * 4
        return cv2.warpAffine(
            np.ascontiguousarray(plane), move, (self.cols, self.rows), flags=how, borderValue=border
        )


def _points(depth: Floats, intrinsics: Any) -> Floats:
    """Points of the camera's frame [H, W, 3], metres; zeros where depth is unknown."""
    if intrinsics is None:
        raise ModelError("input.shows: expected a picture with intrinsics for its points")
    (fx, _, cx), (_, fy, cy), _ = np.asarray(intrinsics, np.float64)
    v, u = np.indices(depth.shape, dtype=np.float32)
    return np.stack([(u - cx) / fx * depth, (v - cy) / fy * depth, depth], -1).astype(np.float32)
