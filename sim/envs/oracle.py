"""What oracles are made of: moving the tip somewhere, closing and opening, step by step.

Knows: an environment's actions. Does not know: any task.

An oracle is a generator: each `next` looks at the world as it is and gives one action.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from llmagentos.types import Vec3
from sim.envs.base import ArmEnv, Array
from sim.envs.tip import TURN_RAD

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
