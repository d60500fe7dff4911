"""How far a hand has to lean in its arm's plane to be somewhere: what five joints can give.

Knows: the planar two-link chain and the limits of its joints. Does not know: solving, obstacles.

A short arm with the hand straight down reaches a low, narrow ring. Leaning, it comes farther out,
closer and higher. The lean is the least that does it, so it is a function of the place alone and
does not jump along a way.
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
        self._home = home[bending]
        self._lower, self._upper = lower[bending], upper[bending]

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
        reach = float(self._plane.reach(out, up, lean))
        if not self._plane.near_m < reach < self._plane.far_m:
            return False
        joints = self._home + self._plane.bends(out, up, lean)
        return bool(np.all(joints >= self._lower) and np.all(joints <= self._upper))

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
