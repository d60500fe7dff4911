# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The way to rest that every trajectory message ends with.

Knows: joint positions, rates, the arm's limits. Does not know: messages, clocks, who follows.

Whoever streams points may die between two messages. A controller stops hard at the last point it
has; so the last points of every message brake, and the next message replaces them in time.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.robots import ArmSpec

#: Slower than this is rest: stopping at once is no jolt.
REST_RADPS = 0.05
_EPS_S = 1e-9


def braking_points(
    last: Sequence[float], velocity: Sequence[float], spec: ArmSpec, step_s: float
) -> list[tuple[float, tuple[float, ...]]]:
    """
    Points (seconds after the last one, joint positions in rad) from motion to rest.

    All joints slow down evenly and in step, so that the direction stays, within the arm's
    acceleration and range. Empty when the arm is at rest.
    """
    speeds = [
        max(-bound, min(bound, v))
        for v, bound in zip(velocity, spec.max_velocity_radps, strict=True)
    ]
    if max(map(abs, speeds)) < REST_RADPS:
        return []
    limits = zip(speeds, spec.max_acceleration_radps2, strict=True)
    duration_s = max(abs(v) / bound for v, bound in limits)
    out, after_s = [], 0.0
    while after_s < duration_s - _EPS_S:
        after_s = min(after_s + step_s, duration_s)
        share = after_s - after_s**2 / (2 * duration_s)
        ranges = zip(last, speeds, spec.lower_rad, spec.upper_rad, strict=True)
        out.append((after_s, tuple(min(max(q + v * share, lo), hi) for q, v, lo, hi in ranges)))
    return out
