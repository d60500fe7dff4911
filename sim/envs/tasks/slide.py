"""Slide: give a smooth block a push so that it glides to a spot out of the arm's reach.

Knows: how smooth it is, and how far away spots are. Does not know: how an arm moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.envs.base import ArmEnv, Array
from sim.envs.oracle import action, toward, wait
from sim.envs.tasks.push import behind, line
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
#: The oracle's speed when it meets the block, and how much faster it gets each step, in shares of the
#: longest step.
_FIRST, _FASTER = 0.06, 0.07
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
        goal = float(self.goal[0]), float(self.goal[1])
        while True:
            yield from behind(self, goal, turned=True)
            yield from self._push(goal)
            while self.reader.object_speed(0) > _REST_MPS * self.scale:
                yield action(self, (0.0, 0.0, 0.0))
            if self.reader.object_position(0)[0] > self.tip.upper[0]:
                break
        while True:
            yield from wait(self, 1)

    def _push(self, goal: tuple[float, float]) -> Iterator[Array]:
        low, s, period = self.tip.lower[2], self.scale, self.world.control_period_s
        slowing = FRICTION * _TABLE_FRICTION * 9.81
        longest = self.tip.step_m / period
        speed = _FIRST * longest
        while True:
            along, beside, (ux, uy), left = line(self, goal)
            now = self.reader.object_speed(0)
            if now**2 / (2 * slowing) >= left or along > 0.01 * s:
                return
            # Pushed for one more period at this speed, it comes to rest at the spot.
            right = math.sqrt((slowing * period) ** 2 + 2 * slowing * left) - slowing * period
            if right < now:
                return
            hit = (right + _BOUNCE * now) / (1 + _BOUNCE)
            speed = min(speed + _FASTER * longest, hit, 0.9 * longest)
            ahead = speed * period
            x, y, _ = self.tip.position
            spot = x + ahead * ux + beside * uy, y + ahead * uy - beside * ux, low
            yield toward(self, spot, math.atan2(uy, ux))
