"""Which neighbouring regions of a picture are one thing.

Knows: how deep the groove or step between them is, how much colour changes across it, how small
they are, which of them lies inside another. Does not know: how regions were cut, kinds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.rectify import FloatMap
from llmagentos.perception.maps.values import quantile

Ids = NDArray[np.int32]

#: A groove is taken to be at most so many times as deep as the least one.
MOST_STEEP = 4.0
#: How far apart two neighbours are: so much for each unit of the groove between them, for each
#: level of colour across it (of so many at most: more is a print), for each e-fold of the smaller
#: one's and of the larger one's area over the last of these, and less for the share of the smaller
#: one's edge that is their border. From this sum on they are two things. (A logistic regression over
#: 3,345 pairs in 420 pictures of rendered heaps, whose truth is known.)
_GROOVE, _COLOR, _SMALLER, _LARGER, _SHARED, _SMALL_M2 = 0.7, 0.085, 1.05, 0.7, 7.0, 2.7e-4
_MOST_COLOR, _APART = 70.0, 9.5
#: What is so much farther than what it borders, as a share of its distance, is behind that.
_STEP = 0.05
_MIN_BORDER_PX = 4
#: Colours are compared this many pixels to both sides of a border.
_ASIDE_PX = 4
#: Share of a region that lies inside of another one's outline seen from above, and how much of its
#: own border meets that one, for it to be the inside of a vessel; how far it may stand out, metres.
_INNER_SHARE, _INNER_TOUCH, _INNER_OVER_M = 0.8, 0.3, 0.004
#: A rim: so high, this near to a circle of a radius within these, with so many points and this share
#: of what is as high as it; and all round but for two of so many sectors.
_RIM_M, _ON_RIM_M, _RADIUS_M, _RIM_POINTS, _RIM_SHARE = 0.015, 0.004, (0.02, 0.13), 24, 0.75
#: Of a real rim half the points are this near to its circle, as a share of its radius.
_SPREAD = 0.15
_BINS = 12


@dataclass
class Borders:
    """What lies between any two regions, as sums over the pixels of their border. Arrays [N, N],
    N one more than there are regions; number 0 is what is none.

    length: pixels; groove: depth of the groove; color: levels of change, and colored: of how many
    pixels. area_m2 [N]: seen area of each region, as if it faced the camera; edge [N]: pixels of its
    whole border; step: how much farther one side is than the other, as a share of that.
    """

    ids: Ids
    length: NDArray[np.float64]
    groove: NDArray[np.float64]
    color: NDArray[np.float64]
    colored: NDArray[np.float64]
    area_m2: NDArray[np.float64]
    edge: NDArray[np.float64]
    step: NDArray[np.float64]

    @classmethod
    def between(
        cls, ids: Ids, count: int, groove: FloatMap, rgb: NDArray[np.uint8], pixel_m: FloatMap
    ) -> Borders:
        """ids [H, W]: region of each pixel; groove: 0 to MOST_STEEP; pixel_m: a pixel's width."""
        size = count + 1
        deep = np.asarray(cv2.dilate(groove, np.ones((3, 3), np.uint8)), np.float32)
        soft = cv2.blur(rgb, (5, 5)).astype(np.int16)
        tables, edge = np.zeros((5, size, size)), np.zeros(size)
        for axis in (0, 1):
            a, b = (np.moveaxis(ids, axis, 0)[s] for s in (slice(None, -1), slice(1, None)))
            ends = a != b
            edge += np.bincount(a[ends], minlength=size) + np.bincount(b[ends], minlength=size)
            along, across = np.nonzero(ends & (a > 0) & (b > 0))
            pair = a[along, across].astype(np.int64) * size + b[along, across]
            near = np.moveaxis(deep, axis, 0)
            depth = np.maximum(near[along, across], near[along + 1, across])
            change, valid = _change(
                np.moveaxis(ids, axis, 0), np.moveaxis(soft, axis, 0), along, across
            )
            far = np.moveaxis(pixel_m, axis, 0)
            one, other = far[along, across], far[along + 1, across]
            step = np.abs(one - other) / np.maximum(np.maximum(one, other), 1e-9)
            for k, weight in enumerate((None, depth, change, valid, step)):
                table = np.bincount(pair, weights=weight, minlength=size * size)
                tables[k] += table.reshape(size, size)
        tables += np.swapaxes(tables, 1, 2)
        area = np.bincount(ids.ravel(), weights=(pixel_m.ravel() ** 2), minlength=size).astype(
            np.float64
        )
        length, deep_sum, change_sum, counted, steps = tables
        return cls(ids, length, deep_sum, change_sum, counted, area, edge, steps)

    def joined(self) -> BordersJoined:
        """Regions put together, the least apart first, until all that are left are apart."""
        length, groove, color, colored, step = (
            t.copy() for t in (self.length, self.groove, self.color, self.colored, self.step)
        )
        area, edge = self.area_m2.copy(), self.edge.copy()
        parent = np.arange(len(area))
        for _ in range(len(area)):
            apart = self._apart(length, groove, color, colored, area, edge, step)
            a, b = np.unravel_index(int(apart.argmin()), apart.shape)
            if apart[a, b] > _APART:
                break
            edge[a] += edge[b] - 2 * length[a, b]
            for table in (length, groove, color, colored, step):
                table[a] += table[b]
                table[:, a] += table[:, b]
                table[b] = table[:, b] = 0
            area[a] += area[b]
            area[b] = 0
            parent[parent == b] = a
        np.fill_diagonal(length, 0)
        return BordersJoined(self.ids, parent, length)

    @staticmethod
    def _apart(
        length: NDArray[np.float64],
        groove: NDArray[np.float64],
        color: NDArray[np.float64],
        colored: NDArray[np.float64],
        area_m2: NDArray[np.float64],
        edge: NDArray[np.float64],
        step: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        folds = np.log(np.maximum(area_m2, 1e-6) / _SMALL_M2)
        smaller, larger = np.minimum(folds[:, None], folds), np.maximum(folds[:, None], folds)
        # A small one may well have the longer edge: what is torn is long at its edge.
        around = np.where(area_m2[:, None] < area_m2, edge[:, None], edge)
        score = (
            _GROOVE * groove / np.maximum(length, 1)
            + _COLOR * np.minimum(color / np.maximum(colored, 1), _MOST_COLOR)
            + _SMALLER * smaller
            + _LARGER * larger
            - _SHARED * length / np.maximum(around, 1)
        )
        score[(length < _MIN_BORDER_PX) | (step > _STEP * length)] = math.inf
        np.fill_diagonal(score, math.inf)
        return np.asarray(score)


@dataclass(frozen=True)
class BordersJoined:
    """parent [N]: the region that each has become part of; length [N, N]: borders of those."""

    ids: Ids
    parent: NDArray[np.intp]
    length: NDArray[np.float64]


def _change(
    ids: Ids, soft: NDArray[np.int16], along: NDArray[np.intp], across: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Change of colour over each border pixel (levels), and 1 where both sides could be read."""
    low = np.maximum(along - _ASIDE_PX, 0)
    high = np.minimum(along + 1 + _ASIDE_PX, len(ids) - 1)
    valid = (ids[low, across] == ids[along, across]) & (ids[high, across] == ids[along + 1, across])
    step = np.abs(soft[low, across] - soft[high, across]).astype(np.float64).mean(axis=1)
    return step * valid, valid.astype(np.float64)


def insides(joined: BordersJoined, points: FloatMap) -> NDArray[np.intp]:
    """`joined.parent`, with the insides of vessels part of these. points: base frame, [3, H, W]."""
    parent = joined.parent.copy()
    roots = [k for k in np.unique(parent) if k > 0]
    clouds = _clouds(parent, joined.ids, points)
    roots = [k for k in roots if k in clouds]
    for small in sorted(roots, key=lambda k: clouds[k].shape[1]):
        around = joined.length[small]
        host = int(around.argmax())
        touches = around[host] > _INNER_TOUCH * max(around.sum(), 1)
        meets = around[host] > 0 and touches and host in clouds
        if not meets:
            continue
        inner, outer = clouds[small], clouds[host]
        if _is_inside(inner, outer) or _share_a_rim(inner, outer):
            parent[parent == small] = host
            clouds[host] = np.concatenate([inner, outer], axis=1)
    return parent


def _clouds(parent: NDArray[np.intp], ids: Ids, points: FloatMap) -> dict[int, FloatMap]:
    """Some points of each region, [3, N], evenly spread over it."""
    shown = np.flatnonzero(ids)
    if not len(shown):
        return {}
    owner = parent[ids.reshape(-1)[shown]]
    order = np.argsort(owner, kind="stable")
    shown, owner = shown[order], owner[order]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    flat = points.reshape(3, -1)
    result = {}
    for start, end in zip(starts, [*starts[1:], len(owner)], strict=True):
        some = shown[start : end : max((end - start) // 400, 1)]
        result[int(owner[start])] = flat[:, some]
    return result


def _share_a_rim(a: FloatMap, b: FloatMap) -> bool:
    """Whether two regions reach the same height in one circle: the near and the far wall of a
    vessel that is seen from the side. The circle is Kasa's, fitted again to what is near it."""
    tops = [quantile(p[2], 0.97) for p in (a, b)]
    if abs(tops[0] - tops[1]) > _RIM_M:
        return False
    both = np.concatenate([a, b], axis=1).astype(np.float64)
    rim = both[:2, both[2] > max(tops) - _RIM_M].T
    near, center, radius = np.ones(len(rim), bool), np.zeros(2), 0.0
    for _ in range(3):
        if near.sum() < _RIM_POINTS:
            return False
        some = rim[near]
        middle = some.mean(axis=0)
        u = some - middle
        design = np.c_[2 * u, np.ones(len(u))]
        solution, *_ = np.linalg.lstsq(design, (u * u).sum(axis=1), rcond=None)
        center = solution[:2] + middle
        radius = math.sqrt(max(solution[2] + solution[0] ** 2 + solution[1] ** 2, 1e-9))
        off = np.hypot(*(rim - center).T) - radius
        near = np.abs(off) < max(2 * float(np.median(np.abs(off))), _ON_RIM_M)
    if not _RADIUS_M[0] < radius < _RADIUS_M[1] or near.mean() < _RIM_SHARE:
        return False
    angles = np.arctan2(*(rim[near] - center).T)
    bins = np.unique(np.floor((angles + math.pi) / (2 * math.pi) * _BINS).astype(int) % _BINS)
    spread = float(np.median(np.abs(np.hypot(*(rim[near] - center).T) - radius)))
    return len(bins) >= _BINS - 2 and spread < max(_ON_RIM_M, _SPREAD * radius)


def _is_inside(inner: FloatMap, outer: FloatMap) -> bool:
    """Whether points lie within the outline of others from above, and below their rim."""
    if min(inner.shape[1], outer.shape[1]) < 3:
        return False
    if quantile(inner[2], 0.95) > quantile(outer[2], 0.95) + _INNER_OVER_M:
        return False
    hull = cv2.convexHull(np.ascontiguousarray(outer[:2].T * 1e3, np.float32))
    some = inner[:2, :: max(inner.shape[1] // 40, 1)].T * 1e3
    within = [cv2.pointPolygonTest(hull, (float(x), float(y)), False) >= 0 for x, y in some]
    return float(np.mean(within)) > _INNER_SHARE
