"""Reach: bring the tip to a point in the air.

Knows: where such points are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, toward
from sim.scene import ObjectSpec

#: How high goals are, metres at scale 1.
_LOW_M, _HIGH_M = 0.03, 0.25


class Reach(ArmEnv):
    """The goal is a point, the achieved goal is the tip; fingers closed. Actions dx, dy, dz."""

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """No objects, and a point that the tip is not at yet."""
        start = self.tip.start
        while True:
            x, y = self.somewhere(0.02)
            z = float(self.np_random.uniform(_LOW_M, _HIGH_M)) * self.scale
            goal = x, y, max(z, self.tip.lower[2])
            if math.dist(goal, start) > 2 * self.near_m * self.scale:
                return [], goal

    def achieved(self) -> Sequence[float]:
        """The tip's position."""
        return self.reader.tip_position

    def oracle(self) -> Iterator[Array]:
        """Straight to it."""
        x, y, z = (float(v) for v in self.goal)
        return always(lambda: toward(self, (x, y, z)))
