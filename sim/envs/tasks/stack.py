"""Stack: one block to a spot on the table, another one on top of it, and let go.

Knows: where blocks and spots are. Does not know: how an arm moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.envs.base import BLOCK_M, ArmEnv, Array
from sim.envs.oracle import always, put
from sim.scene import ObjectSpec

#: Blocks and spot are this far from each other, metres at scale 1.
_APART_M = 0.11


class Stack(ArmEnv):
    """The goal is the place of each block; the achieved goal is where they are, and whether both
    are let go. Actions dx, dy, dz, fingers."""

    grips = True
    n_objects = 2
    goal_size = 7
    near_m = 0.025

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """Two blocks apart, and a spot apart from both."""
        (ax, ay), (bx, by), (x, y) = self.apart(3, _APART_M)
        low = self.block_z
        blocks = [self.block("green", ax, ay), self.block("blue", bx, by)]
        return blocks, (x, y, low, x, y, low + BLOCK_M * self.scale, 1.0)

    def achieved(self) -> Sequence[float]:
        """Where both blocks are, and 1 when the arm touches neither."""
        reader = self.reader
        held = reader.touched(0) or reader.touched(1)
        return (*reader.object_position(0), *reader.object_position(1), float(not held))

    def oracle(self) -> Iterator[Array]:
        """One after the other, the lower one first; again where one is not where it should be."""
        return always(lambda: put(self, (0, 1), over_m=0.05))
