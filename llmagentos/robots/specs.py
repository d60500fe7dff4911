"""What the core knows about an arm: one value that everything else is given.

Knows: names, limits, rest pose, the gripper's map from joints to opening, the hand's shape, speed
profiles, the area it works on. Does not know: files (robots.loading), kinematics, control, or any
simulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from llmagentos.robots.urdf import LinkShape
from llmagentos.types import Workspace

#: The profile that holds wherever nobody names one on a robot.
DEFAULT_PROFILE = "careful"
#: Nobody stands beside a simulated arm: what the hardware takes, and a simulation's default.
SIM_PROFILE = "sim"
#: What profiles were called before; the old name still goes, with a warning.
FORMER_PROFILES = {"full": SIM_PROFILE}
#: So many openings of a hand are kept.
_HANDS = 256
#: Finger ends stay this far above the table.
_FINGER_CLEARANCE_M = 0.002


@dataclass(frozen=True)
class GripperSpec:
    """A parallel gripper: finger joints that move together, and what they open.

    joint_values (m or rad, of the first finger joint) and openings_m (between the finger tips)
    belong together pairwise, closed to open; between and beyond the map is straight.
    multipliers: every finger joint's value as a multiple of the first one's. fixed_finger: the link
    that is the other finger where only one moves, rigid with the hand; "" where there is none.
    linked: joints without a motor that a linkage moves along, by name, and their value as a
    multiple of the first one's.
    """

    joint_names: tuple[str, ...]
    joint_values: tuple[float, ...]
    openings_m: tuple[float, ...]
    max_force_n: float
    multipliers: tuple[float, ...]
    fixed_finger: str = ""
    linked: Mapping[str, float] = field(default_factory=dict)

    @property
    def max_opening_m(self) -> float:
        """Widest distance between the finger tips, metres."""
        return self.openings_m[-1]

    def opening_m(self, values: Sequence[float]) -> float:
        """The opening at these finger joint values (of the first ones, at least one)."""
        ratios = zip(values, self.multipliers, strict=False)
        mean = sum(v / m for v, m in ratios) / min(len(values), len(self.multipliers))
        return _straight(mean, self.joint_values, self.openings_m)

    def joints(self, opening_m: float) -> tuple[float, ...]:
        """The finger joint values (m or rad) that give an opening."""
        value = _straight(opening_m, self.openings_m, self.joint_values)
        return tuple(value * m for m in self.multipliers)

    def linkage(self, opening_m: float) -> dict[str, float]:
        """The values (m or rad) of all joints that the fingers hang on, linked ones too, by name."""
        value = _straight(opening_m, self.openings_m, self.joint_values)
        driven = zip(self.joint_names, self.multipliers, strict=True)
        return {name: value * m for name, m in (*driven, *self.linked.items())}

    @property
    def travel_per_joint(self) -> float:
        """How far each finger tip goes for 1 of the first joint's value, over the whole map, shared
        among the driven joints: so many N m (or N) of each make 1 N between the tips."""
        way = (self.openings_m[-1] - self.openings_m[0]) / len(self.joint_names)
        return way / abs(self.joint_values[-1] - self.joint_values[0])


def _straight(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Piecewise straight through (xs, ys), xs rising or falling, the ends prolonged."""
    sign = 1.0 if xs[-1] > xs[0] else -1.0
    i = 1
    while i < len(xs) - 1 and sign * x > sign * xs[i]:
        i += 1
    return ys[i - 1] + (x - xs[i - 1]) * ((ys[i] - ys[i - 1]) / (xs[i] - xs[i - 1]))


@dataclass(frozen=True)
class ProfileShares:
    """Shares of the joints' rates and accelerations, and the tool's highest speed (m/s).

    contact_n: forces from outside at the tool that stop the arm, at steady speed and accelerating,
    N. lag_rad: where no torque is measured, joints this far behind their command stop it.
    """

    velocity: float
    acceleration: float
    tool_speed_mps: float
    contact_n: tuple[float, float] = (10.0, 20.0)
    lag_rad: float = 0.08


@dataclass(frozen=True)
class KeepIn:
    """The box that the tool point stays in, base frame, metres, from low to high."""

    x_m: tuple[float, float]
    y_m: tuple[float, float]
    z_m: tuple[float, float]

    def outside_m(self, point: Sequence[float]) -> float:
        """How far a point is out of it, along the axis on which it is farthest; 0 inside."""
        sides = zip(point, (self.x_m, self.y_m, self.z_m), strict=True)
        return max(0.0, *(max(low - v, v - high) for v, (low, high) in sides))


@dataclass(frozen=True)
class SimulationSpec:
    """Where a simulation finds masses and meshes.

    urdf: "package:path" of a URDF with the same names, or "" for the arm's own; draw: "visual",
    or "collision" to draw the collision shapes instead.
    """

    urdf: str = ""
    draw: str = "visual"


@dataclass(frozen=True)
class HandPart:
    """An upright piece of the hand as it points down, seen from the tip: metres.

    x_m, y_m: its middle in the hand's frame (the fingers open along y); low_m, high_m: heights
    above the tip. radius_m > 0 is a disc, else a rectangle of half_x_m and half_y_m.
    side: +1 or -1 for the parts of a finger, on that side of the tip along y.
    """

    x_m: float
    y_m: float
    half_x_m: float
    half_y_m: float
    radius_m: float
    low_m: float
    high_m: float
    side: int = 0


