"""How far, how fast and how hard the joints may be driven.

Knows: an arm's limits and its profiles: "careful" beside people, and the default; "sim" is what
the hardware takes, for simulations. Does not know: the numbers (robots/<name>/robot.yaml), trajectories, drivers.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from llmagentos.robots.specs import DEFAULT_PROFILE, FORMER_PROFILES, ArmSpec, KeepIn
from llmagentos.safety.contact import ContactLimits

_log = logging.getLogger(__name__)

#: Kept free at both ends of every joint's range, rad.
POSITION_MARGIN_RAD = 0.1
#: Jerk limit as acceleration limit per second: the time to reach full acceleration is its inverse.
JERK_PER_ACCELERATION = 25.0
#: The fingers' ends may be commanded this far into the table, metres at scale 1: so well is its
#: height known.
TABLE_TOLERANCE_M = 0.004


@dataclass(frozen=True)
class MotionLimits:
    """Bounds per joint (rad, rad/s, rad/s^2, rad/s^3; one per joint) and of the tool point (m/s).

    keep_in: where the tool point may go. contact: what stops the arm. brake_radps2: how hard it
    brakes then, and after a stop: as hard as the hardware can with a load, in every profile.
    """

    lower_rad: tuple[float, ...]
    upper_rad: tuple[float, ...]
    velocity_radps: tuple[float, ...]
    acceleration_radps2: tuple[float, ...]
    jerk_radps3: tuple[float, ...]
    tool_speed_mps: float
    keep_in: KeepIn
    contact: ContactLimits
    brake_radps2: tuple[float, ...]

    def scaled(self, velocity: float, acceleration: float = 1.0) -> MotionLimits:
        """Slower limits: velocities, accelerations and jerks times these shares in (0, 1]."""
        if not (0 < velocity <= 1 and 0 < acceleration <= 1):
            raise ValueError(f"expected shares in (0, 1], got {velocity} and {acceleration}")
        return replace(
            self,
            velocity_radps=tuple(v * velocity for v in self.velocity_radps),
            acceleration_radps2=tuple(a * acceleration for a in self.acceleration_radps2),
            jerk_radps3=tuple(j * acceleration for j in self.jerk_radps3),
            tool_speed_mps=self.tool_speed_mps * velocity,
        )


def motion_limits(spec: ArmSpec, profile: str = DEFAULT_PROFILE) -> MotionLimits:
    """The limits of one of the arm's profiles. ValueError for an unknown one."""
    if profile in FORMER_PROFILES and profile not in spec.profiles:
        _log.warning("profile %s is called %s now", profile, FORMER_PROFILES[profile])
        profile = FORMER_PROFILES[profile]
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
        keep_in=_keep_in(spec),
        contact=ContactLimits(*shares.contact_n, shares.lag_rad),
        brake_radps2=tuple(
            a * share
            for a, share in zip(spec.max_acceleration_radps2, spec.load_acceleration, strict=True)
        ),
    )


def _keep_in(spec: ArmSpec) -> KeepIn:
    """The arm's box, its lowest side where the fingers' ends touch the table."""
    box, area = spec.keep_in, spec.workspace
    touching = area.table_z + spec.finger_beyond_tip_m - TABLE_TOLERANCE_M * area.scale
    return replace(box, z_m=(max(box.z_m[0], touching), box.z_m[1]))
