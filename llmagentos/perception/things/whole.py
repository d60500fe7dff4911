"""The known kind that a whole region has the shape of, whatever is printed on it.

Knows: outlines and heights of kinds. Does not know: colours, other regions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmagentos.objects.kinds import traits
from llmagentos.perception.maps.outlines import Outline, of_level_top, outline
from llmagentos.perception.maps.segment import Maps, Piece
from llmagentos.perception.maps.values import quantile
from llmagentos.perception.things.household import mug_of
from llmagentos.perception.things.kinds import Guess, guess_kind
from llmagentos.perception.things.lying import find_lying
from llmagentos.perception.things.profile import is_dome, rim_of

#: A vessel is at least this wide, metres; its height may differ from its kind's by this share.
_VESSEL_M, _VESSEL_OFF = 0.045, 0.4
#: How far the base of others may be from what they stand on, metres.
_CAN_M, _BALL_M, _BLOCK_M = 0.014, 0.007, 0.005
#: How well an outline has to fill its circle or square, and how level a top is: this share of it
#: within so much, metres.
_FILL, _ASPECT, _LEVEL, _LEVEL_M = 0.9, 1.12, 0.7, 0.005


@dataclass(frozen=True)
class Whole:
    """A kind, the outline that it was read from, and its yaw; color: where the kind decides it."""

    guess: Guess
    shape: Outline
    yaw: float
    color: str = ""


def whole_kind(piece: Piece, maps: Maps, supports: Sequence[float]) -> Whole | None:
    """What a whole region is; None where its shape is that of no known kind.

    supports: heights that it may stand on, metres.
    """
    shape = outline(piece.hull, maps.grid)
    rim_z, hollow = rim_of(piece, maps)
    if hollow and shape.size_m > _VESSEL_M:
        mug = mug_of(piece, maps)
        if mug is not None:
            held = Guess(mug.kind, mug.size_m, mug.height_m, mug.base_z, 0.0)
            return Whole(held, shape, mug.yaw)
        guess = guess_kind(shape, "hollow", rim_z, supports)
        fits = guess is not None and guess.misfit_m < _VESSEL_OFF * guess.height_m
        if guess is None or not fits or shape.fill < _FILL or shape.aspect > _ASPECT:
            return None
        return _standing(guess, shape, rim_z, supports)
    heights = piece.values(maps.height)
    if is_dome(piece, shape, maps):
        guess = guess_kind(shape, "dome", quantile(heights, 0.97), supports)
        return Whole(guess, shape, 0.0) if guess and guess.misfit_m < _BALL_M else None
    lying = find_lying(piece, shape, maps, list(supports), [])
    if lying is not None and lying.guess.misfit_m < _CAN_M:
        return Whole(lying.guess, shape, lying.yaw)
    return _level(piece, of_level_top(shape, maps.grid), maps, supports)


def _level(piece: Piece, shape: Outline, maps: Maps, supports: Sequence[float]) -> Whole | None:
    heights = piece.values(maps.height)
    top = quantile(heights, 0.8)
    level = float(np.mean(np.abs(heights - top) < _LEVEL_M))
    if shape.fill < _FILL or shape.aspect > _ASPECT or level < _LEVEL:
        return None
    guess = guess_kind(shape, "flat", top, supports)
    if guess is None or guess.misfit_m > (_CAN_M if shape.is_round else _BLOCK_M):
        return None
    return _standing(guess, shape, top, supports)


def _standing(guess: Guess, shape: Outline, top_z: float, supports: Sequence[float]) -> Whole:
    """With its base on the support nearest to where its kind has it, as high as it was measured."""
    base = min(supports, key=lambda z: abs(z - guess.base_z))
    stands = Guess(guess.kind, guess.size_m, top_z - base, base, guess.misfit_m)
    turned = 0.0 if shape.is_round or traits(guess.kind).is_round else shape.yaw
    return Whole(stands, shape, turned)