@dataclass(frozen=True)
class HandShape:
    """The hand at one opening: what it is made of, seen from the tip, metres."""

    opening_m: float
    parts: tuple[HandPart, ...]

    @property
    def low_m(self) -> float:
        """The height of the finger ends above the tip: below 0 where they go on past it."""
        return min(part.low_m for part in self.parts if part.side)


@dataclass(frozen=True)
class ArmSpec:
    """One arm with a gripper of two fingers, joints named from shoulder to wrist.

    Angles rad, rates rad/s and rad/s^2, torques N m, metres; base frame as in llmagentos.types.
    tip_link: between the finger tips, the point every gripper pose in this project speaks of; its
    z axis points out of the hand and the fingers open along its y axis. hand_link: the part that
    carries the fingers. tip_offset_m: from the hand's origin to the tip.
    finger_beyond_tip_m: how far the fingers go on past the tip, at whichever opening they go
    farthest; with the gripper pointing down they touch a surface when the tip is this far above
    it. finger_width_m, finger_thickness_m: size of one finger's end, across and along the opening
    direction. keep_in: where the tool point may go at all.
    palm_m: the hand's underside above the tip. fixed_face_m: where along y the finger
    that does not move has its inner face, and which side of it that finger is on; None where both
    move. pad_links: what the two fingers hold things with, the one on the side of the tip's y axis
    first. hand: its shape at several openings, closed to open. load_acceleration: the share of a
    joint's acceleration that plans use, with hand and load in mind. swivel_rad, restart_rad,
    lean_rad: see motion.kinematics.
    """

    name: str
    urdf: str = field(repr=False)
    joint_names: tuple[str, ...]
    base_link: str
    hand_link: str
    tip_link: str
    lower_rad: tuple[float, ...]
    upper_rad: tuple[float, ...]
    max_velocity_radps: tuple[float, ...]
    max_acceleration_radps2: tuple[float, ...]
    max_effort_nm: tuple[float, ...]
    home_rad: tuple[float, ...]
    max_tool_speed_mps: float
    gripper: GripperSpec
    workspace: Workspace
    profiles: Mapping[str, ProfileShares]
    load_acceleration: tuple[float, ...]
    keep_in: KeepIn
    swivel_rad: tuple[float, ...] = ()
    restart_rad: tuple[float, ...] = ()
    lean_rad: float = 0.0
    simulation: SimulationSpec = SimulationSpec()
    tip_offset_m: float = 0.0
    finger_beyond_tip_m: float = 0.0
    finger_width_m: float = 0.0
    finger_thickness_m: float = 0.0
    palm_m: float = 0.0
    fixed_face_m: tuple[float, int] | None = None
    pad_links: tuple[str, str] = ("", "")
    shapes: tuple[LinkShape, ...] = field(default=(), repr=False)
    hand: tuple[HandShape, ...] = field(default=(), repr=False)

    @property
    def finger_joint_names(self) -> tuple[str, ...]:
        """Names of the gripper's joints as the URDF has them."""
        return self.gripper.joint_names

    @property
    def max_opening_m(self) -> float:
        """The distance between the finger tips with the gripper open: the one width of this arm."""
        return self.gripper.max_opening_m

    @property
    def max_grip_force_n(self) -> float:
        """Largest force of a finger, N."""
        return self.gripper.max_force_n

    @property
    def scale(self) -> float:
        """How large things on its table are, against those that an 8 cm hand is made for."""
        return self.workspace.scale

    @property
    def lowest_tip_m(self) -> float:
        """How low over a surface the tip may go: finger ends just above it, however wide."""
        return self.finger_beyond_tip_m + _FINGER_CLEARANCE_M * self.scale

    def hand_at(self, opening_m: float) -> tuple[HandPart, ...]:
        """The hand's parts with the fingers at an opening, straight between the known ones."""
        known = self._hands.get(opening_m)
        if known is None:
            if len(self._hands) >= _HANDS:
                self._hands.clear()
            known = self._hands[opening_m] = self._hand_at(opening_m)
        return known

    @cached_property
    def _hands(self) -> dict[float, tuple[HandPart, ...]]:
        """By opening: a way is looked along with one opening hundreds of times."""
        return {}

    def _hand_at(self, opening_m: float) -> tuple[HandPart, ...]:
        shapes = self.hand
        i = 1
        while i < len(shapes) - 1 and opening_m > shapes[i].opening_m:
            i += 1
        a, b = shapes[i - 1], shapes[i]
        share = (opening_m - a.opening_m) / (b.opening_m - a.opening_m)
        return tuple(
            _between(p, q, share) if p.side else p for p, q in zip(a.parts, b.parts, strict=True)
        )

    def middle_m(self, opening_m: float) -> float:
        """Where along the tip's y axis the middle between the fingers is at an opening.

        0 where both fingers move; where one is fixed, it goes away from that one as they open.
        """
        if self.fixed_face_m is None:
            return 0.0
        face, side = self.fixed_face_m
        return face - side * opening_m / 2


def _between(a: HandPart, b: HandPart, share: float) -> HandPart:
    """A finger's part on the way from one opening to the next."""

    def mixed(p: float, q: float) -> float:
        return p + (q - p) * share

    return HandPart(
        mixed(a.x_m, b.x_m),
        mixed(a.y_m, b.y_m),
        mixed(a.half_x_m, b.half_x_m),
        mixed(a.half_y_m, b.half_y_m),
        mixed(a.radius_m, b.radius_m),
        mixed(a.low_m, b.low_m),
        mixed(a.high_m, b.high_m),
        a.side,
    )
