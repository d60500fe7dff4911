"""How far, how fast and how hard the joints may be driven.

Knows: the figures of SAFETY.md as profiles of one arm. Does not know: trajectories, drivers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from llmagentos.robots.specs import PANDA, ArmSpec

Profile = Literal["careful", "sim"]

#: Kept free at both ends of every joint's range, rad.
POSITION_MARGIN_RAD = 0.1
#: Jerk limit as acceleration limit per second: the time to reach full acceleration is its inverse.
JERK_PER_ACCELERATION = 25.0
#: profile: share of hardware velocity, of hardware acceleration, tool speed in m/s.
_PROFILES: dict[str, tuple[float, float, float]] = {
    "careful": (0.30, 0.50, 0.25),
    "sim": (0.95, 1.00, 1.00),
}


@dataclass(frozen=True)
class MotionLimits:
    """Bounds per joint (rad, rad/s, rad/s^2, rad/s^3; 7 each) and of the tool point (m/s)."""

    lower_rad: tuple[float, ...]
    upper_rad: tuple[float, ...]
    velocity_radps: tuple[float, ...]
    acceleration_radps2: tuple[float, ...]
    jerk_radps3: tuple[float, ...]
    tool_speed_mps: float

    def scaled(self, velocity: float, acceleration: float = 1.0) -> MotionLimits:
        """Slower limits: velocities, accelerations and jerks times these shares in (0, 1]."""
        if not (0 < velocity <= 1 and 0 < acceleration <= 1):
            raise ValueError(f"expected shares in (0, 1], got {velocity} and {acceleration}")
        return MotionLimits(
            self.lower_rad,
            self.upper_rad,
            tuple(v * velocity for v in self.velocity_radps),
            tuple(a * acceleration for a in self.acceleration_radps2),
            tuple(j * acceleration for j in self.jerk_radps3),
            self.tool_speed_mps * velocity,
        )


def motion_limits(profile: Profile = "careful", spec: ArmSpec = PANDA) -> MotionLimits:
    """The limits of a profile. ValueError for an unknown one."""
    if profile not in _PROFILES:
        raise ValueError(f"expected a profile out of {sorted(_PROFILES)}, got {profile!r}")
    velocity, acceleration, tool_speed = _PROFILES[profile]
    accelerations = tuple(a * acceleration for a in spec.max_acceleration_radps2)
    return MotionLimits(
        lower_rad=tuple(q + POSITION_MARGIN_RAD for q in spec.lower_rad),
        upper_rad=tuple(q - POSITION_MARGIN_RAD for q in spec.upper_rad),
        velocity_radps=tuple(v * velocity for v in spec.max_velocity_radps),
        acceleration_radps2=accelerations,
        jerk_radps3=tuple(a * JERK_PER_ACCELERATION for a in accelerations),
        tool_speed_mps=min(tool_speed, spec.max_tool_speed_mps),
    )
