"""From what a network says of each pixel to things: parts without borders, put together where it agrees.

Knows: that pixels of one thing vote for the same middle and have no border between them; regions that
shape alone cuts, where there are any, as one more sign. Does not know: how the network came to its
numbers, how shape cuts, the picture's own size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.inference.form import PIXEL_M, Form

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ids = NDArray[np.int32]

#: Planes that the network gives.
OUTPUTS = 5
#: What a vote of 1 means, metres.
VOTE_M = 0.1
#: Pixels less likely a border than this are inside of something; smaller seeds are none.
_INSIDE, _SEED_PX = 0.2, 5
#: What is higher than this above the table is some thing, whatever the network says, metres.
_HIGH_M = 0.008
#: Unclaimed pixels go to the nearest seed within this.
_REACH_PX = 10
#: Colours are compared this many pixels to both sides of a border.
_ASIDE_PX = 2
#: A region of which one thing has more than this is that thing's.
_ALMOST = 0.85
#: What two neighbours are compared by: how likely a border is between them; how far apart their middles
#: are, in units of the smaller one's size; the log of the smaller one's pixels; how deep the groove
#: between them is; how much colour changes across it; the share of it along which shape cuts, too.
SIGNS = ("border", "middles", "pixels", "groove", "color", "cut")
_MOST = 200


@dataclass(frozen=True)
class Joins:
    """When two neighbours are two things: where the sum of their signs times these is above `apart`.
    A card has its network's own, which training/segmenter/joins.py fits."""

    weights: tuple[float, ...] = (5.0, 1.5, 0.5, 0.5, 1.0, 1.0)
    apart: float = 4.0


@dataclass
class Graph:
    """Parts and what lies between any two. ids [H, W], numbered from 1; arrays of N + 1: pixels,
    middle (sum of votes, metres, [N + 1, 3]), voters, width_m (a pixel's, summed); sums
    [5, N + 1, N + 1] over the pixels of their border: 1, border, groove, colour, cut."""

    ids: Ids
    pixels: Doubles
    middle: Doubles
    voters: Doubles
    width_m: Doubles
    sums: Doubles

    @property
    def length(self) -> Doubles:
        """Pixels of border between any two, [N + 1, N + 1]."""
        return self.sums[0]

    def signs(self, rows: slice | NDArray[np.intp]) -> Doubles:
        """The SIGNS of some parts beside all others, [6, rows, N + 1]."""
        means = self.middle / np.maximum(self.voters, 1)[:, None]
        apart = np.linalg.norm(means[rows, None] - means[None], axis=2)
        side = self.width_m / np.sqrt(np.maximum(self.pixels, 1))
        apart /= np.maximum(np.minimum(side[rows, None], side[None]), 0.01)
        smaller = np.minimum(self.pixels[rows, None], self.pixels[None])
        border, groove, color, cut = self.sums[1:, rows] / np.maximum(self.sums[0, rows], 1)
        pixels = np.log(np.maximum(smaller, 1) / 20)
        return np.stack([border, np.minimum(apart, 3.0), pixels, groove, color, cut])

    def merge(self, a: int, b: int) -> None:
        """Part b becomes part of a."""
        self.sums[:, a] += self.sums[:, b]
        self.sums[:, :, a] += self.sums[:, :, b]
        self.sums[:, b] = self.sums[:, :, b] = self.sums[:, a, a] = 0
        for of in (self.pixels, self.middle, self.voters, self.width_m):
            of[a] += of[b]
            of[b] = 0


def things_in(
    out: Floats, form: Form, joins: Joins | None = None, cut: Ids | None = None, parts: bool = True
) -> Ids:
    """One number a thing, int32 [H, W], 0 for the table.

    out [5, H, W]: what the network says of each pixel of `form`: logits of being raised and of being a
    border, and the way to its thing's middle (right, ahead, up) in VOTE_M. cut [H, W]: regions by
    shape, 0 for none; parts: what they part is in parts at first.
    """
    return joined(parts_in(out, form, cut, parts), joins or Joins())


def parts_in(out: Floats, form: Form, cut: Ids | None = None, parts: bool = True) -> Graph:
    """The parts before any are put together: where neither a border nor a cut goes through."""
    border = 1 / (1 + np.exp(-np.clip(out[1], -30, 30)))
    some = (out[0] > 0) | (form.known & (form.points[2] > _HIGH_M))
    if cut is not None:
        some |= cut > 0
    ids = seeds(some, border)
    if cut is not None and parts:
        ids = _both(ids, cut)
    return graph_of(ids, border, out[2:] * np.float32(VOTE_M), form, cut)


def seeds(some: NDArray[np.bool_], border: Floats) -> Ids:
    """Parts of `some` that no border goes through, grown over all of it; numbered from 1."""
    core = (some & (border < _INSIDE)).astype(np.uint8)
    count, ids, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4, ltype=cv2.CV_32S)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    order = np.argsort(-areas, kind="stable")
    kept = order[areas[order] >= _SEED_PX][:_MOST]
    table = np.zeros(count, np.int32)
    table[kept] = np.arange(1, len(kept) + 1)
    return grown(np.asarray(table[ids], np.int32), some, _REACH_PX)


