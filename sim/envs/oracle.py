"""What oracles are made of: one action for the world as it is now.

Knows: an environment's actions, and of its world what the observation shows. Does not know: any task.

Nothing here remembers a step: an action follows from tip, fingers, objects and goal alone, so that a
network can learn it, and an oracle can be asked in the middle of what somebody else does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from llmagentos.types import Vec3
from sim.envs.base import BLOCK_M, ArmEnv, Array
from sim.envs.tip import TURN_RAD

#: Room around a block between the fingers, and how high above things hands go, metres at scale 1.
_AROUND_M, _ABOVE_M = 0.03, 0.08
#: Fingers no farther apart than this beside a block's own size are closed on it; they are open where
#: no more than this is missing; metres at scale 1.
_CLOSED_M, _OPEN_M = 0.004, 0.006
#: Where a block is between the fingers, beside and along them; and how well hands are over it before
#: they close; metres at scale 1.
_BETWEEN_M, _ALONG_M, _ALIGNED_M = 0.015, 0.02, 0.008
#: A thing is over its place within this far beside and above it, metres at scale 1.
_THERE_M, _LOW_M = 0.01, 0.01
#: The way down on a place: a cone of this slope, this wide at its foot (metres at scale 1).
_SLOPE, _FOOT_M = 3.0, 0.006
#: A hand this far below its way goes up and nowhere else, metres at scale 1.
_BELOW_M = 0.025
_TURNED_RAD = 0.06


def always(act: Callable[[], Array]) -> Iterator[Array]:
    """An oracle of one function: asked anew at each step."""
    while True:
        yield act()


def action(
    env: ArmEnv, move: tuple[float, float, float], turn: float = 0.0, grip: float = 1.0
) -> Array:
    """An action of that environment from its parts, cut to [-1, 1]."""
    parts = [*move, *([turn] if env.turns else []), *([grip] if env.grips else [])]
    return np.clip(np.array(parts, np.float32), -1, 1)


def stay(env: ArmEnv, grip: float = 1.0) -> Array:
    """No motion but the fingers'."""
    return action(env, (0.0, 0.0, 0.0), 0.0, grip)


def toward(
    env: ArmEnv, place: Vec3, yaw: float | None = None, grip: float = 1.0, speed: float = 1.0
) -> Array:
    """One step towards a place for the tip: straight, at most `speed` of the longest step.

    yaw: where the hand turns to, rad; as it is without.
    """
    way = [(p - q) / env.tip.step_m for p, q in zip(place, env.reader.tip_position, strict=True)]
    longest = max(max(map(abs, way)) / speed, 1.0)
    turn = 0.0 if yaw is None else (yaw - env.reader.sent_yaw) / TURN_RAD
    return action(env, (way[0] / longest, way[1] / longest, way[2] / longest), turn, grip)


def down(env: ArmEnv, place: Vec3, over_m: float, least_m: float = 0.0) -> Vec3:
    """Where the tip goes next on its way to a place from above: along a cone, `over_m` (at scale 1)
    above the place where it is far off, `least_m` anywhere; up first where it is below its way."""
    s = env.scale
    x, y, z = env.reader.tip_position
    dx, dy = place[0] - x, place[1] - y
    rise = min(over_m * s, max(_SLOPE * (math.hypot(dx, dy) - _FOOT_M * s), least_m * s, 0.0))
    share = min(1.0, max(0.0, 1 - (place[2] + rise - z) / (_BELOW_M * s)))
    return x + share * dx, y + share * dy, place[2] + rise


def aside(env: ArmEnv, number: int) -> Vec3:
    """From the middle between the fingers to an object, metres."""
    reader = env.reader
    # One finger may be fixed: the middle goes away from it as they open, along the hand's y axis.
    off, yaw = env.arm.middle_m(reader.opening_m()), reader.hand_yaw
    x, y, z = (
        o - t for o, t in zip(reader.object_position(number), reader.tip_position, strict=True)
    )
    return x - off * math.sin(yaw), y + off * math.cos(yaw), z


def holds(env: ArmEnv, number: int) -> bool:
    """Whether fingers are closed on that block."""
    closed = env.reader.opening_m() < (BLOCK_M + _CLOSED_M) * env.scale
    return closed and _is_between(env, number)


def _is_between(env: ArmEnv, number: int) -> bool:
    x, y, z = aside(env, number)
    return math.hypot(x, y) < _BETWEEN_M * env.scale and abs(z) < _ALONG_M * env.scale


def _opened(env: ArmEnv) -> tuple[float, float]:
    """How wide fingers open for a block, metres, and the action for it. One finger may be fixed: no
    wider than it has to be."""
    opening = min(env.arm.max_opening_m, (BLOCK_M + _AROUND_M) * env.scale)
    return opening, 2 * opening / env.arm.max_opening_m - 1


def _is_open(env: ArmEnv) -> bool:
    return env.reader.opening_m() > _opened(env)[0] - _OPEN_M * env.scale


def take(env: ArmEnv, number: int) -> Array:
    """Towards taking that block from above: over it, down, and fingers closed."""
    reader, s = env.reader, env.scale
    opening, grip = _opened(env)
    yaw = nearest_turn(reader.object_yaw(number)) if env.turns else reader.hand_yaw
    x, y, z = aside(env, number)
    tx, ty, tz = reader.tip_position
    low = max(tz + z, env.tip.lower[2])
    # The farther they are closed, the less a hand that has been moved by them opens again.
    closed = 1 - (reader.opening_m() - BLOCK_M * s) / (opening - BLOCK_M * s)
    near = (_ALIGNED_M + (_BETWEEN_M - _ALIGNED_M) * min(max(closed, 0.0), 1.0)) * s
    turned = abs(yaw - reader.hand_yaw) < _TURNED_RAD
    if turned and math.hypot(x, y) < near and abs(tz - low) < near:
        return stay(env, -1.0)
    least = 0.0 if _is_open(env) and turned else 0.05
    way = down(env, (tx + x, ty + y, low), _ABOVE_M, least)
    return toward(env, way, yaw, grip)


def bring(env: ArmEnv, number: int, place: Vec3, over_m: float) -> Array:
    """Towards bringing a held object to a place, coming down on it from `over_m` above (scale 1);
    the hand turns back on the way."""
    held = zip(place, env.reader.tip_position, env.reader.object_position(number), strict=True)
    x, y, z = (p + t - o for p, t, o in held)
    return toward(env, down(env, (x, y, z), over_m), 0.0, -1.0)


def put(env: ArmEnv, numbers: Sequence[int], over_m: float, drop_m: float = 0.0) -> Array:
    """Towards having those blocks at their places and let go, one after the other; again where one
    is not where it should be. drop_m: how high above its place a block is let go, metres."""
    s, reader = env.scale, env.reader
    grip = _opened(env)[1]
    for number in numbers:
        x, y, z = env.place(number)
        if holds(env, number):
            bx, by, bz = reader.object_position(number)
            if math.hypot(bx - x, by - y) < _THERE_M * s and bz - z - drop_m < _LOW_M * s:
                return stay(env, grip)
            return bring(env, number, (x, y, z + drop_m), over_m)
        if env.is_placed(number) and _is_between(env, number) and not _is_open(env):
            return stay(env, grip)
    for number in numbers:
        if not env.is_placed(number):
            return take(env, number)
    x, y, _ = reader.tip_position
    return toward(env, (x, y, env.tip.start[2]), None, grip)


def nearest_turn(yaw: float) -> float:
    """A block looks the same after a quarter turn: the turn nearest to none, rad."""
    quarter = math.pi / 2
    return yaw - quarter * round(yaw / quarter)
