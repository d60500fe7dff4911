"""Colours and prints laid over rendered pictures, so that a colour edge is not always a thing's edge.

Knows: procedural prints as functions of a point in a thing's own frame. Does not know: scenes, light,
what a camera does to colours.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
#: How often each print is drawn; "plain" is one colour all over.
PRINTS = {
    "plain": 0.35, "stripes": 0.08, "checks": 0.04, "blobs": 0.1, "label": 0.13, "package": 0.3
}  # fmt: skip


def draw_color(rng: np.random.Generator) -> Floats:
    """Any colour, 0 to 1 [3]: one in four is a grey."""
    color = (
        rng.uniform(0.04, 0.95, 3) if rng.random() > 0.25 else np.full(3, rng.uniform(0.04, 0.95))
    )
    return color.astype(np.float32)


def painted(points: Floats, rng: np.random.Generator, size_m: float) -> Floats:
    """Colours 0 to 1 [N, 3] of points [N, 3] in a thing's own frame, metres; size_m: how long it is."""
    name = str(rng.choice(list(PRINTS), p=list(PRINTS.values())))
    first, second = draw_color(rng), draw_color(rng)
    if name == "plain":
        return np.broadcast_to(first, points.shape)
    if name == "package":
        return _package(points, rng, size_m)
    axis = rng.normal(size=3).astype(np.float32)
    axis /= np.linalg.norm(axis)
    if rng.random() < 0.6:  # along the thing's own sides
        axis = np.eye(3, dtype=np.float32)[int(np.abs(axis).argmax())]
    period = np.float32(size_m * rng.uniform(0.08, 0.6))
    if name == "stripes":
        share = _hard(np.sin(points @ axis * (2 * np.pi / period)) + rng.uniform(-0.5, 0.5))
    elif name == "checks":
        phase = np.sin(points * (2 * np.pi / period) + 0.3)
        share = _hard(
            phase[:, 0] * phase[:, 1] * np.where(np.abs(phase[:, 2]) < 0.1, 1, phase[:, 2])
        )
    elif name == "blobs":
        waves = rng.normal(size=(5, 3)).astype(np.float32) * (2.5 / period)
        phase = rng.uniform(0, 6.28, 5).astype(np.float32)
        share = _hard(np.sin(points @ waves.T + phase).sum(axis=1), 0.6)
    else:
        share = _label(points, rng, size_m)
    return first + share[:, None] * (second - first)


def _package(points: Floats, rng: np.random.Generator, size_m: float) -> Floats:
    """Fields and discs of many colours, some with writing, as on what is bought."""
    colors = np.tile(draw_color(rng), (len(points), 1)).astype(np.float32)
    few = [draw_color(rng) for _ in range(int(rng.integers(2, 5)))]
    for _ in range(int(rng.integers(4, 14))):
        middle = rng.uniform(-0.5, 0.5, 3) * size_m
        half = size_m * rng.uniform(0.04, 0.35, 3)
        off = np.abs((points - middle) / half)
        inside = (off.max(axis=1) < 1) if rng.random() < 0.6 else ((off * off).sum(axis=1) < 1)
        if rng.random() < 0.3:
            k, period = int(rng.integers(3)), size_m * rng.uniform(0.03, 0.1)
            inside &= np.sin(points[:, k] * (2 * np.pi / period)) > 0
        colors[inside] = few[int(rng.integers(len(few)))]
    return colors


def _label(points: Floats, rng: np.random.Generator, size_m: float) -> Floats:
    """A band around the thing, with lines of writing in it."""
    k = int(rng.integers(3))
    low = rng.uniform(-0.5, 0.2) * size_m
    along = points[:, k]
    band = (along > low) & (along < low + rng.uniform(0.15, 0.6) * size_m)
    lines = np.sin(along * (2 * np.pi / (size_m * rng.uniform(0.06, 0.15)))) > 0.2
    letters = np.sin(points[:, (k + 1) % 3] * (2 * np.pi / (size_m * rng.uniform(0.03, 0.12)))) > 0
    return np.where(band, np.where(lines & letters, 0.35, 1.0), 0.0).astype(np.float32)


def _hard(wave: NDArray[np.floating], soft: float = 0.08) -> Floats:
    return np.clip(wave / soft * 0.5 + 0.5, 0, 1).astype(np.float32)
