"""What one thing looks like, as numbers, and how alike two looks are.

Knows: colours, sides, form from above, a network's vector; the distance of two. Does not know:
pictures (perception/looks.py makes these), names, whose look it is (perception/shown.py).

Every part says how far apart two looks are, from 0; likeness is exp(-sum of weighted distances), so
that one part that speaks clearly against it is enough. The weights were set on simulated things and
checked on others (`python -m benchmarks.shown`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import Vec3

Floats = NDArray[np.float32]

#: Cells along each side of a thing's form.
FORM_CELLS = 8
#: Hues, each in two saturations, and greys.
HUES, GREYS = 12, 4
COLOR_BINS = 2 * HUES + GREYS
#: Sides are measured no better than this, metres.
_MEASURED_M = 0.004
#: Two pictures of one thing have vectors with about this cosine.
_SEEN_ANEW = 0.75
_COLORS, _SIDES, _FORM, _VECTOR = 0.8, 2.0, 0.9, 1.6


@dataclass(frozen=True)
class Appearance:
    """colors: shares of COLOR_BINS. sides_m: length (the longer side), width, height. form: height
    over its base as a share of its own, FORM_CELLS x FORM_CELLS, rows along its length. vector: of
    length 1, by the embedder of that name; None without one."""

    colors: Floats
    sides_m: Vec3
    form: Floats
    vector: Floats | None = None
    embedder: str = ""


def likeness(a: Appearance, b: Appearance) -> float:
    """How alike two looks are, from 0 to 1 (the same)."""
    far = _COLORS * (1 - float(np.minimum(a.colors, b.colors).sum()))
    far += _SIDES * _sides_apart(a.sides_m, b.sides_m)
    far += _FORM * _forms_apart(a.form, b.form)
    if a.vector is not None and b.vector is not None and a.embedder == b.embedder:
        far += _VECTOR * max(_SEEN_ANEW - float(a.vector @ b.vector), 0.0)
    return math.exp(-far)


def _sides_apart(a: Vec3, b: Vec3) -> float:
    """Mean relative difference of the three sides, beyond what is measured of them."""
    parts = []
    for x, y in zip(a, b, strict=True):
        gap = max(abs(x - y) - _MEASURED_M, 0.0)
        parts.append(gap / max(x, y, 0.02))
    return sum(parts) / len(parts)


def _forms_apart(a: Floats, b: Floats) -> float:
    """The least mean difference of heights over the turns by which a thing looks the same way
    round: half a turn; a quarter where it is as wide as long is one of these, too."""
    turned = [np.rot90(b, k) for k in range(4)]
    return min(float(np.abs(a - t).mean()) for t in turned)


def color_shares(rgb: NDArray[np.uint8]) -> Floats:
    """Shares of COLOR_BINS of pixels uint8 [N, 3]; each counts for its two nearest hues.

    Saturation and lightness as in HSV: s = (max - min) / max.
    """
    shares = np.zeros(COLOR_BINS, np.float32)
    if not len(rgb):
        return shares
    values = rgb.astype(np.float32) / 255
    top, low = values.max(axis=1), values.min(axis=1)
    spread = top - low
    saturation = spread / np.maximum(top, 1e-3)
    r, g, b = values.T
    with np.errstate(divide="ignore", invalid="ignore"):
        hue = np.where(
            top == r,
            (g - b) / spread % 6,
            np.where(top == g, (b - r) / spread + 2, (r - g) / spread + 4),
        )
    hue = np.nan_to_num(hue) * (HUES / 6)
    colored = np.clip((saturation - 0.12) / 0.16, 0, 1) * np.clip((top - 0.06) / 0.1, 0, 1)
    strong = np.clip((saturation - 0.4) / 0.2, 0, 1)
    first = np.floor(hue).astype(int)
    part = hue - first
    for offset, weight in ((0, 1 - part), (1, part)):
        place = 2 * ((first + offset) % HUES)
        np.add.at(shares, place, colored * weight * (1 - strong))
        np.add.at(shares, place + 1, colored * weight * strong)
    grey = np.clip(top * GREYS, 0, GREYS - 1e-3)
    first = np.clip(np.floor(grey - 0.5), 0, GREYS - 1).astype(int)
    part = np.clip(grey - 0.5 - first, 0, 1)
    second = np.minimum(first + 1, GREYS - 1)
    np.add.at(shares, 2 * HUES + first, (1 - colored) * (1 - part))
    np.add.at(shares, 2 * HUES + second, (1 - colored) * part)
    return np.asarray(shares / max(float(shares.sum()), 1e-6), np.float32)
