"""What oracles are made of: moving the tip somewhere, closing and opening, step by step.

Knows: an environment's actions. Does not know: any task.

An oracle is a generator: each `next` looks at the world as it is and gives one action.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from llmagentos.types import Vec3
from sim.envs.base import BLOCK_M, ArmEnv, Array
from sim.envs.tip import TURN_RAD

#: Room around a block between the fingers, how high above things hands go, at least and where
#: nothing is known; metres at scale 1.
_AROUND_M, _ABOVE_M, _OVER_M = 0.03, 0.08, 0.12

Place = Vec3 | Callable[[], Vec3]


def action(
    env: ArmEnv, move: tuple[float, float, float], turn: float = 0.0, grip: float = 1.0
) -> Array:
    """An action of that environment from its parts, cut to [-1, 1]."""
    parts = [*move, *([turn] if env.turns else []), *([grip] if env.grips else [])]
    return np.clip(np.array(parts, np.float32), -1, 1)


def toward(
    env: ArmEnv, place: Vec3, yaw: float = 0.0, grip: float = 1.0, speed: float = 1.0
) -> Array:
    """One step towards a place for the tip: straight, at most `speed` of the longest step."""
    way = [(p - q) / env.tip.step_m for p, q in zip(place, env.tip.position, strict=True)]
    longest = max(max(map(abs, way)) / speed, 1.0)
    turn = max(-1.0, min(1.0, (yaw - env.tip.yaw) / TURN_RAD))
    return action(env, (way[0] / longest, way[1] / longest, way[2] / longest), turn, grip)


def go(
    env: ArmEnv,
    place: Place,
    yaw: float = 0.0,
    grip: float = 1.0,
    *,
    near_m: float = 0.004,
    speed: float = 1.0,
    most: int = 40,
) -> Iterator[Array]:
    """Steps until the tip is at a place (which may move) and turned, or `most` of them."""
    for _ in range(most):
        goal = place() if callable(place) else place
        turned = not env.turns or abs(yaw - env.tip.yaw) < 0.02
        if turned and math.dist(env.reader.tip_position, goal) < near_m * env.scale:
            return
        yield toward(env, goal, yaw, grip, speed)


def wait(env: ArmEnv, steps: int, grip: float = 1.0) -> Iterator[Array]:
    """Steps without motion, fingers as asked."""
    for _ in range(steps):
        yield action(env, (0.0, 0.0, 0.0), 0.0, grip)


def pick(env: ArmEnv, number: int) -> Iterator[Array]:
    """Take the object of that number, a block, from above, and lift it."""
    reader, s = env.reader, env.scale
    yaw = _nearest_turn(reader.object_yaw(number))
    # One finger may be fixed: open no wider than it has to be, the block between the two.
    opening = min(env.arm.max_opening_m, (BLOCK_M + _AROUND_M) * s)
    grip = 2 * opening / env.arm.max_opening_m - 1
    aside = env.arm.middle_m(opening)
    place = reader.object_position(number)
    # The hand's y axis at this turn.
    x, y = place[0] - aside * math.sin(yaw), place[1] + aside * math.cos(yaw)
    low = max(place[2], env.tip.lower[2])
    high = max(place[2] + _ABOVE_M * s, min(_OVER_M * s, env.tip.upper[2]))
    yield from go(env, (x, y, high), yaw, grip, near_m=0.012)
    yield from go(env, (x, y, low), yaw, grip, speed=0.6)
    before = math.inf
    for _ in range(12):
        yield toward(env, env.tip.position, yaw, -1.0)
        opening = reader.opening_m()
        if before - opening < 2e-4:
            break
        before = opening
    yield from go(env, (x, y, high), yaw, -1.0, near_m=0.02)


def carry(env: ArmEnv, number: int, place: Vec3, *, over_m: float = 0.0) -> Iterator[Array]:
    """Bring a held object to a place, coming down on it; `over_m`: from how far above, scale 1."""
    yaw, s, reader = env.tip.yaw, env.scale, env.reader

    def there(above: float) -> Callable[[], Vec3]:
        def tip() -> Vec3:
            held = zip(place, env.tip.position, reader.object_position(number), strict=True)
            x, y, z = (p + t - o for p, t, o in held)
            return x, y, z + above

        return tip

    if over_m:
        yield from go(env, there(over_m * s), yaw, -1.0, near_m=0.01)
    yield from go(env, there(0.0), yaw, -1.0, near_m=0.004, speed=0.6, most=25)


def let_go(env: ArmEnv, up_m: float = _ABOVE_M) -> Iterator[Array]:
    """Open the fingers and go up."""
    x, y, z = env.tip.position
    yaw = env.tip.yaw
    opening = min(env.arm.max_opening_m, (BLOCK_M + _AROUND_M) * env.scale)
    grip = 2 * opening / env.arm.max_opening_m - 1
    for _ in range(8):
        yield toward(env, (x, y, z), yaw, grip)
        if env.reader.opening_m() > opening - 0.006 * env.scale:
            break
    yield from go(env, (x, y, z + up_m * env.scale), yaw, grip, near_m=0.02)


def _nearest_turn(yaw: float) -> float:
    """A block looks the same after a quarter turn: the turn nearest to none, rad."""
    quarter = math.pi / 2
    return yaw - quarter * round(yaw / quarter)
