"""Slide: give a smooth block a push so that it glides to a spot out of the arm's reach.

Knows: how smooth it is, and how far away spots are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import always, stay
from sim.envs.tasks.push import ahead, behind, is_behind, line
from sim.scene import ObjectSpec

#: Friction of the block's side of the contact, and of the table's (sim.furniture).
FRICTION, _TABLE_FRICTION = 0.05, 0.8
#: Where the block starts and where it has to go, metres at scale 1 from the work area's near edge,
#: far edge, and middle.
_FROM_M, _TO_M, _ASIDE_M = (0.08, 0.14), (0.08, 0.18), 0.20
#: How far the spot is off straight ahead of the block, metres at scale 1.
_OFF_M = 0.10
#: Slower than this is at rest, m/s at scale 1.
_REST_MPS = 0.02
#: How fast the oracle's tip comes up to the block, and how much faster than the block it is, at most,
#: in shares of the longest step; and from where on, metres at scale 1.
_FIRST, _FASTER, _NEAR_M = 0.15, 0.07, 0.045
#: Soft pads throw the block off, up to twice as fast as they hit it: the last hits are weak ones, at
#: the speed wanted only by one part in five of what is missing.
_BOUNCE = 4.0


class Slide(ArmEnv):
    """The goal is a spot beyond the box of the tip; the achieved goal is the block's and whether it
    is at rest. Actions dx, dy, dz, turn."""

    turns = True
    n_objects = 1
    goal_size = 4

    def draw(self) -> tuple[list[ObjectSpec], Sequence[float]]:
        """A block near the arm, and a spot behind the work area that it faces: so smooth a thing
        goes where its face looks."""
        area, s, rng = self.arm.workspace, self.scale, self.np_random
        middle = area.middle[1]
        x = area.x_min + s * rng.uniform(*_FROM_M)
        y = middle + s * rng.uniform(-_ASIDE_M, _ASIDE_M)
        gx = area.x_max + s * rng.uniform(*_TO_M)
        gy = y + s * rng.uniform(-_OFF_M, _OFF_M)
        yaw = math.atan2(gy - y, gx - x)
        return [self.block("red", float(x), float(y), yaw)], (gx, gy, self.block_z, 1.0)

    def begin(self) -> None:
        """The block is smooth."""
        body = self.world.bodies()[0]
        self.world.client.changeDynamics(body, -1, lateralFriction=FRICTION)

    def achieved(self) -> Sequence[float]:
        """The block's position, and 1 when it is at rest."""
        at_rest = self.reader.object_speed(0) < _REST_MPS * self.scale
        return (*self.reader.object_position(0), float(at_rest))

    def oracle(self) -> Iterator[Array]:
        """Push it along the line to the spot until it will glide the rest of the way, and stop."""
        return always(self._act)

    def _act(self) -> Array:
        goal = float(self.goal[0]), float(self.goal[1])
        s, period = self.scale, self.world.control_period_s
        along, beside, _, left = line(self, goal)
        now, longest = self.reader.object_speed(0), self.tip.step_m / period
        slowing = FRICTION * _TABLE_FRICTION * 9.81
        # Pushed for one more period at this speed, it comes to rest at the spot.
        right = math.sqrt((slowing * period) ** 2 + 2 * slowing * left) - slowing * period
        if now >= right or not is_behind(self, along - 0.01 * s, beside):
            gone = self.reader.object_position(0)[0] > self.tip.upper[0]
            moves = now > _REST_MPS * s
            return stay(self) if gone or moves else behind(self, goal, turned=True)
        hit = (right + _BOUNCE * now) / (1 + _BOUNCE)
        first = _FIRST * longest if along < -_NEAR_M * s else now
        speed = min(first + _FASTER * longest, hit, 0.9 * longest)
        return ahead(self, goal, speed * period, turned=True)
