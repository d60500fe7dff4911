# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The way to rest that every trajectory message ends with, and the way on from there.

Knows: joint positions, rates, the arm's limits. Does not know: messages, clocks, who follows.

Whoever streams points may die between two messages. A controller stops hard at the last point it
has; so the last points of every message brake, and the next message replaces them in time. A
stream that was only late finds the arm at rest, beyond where it left the path: it goes back there,
and then gathers speed along the path.
"""

from __future__ import annotations

from collections.abc import Sequence
import math

from llmagentos.robots import ArmSpec

#: Slower than this is rest: stopping at once is no jolt.
REST_RADPS = 0.05
#: From rest to the path's own speed, seconds: twice what the joints' limits take.
GATHER_S = 0.6
#: The way back takes this share of the accelerations that the arm may have.
_BACK_SHARE = 0.5
_EPS_S = 1e-9


def braking_points(
    last: Sequence[float], velocity: Sequence[float], spec: ArmSpec, step_s: float
) -> list[tuple[float, tuple[float, ...]]]:
    """
    Points (seconds after the last one, joint positions in rad) from motion to rest.

    All joints slow down evenly and in step, so that the direction stays, within the range and what
    the arm can brake with a load in its hand: harder, a light wrist swings over and rests later.
    Empty when the arm is at rest.
    """
    speeds = [
        max(-bound, min(bound, v))
        for v, bound in zip(velocity, spec.max_velocity_radps, strict=True)
    ]
    if max(map(abs, speeds)) < REST_RADPS:
        return []
    limits = zip(speeds, spec.max_acceleration_radps2, spec.load_acceleration, strict=True)
    duration_s = max(abs(v) / (bound * share) for v, bound, share in limits)
    out, after_s = [], 0.0
    while after_s < duration_s - _EPS_S:
        after_s = min(after_s + step_s, duration_s)
        share = after_s - after_s**2 / (2 * duration_s)
        ranges = zip(last, speeds, spec.lower_rad, spec.upper_rad, strict=True)
        out.append((after_s, tuple(min(max(q + v * share, lo), hi) for q, v, lo, hi in ranges)))
    return out


def return_points(
    rest: Sequence[float], target: Sequence[float], spec: ArmSpec, step_s: float
) -> list[tuple[float, tuple[float, ...]]]:
    """
    Points (seconds after rest, joint positions in rad) from rest to rest at `target`.

    A cubic, whose acceleration is 6 d / T² at both ends. The last point is the target; it comes
    one step after the first moment at the earliest.
    """
    pairs = zip(rest, target, spec.max_acceleration_radps2, strict=True)
    needed_s = max(math.sqrt(6 * abs(b - a) / (bound * _BACK_SHARE)) for a, b, bound in pairs)
    steps = max(1, math.ceil(needed_s / step_s - _EPS_S))
    shares = [(k / steps) ** 2 * (3 - 2 * k / steps) for k in range(1, steps + 1)]
    return [
        (k * step_s, tuple(a + (b - a) * share for a, b in zip(rest, target, strict=True)))
        for k, share in enumerate(shares, 1)
    ]


def gathered_s(path_s: float) -> float:
    """
    Return when `path_s` seconds along a path are reached if its speed is gathered from rest.

    The speed rises evenly from nothing to the path's own within GATHER_S.
    """
    if path_s < GATHER_S / 2:
        return math.sqrt(2 * GATHER_S * max(path_s, 0.0))
    return path_s + GATHER_S / 2
