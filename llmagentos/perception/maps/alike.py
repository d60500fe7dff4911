"""Regions of a picture that lie beside each other and have the same colours: a thing that a hole in
depth, or what stands before it, has torn.

Knows: colours, how near regions are in the picture and in space, how large they are. Does not know:
grooves and steps (joining.py), kinds.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.rectify import FloatMap

Ids = NDArray[np.int32]

#: Regions with so much of their colours in common are of one thing, where they are nearer than this in
#: space, metres, and seen beside each other within this (as a length at their distance, and pixels).
_COMMON, _NEAR_M, _ASIDE_M, _ASIDE_PX = 0.5, 0.03, 0.011, (3, 10)
#: What is seen lower than this is the table, metres.
_LOW_M = 0.006
#: Two things may be alike; then they are of one size. Of a torn one a part is at most so large, as a
#: share of the other.
_SMALLER = 0.8
#: So many pairs of pixels show that two regions are beside each other.
_PAIRS = 3
#: Lab is divided into so many levels.
_LEVELS = (6, 16, 16)


def with_torn(
    parent: NDArray[np.intp],
    ids: Ids,
    points: FloatMap,
    rgb: NDArray[np.uint8],
    area_m2: NDArray[np.float64],
    pixel_m: float,
) -> NDArray[np.intp]:
    """`parent` [N], the region that each has become part of, with torn things made whole.

    ids: region of each pixel, [H, W]; points: base frame, [3, H, W]; area_m2 [N]: of each of `parent`;
    pixel_m: how wide a pixel is at the distance of things.
    """
    owner = parent[ids].astype(np.int32)
    near = _beside(owner, points, pixel_m)
    if not len(near):
        return parent
    size = np.bincount(parent, weights=area_m2, minlength=len(parent))
    colors = _colors(owner, rgb, len(parent))
    parent = parent.copy()
    common = np.minimum(colors[near[:, 0]], colors[near[:, 1]]).sum(axis=1)
    for k in np.argsort(-common, kind="stable"):
        if common[k] < _COMMON:
            break
        a, b = (int(parent[n]) for n in near[k])
        if a == b or min(size[a], size[b]) > _SMALLER * max(size[a], size[b]):
            continue
        host, small = (a, b) if size[a] >= size[b] else (b, a)
        parent[parent == small] = host
        size[host] += size[small]
    return parent


def _beside(owner: Ids, points: FloatMap, pixel_m: float) -> NDArray[np.intp]:
    """Pairs of regions that are near each other in the picture and in space, [M, 2]."""
    count = int(owner.max()) + 1
    aside = int(np.clip(round(_ASIDE_M / pixel_m), *_ASIDE_PX))
    slant = max(round(0.7 * aside), 1)
    found = np.zeros(count * count, np.int64)
    low = points[2] < _LOW_M
    h, w = owner.shape
    for dr, dc in ((0, aside), (aside, 0), (slant, slant), (slant, -slant)):
        left, right = max(-dc, 0), max(dc, 0)
        here = (slice(0, h - dr), slice(left, w - right))
        there = (slice(dr, h), slice(left + dc, w - right + dc))
        a, b = owner[here], owner[there]
        # Where the table is seen between two, nothing is torn.
        between = low[dr // 2 : dr // 2 + h - dr, left + dc // 2 : left + dc // 2 + a.shape[1]]
        rows, cols = np.nonzero((a != b) & (a > 0) & (b > 0) & ~between)
        apart = (
            points[(slice(None), *here)][:, rows, cols]
            - points[(slice(None), *there)][:, rows, cols]
        )
        close = (apart * apart).sum(axis=0) < _NEAR_M**2
        pair = a[rows, cols][close].astype(np.int64) * count + b[rows, cols][close]
        found += np.bincount(pair, minlength=count * count)
    table = found.reshape(count, count)
    return np.argwhere(np.triu(table + table.T, 1) >= _PAIRS)


def _colors(owner: Ids, rgb: NDArray[np.uint8], count: int) -> NDArray[np.float64]:
    """How often each region has each colour, as shares, [count, levels]; without its edge, where
    colours are mixed, unless it has nothing else."""
    lab = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2LAB).astype(np.int32)
    a, b, c = (lab[..., k] * n >> 8 for k, n in enumerate(_LEVELS))
    level = (a * _LEVELS[1] + b) * _LEVELS[2] + c
    total = _LEVELS[0] * _LEVELS[1] * _LEVELS[2]
    label = owner.astype(np.float32)
    square = np.ones((3, 3), np.uint8)
    inner = (np.asarray(cv2.erode(label, square)) == np.asarray(cv2.dilate(label, square))) & (
        owner > 0
    )
    result = np.zeros((count, total))
    for mask in (inner, owner > 0):
        found = np.bincount(owner[mask] * total + level[mask], minlength=count * total)
        found = found.reshape(count, total).astype(np.float64)
        empty = result.sum(axis=1) == 0
        result[empty] = found[empty]
    return result / np.maximum(result.sum(axis=1, keepdims=True), 1)
