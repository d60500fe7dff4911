"""How far a hand has to lean in its arm's plane to be somewhere: what five joints can give.

Knows: the planar two-link chain and the limits of its joints. Does not know: solving, obstacles.

A short arm with the hand straight down reaches a low, narrow ring. Leaning, it comes farther out,
closer and higher. At the places where it comes to rest the lean is the least that does it, a
function of the place alone. That has kinks where a joint comes to its limit, so that on the way
between, it is the smoothest that the joints allow.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from llmagentos.motion.structure import Plane, Turning
from llmagentos.types import Vec3

Array = NDArray[np.float64]

#: Leans are tried so far apart, then halved until they are known to within this, rad.
_STEP_RAD, _EXACT_RAD = 0.05, 1e-7
#: On the way a joint that leans for its limit's sake keeps so much more lean where it may, rad.
_SPARE_RAD = 0.02
#: On the way the hand leans at most so much more than anywhere by need, rad.
_MORE_RAD = 0.15
#: A lean begins this share of the arm's reach before it must.
_BEFORE = 0.2
#: Rounds after which the search for the smoothest leans takes what it has.
_ROUNDS = 40


class Leaning:
    """The leans of one arm.

    home, lower, upper: all joints, rad. most_rad: the hand never leans farther.
    """

    def __init__(
        self,
        turning: Turning,
        plane: Plane,
        home: Array,
        lower: Array,
        upper: Array,
        most_rad: float,
    ) -> None:
        self._turning, self._plane, self._most = turning, plane, most_rad
        bending = list(plane.joints)
        self._home = home[bending].tolist()
        self._lower, self._upper = lower[bending].tolist(), upper[bending].tolist()

    def at(self, position: Vec3) -> float | None:
        """The least lean (rad, tips outwards) with the tip at a position; None where none does."""
        out, up = self._turning.way_out(*position[:2]), position[2]
        if self._fits(out, up, 0.0):
            return 0.0
        for step in range(1, math.ceil(self._most / _STEP_RAD - 1e-9) + 1):
            for sign in (1.0, -1.0):
                lean = sign * min(step * _STEP_RAD, self._most)
                if self._fits(out, up, lean):
                    return self._least(out, up, sign * (step - 1) * _STEP_RAD, lean)
        return None

    def along(self, places: Array) -> Array | None:
        """Leans [N] (rad) for a way through places [N, 3], smooth, the least at both ends; None
        where no lean does somewhere.

        They minimise the integral of lean''^2 + (lean / l^2)^2 over the way, between the least and
        the most that the joints allow at each place.
        """
        least = [self.at((float(x), float(y), float(z))) for x, y, z in places]
        if any(lean is None for lean in least):
            return None
        leans = np.array(least, dtype=np.float64)
        way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
        if len(leans) < 4 or way[-1] < 1e-6 or not np.any(leans):
            return leans
        low, high = leans.copy(), leans.copy()
        length = _BEFORE * self._plane.far_m
        top = min(float(np.max(np.abs(leans))) + _MORE_RAD, self._most)
        near = np.minimum(np.minimum(way, way[-1] - way) / length, 1.0)
        for i in range(1, len(leans) - 1):
            spare = _SPARE_RAD * float(near[i]) ** 2
            low[i], high[i] = self._room(places[i], float(leans[i]), top, spare)
        return smoothest(way, low, high, length)

    def _room(self, place: Array, least: float, top: float, spare: float) -> tuple[float, float]:
        """Between which leans the least one may be changed, up to `top` to either side; `spare`
        more than the least where there is one."""
        out, up = self._turning.way_out(float(place[0]), float(place[1])), float(place[2])
        ends = []
        for sign in (-1.0, 1.0):
            end = least
            if least * sign >= 0:
                while sign * end < top and self._fits(out, up, end + sign * _STEP_RAD):
                    end += sign * _STEP_RAD
            ends.append(end)
        low, high = ends
        spare = min(spare, (high - low) / 2)
        return (
            (low + spare, high) if least > 0 else (low, high - spare) if least < 0 else (low, high)
        )

    def _least(self, out: float, up: float, short: float, enough: float) -> float:
        while abs(enough - short) > _EXACT_RAD:
            middle = (short + enough) / 2
            if self._fits(out, up, middle):
                enough = middle
            else:
                short = middle
        return enough

    def _fits(self, out: float, up: float, lean: float) -> bool:
        """Whether elbow and wrist allow it."""
        if not self._plane.near_m < self._plane.distance(out, up, lean) < self._plane.far_m:
            return False
        bends = self._plane.bends(out, up, lean)
        for home, bend, low, high in zip(self._home, bends, self._lower, self._upper, strict=True):
            if not low <= home + bend <= high:
                return False
        return True

    def rotation(self, position: Vec3, lean: float) -> Array:
        """3x3: turns a hand that points down into one that leans by `lean` there."""
        heading = self._turning.heading_out(*position[:2])
        # About the level axis to the right of the way out: from down to outwards.
        axis = np.array([math.sin(heading), -math.cos(heading), 0.0])
        c, s = math.cos(lean), math.sin(lean)
        cross = np.array(
            [[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]]
        )
        turn: Array = np.eye(3) + s * cross + (1 - c) * (cross @ cross)
        return turn


def smoothest(way: Array, low: Array, high: Array, length: float) -> Array:
    """Values [N] at points [N] of a way, low <= value <= high, that bend least.

    They minimise the sum of (value''^2 + (value / length^2)^2) * step: a quadratic program with
    bounds, solved by the projected Newton method (Bertsekas 1982).
    """
    steps = np.maximum(np.diff(way), 1e-4 * (way[-1] - way[0]) / len(way)) / length
    n = len(way)
    bend = np.zeros((n - 2, n))
    for i in range(n - 2):
        a, b = steps[i], steps[i + 1]
        bend[i, i : i + 3] = np.array([1 / a, -1 / a - 1 / b, 1 / b]) * np.sqrt(2 / (a + b))
    weights = np.zeros(n)
    weights[:-1] += steps / 2
    weights[1:] += steps / 2
    matrix = bend.T @ bend + np.diag(weights)
    values = np.clip(np.zeros(n), low, high)
    for _ in range(_ROUNDS):
        slope = matrix @ values
        held = ((values <= low) & (slope > 0)) | ((values >= high) & (slope < 0)) | (low == high)
        free = ~held
        step = np.zeros(n)
        step[free] = -np.linalg.solve(matrix[np.ix_(free, free)], slope[free])
        if float(np.max(np.abs(step))) < _EXACT_RAD:
            break
        values = _lower(matrix, values, step, low, high)
    return values


def _lower(matrix: Array, values: Array, step: Array, low: Array, high: Array) -> Array:
    """The first of values + step, + step / 2, ... inside the bounds that is lower by enough."""
    height, slope = float(values @ matrix @ values), matrix @ values
    for share in 0.5 ** np.arange(30):
        there: Array = np.clip(values + share * step, low, high)
        if float(there @ matrix @ there) <= height + 0.2 * float(slope @ (there - values)):
            return there
    return values
