"""Driving along a wall, by the scan alone.

Knows: a straight piece of wall beside the base, and how to keep beside it. Does not know: maps, goals.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from llmagentos.navigation.frame import Points
from llmagentos.ports.driving import Velocity
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec

Side = Literal["left", "right"]
#: Between body and wall, metres; so far away one is looked for; what has to be free ahead.
KEEP_M, SEEN_M, _AHEAD_M = 0.25, 1.5, 0.35
#: How hard the distance and the angle steer: rad/s a metre, rad/s a rad.
_BY_DISTANCE, _BY_ANGLE = 1.2, 1.8


def nearest_side(points: Points) -> Side | None:
    """On which side something is nearer; None where nothing is within reach. points: frame "base"."""
    left, right = beside_m(points, "left"), beside_m(points, "right")
    if min(left, right) > SEEN_M:
        return None
    return "left" if left <= right else "right"


def beside_m(points: Points, side: Side) -> float:
    """How far it is from the axle's middle to what stands beside it; infinite where nothing does."""
    found = _beside(points, side, 0.5)
    return float(np.median(np.sort(found[:, 1])[:5])) if len(found) else math.inf


def along(points: Points, side: Side, spec: BaseSpec, profile: BaseProfile) -> Velocity | None:
    """The velocity that keeps the base beside the wall; it turns off before what stands ahead. None
    where the wall has ended."""
    sign = 1.0 if side == "left" else -1.0
    ahead = points[(points[:, 0] > 0) & (np.abs(points[:, 1]) < spec.radius_m + 0.05)]
    room = float(ahead[:, 0].min()) - spec.radius_m if len(ahead) else math.inf
    if room < _AHEAD_M:
        return Velocity(0.0, -sign * 0.5 * profile.turn_radps)
    wall = _beside(points, side, 0.8)
    if len(wall) < 4 or float(wall[:, 1].min()) > SEEN_M:
        return None
    near = wall[wall[:, 1] < wall[:, 1].min() + 0.35]
    slope, level = (
        np.polyfit(near[:, 0], near[:, 1], 1) if np.ptp(near[:, 0]) > 0.15 else (0.0, 0.0)
    )
    distance = float(level) if np.ptp(near[:, 0]) > 0.15 else float(near[:, 1].min())
    off = distance - (spec.radius_m + KEEP_M)
    turn = sign * (_BY_DISTANCE * off + _BY_ANGLE * math.atan(float(slope)))
    speed = 0.6 * profile.forward_mps * min(1.0, room / 1.2)
    most = 0.6 * profile.turn_radps
    return Velocity(speed, min(max(turn, -most), most))


def _beside(points: Points, side: Side, half_m: float) -> Points:
    """Points on one side, x along the base, y away from it, both metres."""
    flipped = points * (1.0, 1.0 if side == "left" else -1.0)
    return flipped[(np.abs(flipped[:, 0]) < half_m) & (flipped[:, 1] > 0)]
