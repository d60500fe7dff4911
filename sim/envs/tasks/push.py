"""Push: a block across the table to a spot, without grasping it.

Knows: how far apart block and spot are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, down, stay, toward
from sim.scene import ObjectSpec

#: How far the block has to go, metres at scale 1.
_NEAREST_M, _FARTHEST_M = 0.10, 0.30
#: Where the hand comes down behind the block, how high it goes to get there, and from how far behind it
#: pushes, by how much a step; metres at scale 1.
_BEHIND_M, _OVER_M, _FAR_M, _PUSH_M = 0.06, 0.08, 0.09, 0.022
#: So high above the lowest a tip pushes as it does there, and above that over so much less and less; and
#: so far behind the block it can come down.
_LOW_M, _DOWN_M, _CLEAR_M = 0.006, 0.016, 0.045
#: Farther beside the line through block and goal than this, the hand comes down anew.
_BESIDE_M = 0.014
#: A block this near is there, metres at scale 1.
_CLOSE_M = 0.015


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
        return always(self._act)

    def _act(self) -> Array:
        goal = float(self.goal[0]), float(self.goal[1])
        along, beside, _, left = line(self, goal)
        if left < _CLOSE_M * self.scale:
            return stay(self)
        if not is_behind(self, along, beside):
            return behind(self, goal)
        return ahead(self, goal, min(left, _PUSH_M * self.scale))


def line(env: ArmEnv, goal: tuple[float, float]) -> tuple[float, float, tuple[float, float], float]:
    """The tip against the line from the block to its goal: how far ahead of the block, how far to
    the line's left, the line's direction, and how far the block has to go; metres."""
    bx, by, _ = env.reader.object_position(0)
    x, y, _ = env.reader.tip_position
    left = math.dist((bx, by), goal)
    ux, uy = ((goal[0] - bx) / left, (goal[1] - by) / left) if left > 1e-9 else (1.0, 0.0)
    dx, dy = x - bx, y - by
    return dx * ux + dy * uy, dy * ux - dx * uy, (ux, uy), left


def is_behind(env: ArmEnv, along: float, beside: float) -> bool:
    """Whether the tip, so far along and beside the line, is behind the block, or over there: all
    that is missing is to go down and to push."""
    s = env.scale
    free = _high(env) < 1.5 or along < -_CLEAR_M * s
    return free and -_FAR_M * s < along <= 0 and abs(beside) <= _BESIDE_M * s


def _high(env: ArmEnv) -> float:
    """How high the tip is: from 0, at the table, it pushes less and less, and from 1 not at all."""
    return (env.reader.tip_position[2] - env.tip.lower[2] - _LOW_M * env.scale) / (
        _DOWN_M * env.scale
    )


def ahead(env: ArmEnv, goal: tuple[float, float], step_m: float, turned: bool = False) -> Array:
    """A step along the line from behind the block, down at the same time; turned: facing the goal."""
    along, beside, (ux, uy), _ = line(env, goal)
    high = min(max(_high(env), 0.0), 1.0)
    back = min(0.0, -_CLEAR_M * env.scale - along)
    step = (1 - high) * step_m + high * back
    x, y, _ = env.reader.tip_position
    # Steer back onto the line: its left-hand side is (-uy, ux).
    spot = x + step * ux + beside * uy, y + step * uy - beside * ux, env.tip.lower[2]
    return toward(env, spot, math.atan2(uy, ux) if turned else None)


def behind(env: ArmEnv, goal: tuple[float, float], turned: bool = False) -> Array:
    """Towards behind the block as seen from its goal, from above; turned: facing the goal."""
    s, (bx, by, _) = env.scale, env.reader.object_position(0)
    *_, (ux, uy), _ = line(env, goal)
    spot = bx - _BEHIND_M * s * ux, by - _BEHIND_M * s * uy, env.tip.lower[2]
    return toward(env, down(env, spot, _OVER_M), math.atan2(uy, ux) if turned else None)
