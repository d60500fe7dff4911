"""What the bare table looks like: which colours it has, and how evenly it is lit.

Knows: that the table is what lies level nearly everywhere, so its colours are found all over the map,
and those of a flat thing on it in one place. Does not know: shapes, kinds.

A table that looks like the mat is the reference for light (colors.py), as the mat's colour under the
calibration light is known. On any other table the things on it tell the light (light.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.perception.maps.colors import TABLE_REFERENCE
from llmagentos.perception.maps.light import Gain, level_tops, light_gain, likelihood
from llmagentos.perception.maps.rectify import BoolMap, TopDown

Color = NDArray[np.uint8]

#: Every so many cells are looked at for the colours, and for the light.
_STRIDE, _LIGHT_STRIDE = 3, 8
#: Light is even within this, metres; and it is even enough where it varies by less than this share.
_LIGHT_M, _EVEN = 0.08, 0.05
#: Grain is this much of a dark table's light, grey levels of the three channels together.
_DARK = 30.0
#: Light is told by what has the table's hues where that is more than this share of what is level; a hue is
#: that of so many cells around, each way.
_OF_HUES, _HUE_CELLS = 0.6, 7
#: How far light is taken to vary.
_LIGHT_RANGE = (0.55, 1.7)
#: The mat is as bright as this, grey levels, of its hue within this (log of red and blue over
#: green), and of one colour within this share of its brightness.
_MAT_GREY, _MAT_HUE, _MAT_SPREAD = (45.0, 170.0), 0.24, 0.14
#: What stands on it tells this much more of another light (light.likelihood): three things' worth; on
#: the mat itself it was at most 1.2 in 100 scenes with typical and bad noise.
_CONTRADICTED = 6.0
#: Neighbouring cells of a table differ by more than this in a picture with grain, grey levels.
_GRAINY = 2.0
#: Blocks that the map is divided into; a colour is in a block with this share of what is level there.
_BLOCKS, _IN_BLOCK = (6, 8), 0.01
#: The table's colours are in this share of the blocks, and this far from end to end one way.
_COVERS, _SPANS = 0.1, 0.8
#: Bits that are dropped of Lab's channels, 8 bits each.
_DROP = (4, 3, 3)
_BINS = tuple(1 << (8 - d) for d in _DROP)


@dataclass(frozen=True)
class TableLook:
    """rgb: the colour that light is normalised by (colors.normalise). light: factors by which cells
    are brighter than most, [rows, cols]; None where it is even. own: whether a colour is the
    table's, by its bin; None for a mat in a picture without grain, where the classifier knows better.
    is_mat: whether the classifier knows this table.
    """

    rgb: NDArray[np.float64]
    light: NDArray[np.float32] | None = None
    own: NDArray[np.bool_] | None = None
    is_mat: bool = True

    def evenly_lit(self, rgb: Color) -> Color:
        """The map's colours [rows, cols, 3] as in even light."""
        if self.light is None:
            return rgb
        return np.clip(rgb / self.light[:, :, None] + 0.5, 0, 255).astype(np.uint8)

    def is_bare(self, rgb: Color) -> BoolMap | None:
        """Where evenly lit colours are the table's, [rows, cols]; None where only the classifier
        tells. Single cells follow those around them."""
        if self.own is None:
            return None
        bare = self.own[_bins(rgb)].astype(np.uint8)
        return np.asarray(cv2.medianBlur(bare, 5) > 0)


def learn_table(top: TopDown) -> TableLook:
    """The table's look, from what lies level."""
    level = top.seen & (top.height == 0) & ~top.robot
    pixels = top.rgb[::_STRIDE, ::_STRIDE][level[::_STRIDE, ::_STRIDE]]
    if len(pixels) < 50:
        return TableLook(TABLE_REFERENCE.copy())
    light = _light(top.rgb, level & _of_its_hues(top.rgb, level), top.grid.cell_m)
    look = TableLook(np.median(pixels, axis=0).astype(np.float64), light)
    rgb = look.evenly_lit(top.rgb)
    bare, tops = rgb[::_STRIDE, ::_STRIDE][level[::_STRIDE, ::_STRIDE]], level_tops(top, rgb)
    lit_by = light_gain(tops)
    if not _is_mat(bare) or _contradicted(np.median(bare, axis=0), tops, lit_by):
        reference = TABLE_REFERENCE * lit_by
        return TableLook(reference, light, _own_bins(_bins(rgb), level, True), False)
    if _grain(rgb, level) < _GRAINY:
        return look
    return replace(look, own=_own_bins(_bins(rgb), level, False))


def _of_its_hues(rgb: Color, level: BoolMap) -> BoolMap:
    """Cells whose hue is found all over what is level, [rows, cols]; all where hardly any is.

    Light makes a table brighter here than there and leaves its hue: a bright zone that lies on it in
    one place is no brighter light."""
    # Grain has hues, and so have the edges of what stands there: means of what is level.
    around = cv2.blur(
        np.where(level[..., None], rgb, 0).astype(np.float32), (_HUE_CELLS, _HUE_CELLS)
    )
    share = 255.0 * around[..., ::2] / np.maximum(around.sum(axis=2, keepdims=True), 1e-3)
    red, blue = (share[..., k].astype(np.int32) >> _DROP[1] for k in range(2))
    bins = np.asarray(red * _BINS[2] + blue, np.int32)
    own = _own_bins(bins, level, True)[bins]
    told = float(own[level].mean()) if level.any() else 0.0
    return own if told > _OF_HUES else np.ones_like(own)


