"""How far, how fast and how hard the joints may be driven.

Knows: an arm's limits and its profiles: "careful" beside people, and the default; "full" is what
the hardware takes. Does not know: the numbers (robots/<name>/robot.yaml), trajectories, drivers.
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.robots.specs import DEFAULT_PROFILE, ArmSpec

#: Kept free at both ends of every joint's range, rad.
POSITION_MARGIN_RAD = 0.1
#: Jerk limit as acceleration limit per second: the time to reach full acceleration is its inverse.
JERK_PER_ACCELERATION = 25.0


@dataclass(frozen=True)
class MotionLimits:
    """Bounds per joint (rad, rad/s, rad/s^2, rad/s^3; one per joint) and of the tool point (m/s)."""

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


def motion_limits(spec: ArmSpec, profile: str = DEFAULT_PROFILE) -> MotionLimits:
    """The limits of one of the arm's profiles. ValueError for an unknown one."""
    if profile not in spec.profiles:
        raise ValueError(f"expected a profile out of {sorted(spec.profiles)}, got {profile!r}")
    shares = spec.profiles[profile]
    accelerations = tuple(a * shares.acceleration for a in spec.max_acceleration_radps2)
    return MotionLimits(
        lower_rad=tuple(q + POSITION_MARGIN_RAD for q in spec.lower_rad),
        upper_rad=tuple(q - POSITION_MARGIN_RAD for q in spec.upper_rad),
        velocity_radps=tuple(v * shares.velocity for v in spec.max_velocity_radps),
        acceleration_radps2=accelerations,
        jerk_radps3=tuple(a * JERK_PER_ACCELERATION for a in accelerations),
        tool_speed_mps=min(shares.tool_speed_mps, spec.max_tool_speed_mps),
    )
