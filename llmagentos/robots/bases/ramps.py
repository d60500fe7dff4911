"""Velocities inside a base's limits.

Knows: a profile's bounds and how fast a velocity may change. Does not know: who asks, scans, ways.
"""

from __future__ import annotations

from llmagentos.ports.driving import Velocity
from llmagentos.robots.bases.spec import BaseProfile, BaseSpec


def bounded(profile: BaseProfile, wanted: Velocity) -> Velocity:
    """The nearest velocity inside the profile's limits."""
    forward = min(max(wanted.forward_mps, -profile.backward_mps), profile.forward_mps)
    turn = min(max(wanted.turn_radps, -profile.turn_radps), profile.turn_radps)
    return Velocity(forward, turn)


def ramped(
    spec: BaseSpec, profile: BaseProfile, last: Velocity, wanted: Velocity, dt_s: float
) -> Velocity:
    """One period's step from the last velocity to a wanted one: it speeds up no harder than the
    profile says, slows down no harder than the wheels can, and changes direction through rest."""
    return Velocity(
        _towards(
            last.forward_mps,
            wanted.forward_mps,
            profile.acceleration_mps2 * dt_s,
            spec.braking_mps2 * dt_s,
        ),
        _towards(
            last.turn_radps,
            wanted.turn_radps,
            profile.turn_acceleration_radps2 * dt_s,
            spec.turn_braking_radps2 * dt_s,
        ),
    )


def _towards(now: float, wanted: float, faster: float, slower: float) -> float:
    if now * wanted < 0:
        wanted = 0.0
    step = faster if abs(wanted) > abs(now) else slower
    return min(max(wanted, now - step), now + step)
