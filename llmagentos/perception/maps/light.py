"""How bright and of what tint the light is, told by the things that stand in it.

Knows: how the fourteen colours look on level tops under the calibration light, how far light is
likely off. Does not know: tables whose look is known (table.py: they are the better reference).

One thing's colour never tells the light: a gray one in bright light looks like a white one in dim
light. Several do: lights are the likelier the more of them are colours that things have (as in Finlayson,
Hordley and Hubel 2001, with the paints instead of all surfaces). Tops that are none of
these colours under any light count little, so they pull little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from llmagentos.objects.colors import TABLE
from llmagentos.perception.maps.rectify import BoolMap, TopDown

#: What is higher is a thing, and level where it varies by less over a block of so many cells, metres.
_RAISED_M, _LEVEL_M, _BLOCK = 0.008, 0.003, 5
#: So much of a block is raised.
_FILLED = 0.9
#: A block's cells are of one colour within this, grey levels; colours nearer than that are one.
_ONE_COLOR, _SAME = 14.0, 14.0
#: No more colours than this are asked.
_MAX_SAMPLES = 24
#: Brightness is off by this, as a share of itself, and single channels by that (one deviation); the light
#: is looked for within so many deviations.
_BRIGHT_SD, _TINT_SD, _WITHIN = 0.16, 0.05, 2.6
_STEPS = 17
#: How far a top's colour is from its paint: a share of it, and grey levels; how much a colour counts
#: that is none of the paints.
_SHARE, _LEVELS, _OTHER = 0.07, 7.0, 0.1
#: A channel as bright as this may have been brighter.
_FULL = 250.0

Color = NDArray[np.float64]
Gain = NDArray[np.float64]

_PAINTS = 255.0 * np.array([color.paint for color in TABLE.values()])


def light_gain(tops: Color) -> Gain:
    """Factors of red, green and blue by which the light is brighter than the calibration light, [3],
    as what stands on the table (level_tops) has it: the mean of all lights by how likely each is,
    which stays near 1 where little is told."""
    if not len(tops):
        return np.ones(3)
    bright = np.linspace(-_WITHIN, _WITHIN, _STEPS) * _BRIGHT_SD
    tint = np.linspace(-_WITHIN, _WITHIN, 5) * _TINT_SD
    b, red, blue = np.array(np.meshgrid(bright, tint, tint)).reshape(3, -1)
    logs = np.stack([b + red, b, b + blue], axis=1)
    prior = np.square(b / _BRIGHT_SD) + np.square(red / _TINT_SD) + np.square(blue / _TINT_SD)
    score = likelihood(tops, np.exp(logs)) - 0.5 * prior
    share = np.exp(score - score.max())
    return np.exp(share @ logs / share.sum())


def likelihood(tops: Color, gain: Gain) -> NDArray[np.float64]:
    """How well lights explain level tops: logarithms, [M] of gains [M, 3]; without a prior."""
    expected = np.minimum(gain[:, None, None] * _PAINTS, 255.0)
    off = (tops[None, :, None] - expected) / (_SHARE * expected + _LEVELS)
    off = np.where((tops[None, :, None] >= _FULL) & (expected >= _FULL), 0.0, off)
    like = np.exp(-0.5 * np.square(off).sum(axis=-1)).sum(axis=-1)
    return np.asarray(np.log(like + _OTHER).sum(axis=1), np.float64)


def level_tops(top: TopDown, rgb: NDArray[np.uint8]) -> Color:
    """Colours of level tops that differ from each other, [N, 3], brightest first; rgb: the colours
    of `top`, evenly lit."""
    raised: BoolMap = (top.height > _RAISED_M) & top.seen & ~top.robot
    rows, cols = (n // _BLOCK * _BLOCK for n in raised.shape)
    shape = (rows // _BLOCK, _BLOCK, cols // _BLOCK, _BLOCK)

    def blocks(values: NDArray[np.generic]) -> NDArray[np.generic]:
        cut = values[:rows, :cols].reshape(*shape, *values.shape[2:])
        return cut.swapaxes(1, 2).reshape(shape[0] * shape[2], _BLOCK * _BLOCK, *values.shape[2:])

    whole = blocks(raised).mean(axis=1) > _FILLED
    height = blocks(top.height)[whole]
    colors = blocks(rgb)[whole].astype(np.float32)
    if not len(colors):
        return np.zeros((0, 3))
    level = height.std(axis=1) < _LEVEL_M
    plain = colors.std(axis=1).max(axis=1) < _ONE_COLOR
    found = np.median(colors[level & plain], axis=1)
    kept: list[NDArray[np.float64]] = []
    while len(found) and len(kept) < _MAX_SAMPLES:
        # The brightest first: a top that is partly in shade is one with its lit part.
        first = found[np.argmax(found.sum(axis=1))]
        near = np.abs(found - first).max(axis=1) < _SAME
        kept.append(np.median(found[near], axis=0).astype(np.float64))
        found = found[~near]
    return np.array(kept)
