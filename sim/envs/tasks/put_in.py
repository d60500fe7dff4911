"""PutIn: put a block into a box, and let go.

Knows: where block and box stand. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, put
from sim.scene import ObjectSpec

#: The box's edge; block and box are this far from each other; metres at scale 1.
_BOX_M, _APART_M = 0.13, 0.16
#: How far a block may be turned, rad.
_TURNED_RAD = math.pi / 4


class PutIn(ArmEnv):
    """The goal is a place inside the box and the box's own; the achieved goal is where both are,
    and whether the block is let go. Actions dx, dy, dz, turn, fingers."""

    turns = True
    grips = True
    n_objects = 2
    goal_size = 7
    near_m = 0.045

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """A turned block, and a box apart from it."""
        while True:
            (x, y), (bx, by) = self.somewhere(), self.somewhere(0.09)
            if math.dist((x, y), (bx, by)) > _APART_M * self.scale:
                break
        yaw = float(self.np_random.uniform(-_TURNED_RAD, _TURNED_RAD))
        size = round(_BOX_M * self.scale, 6)
        box = ObjectSpec(kind="box", color="gray", size=size, position=(bx, by))
        inside = box.geometry.floor_m + self.block_z
        return [self.block("red", x, y, yaw), box], (bx, by, inside, *box.xyz, 1.0)

    def achieved(self) -> Sequence[float]:
        """Where block and box are, and 1 when the arm does not touch the block."""
        reader = self.reader
        free = float(not reader.touched(0))
        return (*reader.object_position(0), *reader.object_position(1), free)

    def oracle(self) -> Iterator[Array]:
        """Take the block, over the box, a little into it, and let go."""
        return always(self._act)

    def _act(self) -> Array:
        rim = 2 * float(self.goal[5])
        return put(self, (0,), over_m=0.05, drop_m=rim + self.block_z - self.place(0)[2])
