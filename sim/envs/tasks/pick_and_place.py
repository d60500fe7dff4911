"""PickAndPlace: take a block and hold it at a point, on the table or in the air.

Knows: where such points are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, bring, holds, take
from sim.scene import ObjectSpec

#: Share of goals in the air, and how high they are, metres at scale 1.
_IN_AIR, _HIGHEST_M = 0.7, 0.20
_NEAREST_M = 0.08
#: How high above its point the oracle brings the block, metres at scale 1.
_OVER_M = 0.02


class PickAndPlace(ArmEnv):
    """The goal is a point, the achieved goal is the block's. Actions dx, dy, dz, fingers."""

    grips = True
    n_objects = 1

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """A block, and a point for it."""
        while True:
            (x, y), (gx, gy) = self.somewhere(), self.somewhere()
            rise = self.np_random.uniform(0.0, _HIGHEST_M) * self.scale
            if self.np_random.random() >= _IN_AIR:
                rise = 0.0
            goal = gx, gy, self.block_z + float(rise)
            if math.dist((x, y, self.block_z), goal) > _NEAREST_M * self.scale:
                return [self.block("red", x, y)], goal

    def achieved(self) -> Sequence[float]:
        """The block's position."""
        return self.reader.object_position(0)

    def oracle(self) -> Iterator[Array]:
        """Take it, bring it, hold it there; again where it slipped away."""
        return always(self._act)

    def _act(self) -> Array:
        return bring(self, 0, self.place(0), _OVER_M) if holds(self, 0) else take(self, 0)