def grown(ids: Ids, some: NDArray[np.bool_], reach_px: float) -> Ids:
    """Ids of the nearest region for pixels of `some` that are in none."""
    if not ids.any():
        return ids
    far, nearest = cv2.distanceTransformWithLabels(
        (ids == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    owner = np.zeros(int(nearest.max()) + 1, np.int32)
    inside = ids > 0
    owner[nearest[inside]] = ids[inside]
    take = some & ~inside & (far <= reach_px)
    return np.asarray(np.where(take, owner[nearest], ids), np.int32)


def _both(ids: Ids, cut: Ids) -> Ids:
    """Parts that are one in both; slivers go to what is beside them."""
    pair = ids.astype(np.int64) * (int(cut.max(initial=0)) + 1) + cut
    values, counts = np.unique(pair[ids > 0], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    kept = values[order][counts[order] >= _SEED_PX][:_MOST]
    place = np.searchsorted(np.sort(kept), pair)
    there = (ids > 0) & np.isin(pair, kept)
    return grown(np.where(there, place + 1, 0).astype(np.int32), ids > 0, _REACH_PX)


def snapped(told: NDArray[np.uint16], cut: Ids) -> NDArray[np.uint16]:
    """Numbers of things [H, W] with the edges that shape cuts at all pixels: a region that is almost
    all one thing's is that thing's, and what is in no region is nothing."""
    size, wide = int(cut.max(initial=0)) + 1, int(told.max(initial=0)) + 1
    pair = cut.ravel().astype(np.int64) * wide + told.ravel()
    table = np.bincount(pair, minlength=size * wide).reshape(size, wide)
    table[:, 0] = 0
    best = table.argmax(axis=1)
    whole = table.max(axis=1) > _ALMOST * np.maximum(np.bincount(cut.ravel(), minlength=size), 1)
    whole[0] = False
    out = np.where(whole[cut], best[cut], told)
    return np.where(cut > 0, out, 0).astype(np.uint16)


def graph_of(ids: Ids, border: Floats, votes: Floats, form: Form, cut: Ids | None = None) -> Graph:
    """What lies between parts. votes [3, H, W]: from each pixel to its thing's middle, metres."""
    size = int(ids.max(initial=0)) + 1
    flat = ids.ravel()
    known = form.known.ravel().astype(np.float64)

    def total(of: Floats | Doubles) -> Doubles:
        return np.bincount(flat, weights=of.ravel(), minlength=size).astype(np.float64)

    pixels, voters = total(np.ones(flat.shape)), total(known)
    width = total(form.planes[-1] * np.float32(PIXEL_M))
    middle = np.stack([total(m.ravel() * known) for m in form.points + votes], axis=1)
    for of in (pixels, width, voters):
        of[0] = 0
    groove = np.asarray(cv2.dilate(np.ascontiguousarray(form.planes[5]), np.ones((3, 3), np.uint8)))
    color = np.stack([cv2.blur(np.ascontiguousarray(c), (3, 3)) for c in form.planes[8:11]])
    sums = np.zeros((5, size, size))
    for axis in (0, 1):
        own = np.moveaxis(ids, axis, 0)
        along, across = np.nonzero((own[:-1] != own[1:]) & (own[:-1] > 0) & (own[1:] > 0))
        pair = own[along, across].astype(np.int64) * size + own[along + 1, across]
        b, g = np.moveaxis(border, axis, 0), np.moveaxis(groove, axis, 0)
        c = np.moveaxis(color, axis + 1, 1)
        low = np.maximum(along - _ASIDE_PX, 0)
        high = np.minimum(along + 1 + _ASIDE_PX, len(own) - 1)
        steps = [
            None,
            (b[along, across] + b[along + 1, across]) / 2,
            np.maximum(g[along, across], g[along + 1, across]),
            np.abs(c[:, low, across] - c[:, high, across]).mean(axis=0) * 4,
        ]
        if cut is not None:
            k = np.moveaxis(cut, axis, 0)
            p, q = k[along, across], k[along + 1, across]
            steps.append(((p != q) & (p > 0) & (q > 0)).astype(np.float64))
        for i, weight in enumerate(steps):
            counted = np.bincount(pair, weights=weight, minlength=size * size)
            sums[i] += counted.reshape(size, size)
    return Graph(ids, pixels, middle, voters, width, sums + np.swapaxes(sums, 1, 2))


def joined(graph: Graph, joins: Joins) -> Ids:
    """Parts put together, the least apart first, until all that are left are apart."""
    parent = np.arange(len(graph.pixels))
    weights = np.array(joins.weights)
    score = np.tensordot(weights, graph.signs(slice(None)), 1)
    score[graph.length < 1] = math.inf
    for _ in range(len(parent)):
        a, b = (int(k) for k in np.unravel_index(int(score.argmin()), score.shape))
        if score[a, b] > joins.apart:
            break
        graph.merge(a, b)
        parent[parent == b] = a
        row = np.tensordot(weights, graph.signs(np.array([a])), 1)[0]
        row[graph.length[a] < 1] = math.inf
        score[a] = score[:, a] = row
        score[b] = score[:, b] = math.inf
    roots = np.unique(parent[1:])
    table = np.zeros(len(parent), np.int32)
    table[roots] = np.arange(1, len(roots) + 1)
    return np.asarray(table[parent][graph.ids], np.int32)