def _light(rgb: Color, level: BoolMap, cell_m: float) -> NDArray[np.float32] | None:
    """How bright the table is around each cell, over that of most; None where that is even."""
    small = rgb[::_LIGHT_STRIDE, ::_LIGHT_STRIDE].astype(np.float32).sum(axis=2)
    known = level[::_LIGHT_STRIDE, ::_LIGHT_STRIDE].astype(np.float32)
    if not known.any():
        return None
    width = _LIGHT_M / cell_m / _LIGHT_STRIDE
    bright = cv2.GaussianBlur(small * known, (0, 0), width)
    weight = cv2.GaussianBlur(known, (0, 0), width)
    around = bright / np.maximum(weight, 1e-3) + _DARK
    # Of a striped cloth most is one colour, all around is a mean of two: means are compared.
    ratio = np.where(weight > 0.02, around / float(np.median(around[known > 0])), 1.0)
    low, high = np.percentile(ratio[known > 0], (2, 98))
    if high - low < _EVEN:
        return None
    ratio = np.clip(ratio, *_LIGHT_RANGE).astype(np.float32)
    size = (rgb.shape[1], rgb.shape[0])
    return np.asarray(cv2.resize(ratio, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _grain(rgb: Color, level: BoolMap) -> float:
    """How much cells beside each other differ on the table, grey levels."""
    green = rgb[::_STRIDE, :, 1].astype(np.int16)
    both = level[::_STRIDE, 1:] & level[::_STRIDE, :-1]
    steps = np.abs(np.diff(green, axis=1))[both]
    return float(steps.mean()) if len(steps) else 0.0


def _is_mat(pixels: Color) -> bool:
    median = np.maximum(np.median(pixels, axis=0), 1.0)
    hue = np.log(median[[0, 2]] / median[1])
    reference = np.log(TABLE_REFERENCE[[0, 2]] / TABLE_REFERENCE[1])
    grey = pixels.astype(np.float32).mean(axis=1)
    middle = float(np.median(grey))
    spread = 1.4826 * float(np.median(np.abs(grey - middle)))
    return (
        _MAT_GREY[0] < middle < _MAT_GREY[1]
        and float(np.abs(hue - reference).max()) < _MAT_HUE
        and spread < _MAT_SPREAD * middle
    )


def _contradicted(mat: NDArray[np.float64], tops: NDArray[np.float64], lit_by: Gain) -> bool:
    """Whether things that stand there look much likelier in another light than that which the
    table, were it the mat, would be in."""
    if len(tops) < 2:
        return False
    by_mat, best = likelihood(tops, np.array([mat / TABLE_REFERENCE, lit_by]))
    return bool(best - by_mat > _CONTRADICTED)


def _own_bins(bins_of: NDArray[np.int32], level: BoolMap, grown: bool) -> NDArray[np.bool_]:
    """By bin, whether it is found all over what is level; grown: or one beside it. bins_of: of each
    cell, [rows, cols]."""
    some = bins_of[::_STRIDE, ::_STRIDE]
    flat = level[::_STRIDE, ::_STRIDE]
    rows, cols = ((np.arange(n) * b // n) for n, b in zip(flat.shape, _BLOCKS, strict=True))
    count = _BLOCKS[0] * _BLOCKS[1]
    block = (rows[:, None] * _BLOCKS[1] + cols[None])[flat]
    bins, number = np.unique(some[flat], return_inverse=True)
    found = np.bincount(number * count + block, minlength=len(bins) * count)
    found = found.reshape(len(bins), count)
    total = found.sum(axis=0)
    there = found > np.maximum(_IN_BLOCK * total, 2)
    usable = max(int((total > 0).sum()), 1)
    grid = there.reshape(-1, *_BLOCKS)
    there_at_all = (total > 0).reshape(1, *_BLOCKS)
    spans = np.maximum(
        *(
            _span(grid.any(axis=k)) / np.maximum(_span(there_at_all.any(axis=k)), 1e-9)
            for k in (1, 2)
        )
    )
    chosen = (there.sum(axis=1) >= _COVERS * usable) & (spans >= _SPANS)
    own = np.zeros(_BINS, np.uint8)
    own.reshape(-1)[bins[chosen]] = 1
    return np.asarray((_grown(own) if grown else own).reshape(-1) > 0)


def _span(there: NDArray[np.bool_]) -> NDArray[np.float64]:
    """From the first to the last that is there, of all, [N] of [N, n]."""
    n = there.shape[1]
    first, last = there.argmax(axis=1), n - there[:, ::-1].argmax(axis=1)
    return np.where(there.any(axis=1), (last - first) / n, 0.0)


def _grown(own: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With the neighbours of each bin: grain goes a little beyond what was seen often."""
    square = np.ones((3, 3), np.uint8)
    planes = [cv2.dilate(plane, square) for plane in own]
    padded = [np.zeros_like(planes[0]), *planes, np.zeros_like(planes[0])]
    return np.stack([np.maximum.reduce(padded[k : k + 3]) for k in range(len(planes))])


def _bins(rgb: Color) -> NDArray[np.int32]:
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    a, b, c = (lab[..., k].astype(np.int32) >> _DROP[k] for k in range(3))
    return np.asarray((a * _BINS[1] + b) * _BINS[2] + c, np.int32)
