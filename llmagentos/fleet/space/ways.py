"""A base's way as claims: where it is when.

Knows: points, a speed, a radius. Does not know: maps, or how the way was found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from llmagentos.errors import FleetError
from llmagentos.fleet.space.reservations import Part
from llmagentos.fleet.space.volumes import Capsule

#: A claim is cut into pieces of this length, so that who follows need not wait for the whole way.
_PIECE_M = 0.5


def way_parts(
    points: Sequence[tuple[float, float]],
    radius_m: float,
    speed_mps: float,
    slack_s: float = 0.5,
    stays_s: float = 0.0,
    fastest_mps: float | None = None,
    turn_radps: float = math.inf,
    yaw_rad: float | None = None,
) -> list[Part]:
    """Capsules along a way (x, y, metres), each for as long as a disc of that radius touches it, counted
    from when it starts, which is when they are granted.

    speed_mps: as slow as it may be; slack_s: how much too early or late it may be anywhere; stays_s: how
    long it stands at the end (infinity: until it is released). fastest_mps: as fast as it may be, as slow as it
    may be unless said; turn_radps: how fast it turns at corners, and from yaw_rad at the start. Raises
    FleetError for a way of no point or a speed that is none.
    """
    if not points or not speed_mps > 0 or not radius_m > 0 or slack_s < 0:
        raise FleetError(
            f"expected a way with points, speed and radius above 0 and slack from 0 on, got "
            f"{len(points)} points, {speed_mps}, {radius_m} and {slack_s}"
        )
    fastest = fastest_mps or speed_mps
    parts, at_s, soonest_s, looks = [], 0.0, 0.0, yaw_rad
    for a, b in pairwise(points):
        long = math.dist(a, b)
        heading = math.atan2(b[1] - a[1], b[0] - a[0])
        turn = 0.0 if looks is None else abs(math.remainder(heading - looks, math.tau))
        turns_s, looks = turn / turn_radps, heading
        count = max(1, math.ceil(long / _PIECE_M))
        marks = [(a[0] + (b[0] - a[0]) * k / count, a[1] + (b[1] - a[1]) * k / count)
                 for k in range(count + 1)]  # fmt: skip
        for p, q in pairwise(marks):
            takes_s = turns_s + long / count / speed_mps
            window = (soonest_s - slack_s, at_s + takes_s + slack_s)
            parts.append(Part(_disc(p, q, radius_m), *window))
            at_s, turns_s = at_s + takes_s, 0.0
            soonest_s += long / count / fastest
    end = points[-1]
    parts.append(
        Part(_disc(end, end, radius_m), soonest_s - slack_s, at_s + slack_s + max(stays_s, 1e-3))
    )
    return parts


def _disc(p: tuple[float, float], q: tuple[float, float], radius_m: float) -> Capsule:
    return Capsule((*p, 0.0), (*q, 0.0), radius_m)
