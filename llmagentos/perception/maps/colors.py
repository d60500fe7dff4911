"""Colour names of pixels and of things.

Knows: the table mat's calibrated colour, and a small classifier trained on rendered pixels
(weights/color.onnx; card in weights/README.md), baked into a look-up table when loaded.
Does not know: shapes, or what the simulator painted.

Light is normalised away with the table as reference: each channel is scaled so that the visible
table has its calibrated colour. Level surfaces get the same light as the table, whatever it is.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from llmagentos.objects.colors import COLORS

#: The classifier's classes: the fourteen colours and, last, the bare table.
CLASSES: tuple[str, ...] = (*COLORS, "table")
TABLE_CLASS = len(COLORS)
#: Pixel value of the mat under the calibration light.
TABLE_REFERENCE = np.array([84.0, 102.0, 115.0])
#: Channels are full from here on, and partly so from there.
_FULL_FROM, _FULL = 240.0, 252.0
_BITS = 6


def normalise(rgb: NDArray[np.uint8], table_rgb: NDArray[np.float64]) -> NDArray[np.uint8]:
    """`rgb` [..., 3] as under the calibration light; table_rgb: the mat's colour now."""
    gain = TABLE_REFERENCE / np.maximum(table_rgb, 8.0)
    levels = np.arange(256)[:, None] * gain[None]
    # What is full may have been brighter: halfway between the least and the most that it can be.
    full = np.clip((np.arange(256) - _FULL_FROM) / (_FULL - _FULL_FROM), 0, 1)[:, None]
    levels += 0.5 * full * np.maximum(255 - levels, 0) * (gain < 1)
    table = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    lit = cv2.LUT(rgb if rgb.ndim == 3 else rgb[None], table[None])
    return np.asarray(lit if rgb.ndim == 3 else lit[0], dtype=np.uint8)


class ColorReader:
    """Reads colour names off normalised pixels."""

    def __init__(self) -> None:
        self._logits, self._labels, self._names = _tables()

    @staticmethod
    def _index(rgb: NDArray[np.uint8]) -> NDArray[np.int32]:
        parts = (rgb >> (8 - _BITS)).astype(np.int32)
        return (parts[..., 0] << (2 * _BITS)) | (parts[..., 1] << _BITS) | parts[..., 2]

    def labels(self, rgb: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Class of each pixel [...]: with the table as a possible answer, and without."""
        index = self._index(rgb)
        return self._labels[index], self._names[index]

    def name(self, rgb: NDArray[np.uint8]) -> tuple[str, float]:
        """The colour of a thing from its pixels [N, 3]; and a probability."""
        logits = self._logits[self._index(rgb)].astype(np.float32).mean(axis=0)
        p = np.exp(logits - logits.max())
        p /= p.sum()
        best = int(p.argmax())
        return COLORS[best], float(p[best])


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.float16], NDArray[np.uint8], NDArray[np.uint8]]:
    """Log-probabilities of the colours [64^3, 14], labels with and without the table [64^3]."""
    weights = resources.files("llmagentos.perception").joinpath("weights/color.onnx").read_bytes()
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    n = 1 << _BITS
    level = ((np.arange(n) + 0.5) / n).astype(np.float32)
    r, g, b = np.meshgrid(level, level, level, indexing="ij")
    logits = session.run(None, {"rgb": np.stack([r, g, b], -1).reshape(-1, 3)})[0]
    colors = logits[:, :TABLE_CLASS]
    colors = colors - np.log(np.exp(colors - colors.max(1, keepdims=True)).sum(1, keepdims=True))
    colors -= colors.max(1, keepdims=True)
    return (
        np.maximum(colors, -12).astype(np.float16),
        logits.argmax(1).astype(np.uint8),
        logits[:, :TABLE_CLASS].argmax(1).astype(np.uint8),
    )
