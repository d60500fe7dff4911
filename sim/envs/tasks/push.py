"""Push: a block across the table to a spot, without grasping it.

Knows: how far apart block and spot are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from llmagentos.types import Vec3
from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import go, toward, wait
from sim.scene import ObjectSpec

#: How far the block has to go, metres at scale 1.
_NEAREST_M, _FARTHEST_M = 0.10, 0.30
#: Where the hand comes down behind the block, and how high it goes to get there.
_BEHIND_M, _OVER_M = 0.06, 0.09
#: Farther beside the line through block and goal than this, the hand comes down anew.
_BESIDE_M = 0.014


class Push(ArmEnv):
    """The goal is a spot on the table, the achieved goal is the block's. Actions dx, dy, dz."""

    n_objects = 1

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """A block, and a spot for it."""
        while True:
            (x, y), (gx, gy) = self.somewhere(0.06), self.somewhere(0.04)
            way = math.dist((x, y), (gx, gy)) / self.scale
            if _NEAREST_M <= way <= _FARTHEST_M and not self.is_under_hand(x, y):
                return [self.block("red", x, y)], (gx, gy, self.block_z)

    def achieved(self) -> Sequence[float]:
        """The block's position."""
        return self.reader.object_position(0)

    def oracle(self) -> Iterator[Array]:
        """Come down behind the block and push it along the line to the spot, again where it
        turned away."""
        gx, gy = (float(v) for v in self.goal[:2])
        while True:
            yield from behind(self, (gx, gy))
            yield from self._push((gx, gy))
            if math.dist(self.reader.object_position(0)[:2], (gx, gy)) < _CLOSE * self.scale:
                yield from wait(self, 1)

    def _push(self, goal: tuple[float, float]) -> Iterator[Array]:
        low = self.tip.lower[2]
        while True:
            along, beside, (ux, uy), left = line(self, goal)
            if left < _CLOSE * self.scale:
                return
            if along > 0 or abs(beside) > _BESIDE_M * self.scale:
                return
            ahead = min(left, 0.022 * self.scale)
            x, y, _ = self.reader.tip_position
            # Steer back onto the line: its left-hand side is (-uy, ux).
            yield toward(self, (x + ahead * ux + beside * uy, y + ahead * uy - beside * ux, low))


#: A block this near is there, metres at scale 1.
_CLOSE = 0.015


def line(env: ArmEnv, goal: tuple[float, float]) -> tuple[float, float, tuple[float, float], float]:
    """The tip against the line from the block to its goal: how far ahead of the block, how far to
    the line's left, the line's direction, and how far the block has to go; metres."""
    bx, by, _ = env.reader.object_position(0)
    x, y, _ = env.reader.tip_position
    left = math.dist((bx, by), goal)
    ux, uy = ((goal[0] - bx) / left, (goal[1] - by) / left) if left > 1e-9 else (1.0, 0.0)
    dx, dy = x - bx, y - by
    return dx * ux + dy * uy, dy * ux - dx * uy, (ux, uy), left


def behind(env: ArmEnv, goal: tuple[float, float], turned: bool = False) -> Iterator[Array]:
    """Up, over, and down behind the block as seen from its goal; turned: facing the goal."""
    s, low = env.scale, env.tip.lower[2]
    *_, (ux, uy), _ = line(env, goal)
    yaw = math.atan2(uy, ux) if turned else 0.0

    def spot(z: float) -> Vec3:
        bx, by, _ = env.reader.object_position(0)
        return bx - _BEHIND_M * s * ux, by - _BEHIND_M * s * uy, z

    x, y, z = env.tip.position
    if z < 0.9 * _OVER_M * s:
        yield from go(env, (x, y, _OVER_M * s), yaw, near_m=0.02)
    yield from go(env, spot(_OVER_M * s), yaw, near_m=0.01)
    yield from go(env, spot(low), yaw, near_m=0.008)
