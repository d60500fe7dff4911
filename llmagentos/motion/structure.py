"""What an arm's chain is like: found from its axes at rest, never from its name.

Knows: which joints turn the arm about the vertical, bend it in its plane and turn the hand about
the tool. Does not know: limits' use, solving.

Most table arms are built alike: the first joint turns about the vertical, three joints with
parallel axes (shoulder, elbow, wrist) bend the arm in one plane, the last one turns the hand about
the tool. With the hand straight down such an arm is a planar two-link chain. Where a chain is not
built like that, the corresponding part is None and solving goes without it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PARALLEL = 1 - 1e-6
#: Nearly stretched arms count as too short: they move badly there.
_STRETCHED = 0.989
#: Numbers that come out of a chain are exact to this many digits; what is left is rounding.
_DIGITS = 9


@dataclass(frozen=True)
class Turning:
    """How the first and the last joint turn a hand that points straight down.

    heading = offset + base_sign * first joint + wrist_sign * last joint (rad).
    sideways_m: how far the tip lies beside the arm's plane, to the left of the way out;
    ahead_rad: where the way out points at first joint 0. base: (x, y) of the first joint's axis.
    """

    base_sign: float
    wrist_sign: float
    offset_rad: float
    sideways_m: float
    ahead_rad: float
    base: tuple[float, float] = (0.0, 0.0)

    def way_out(self, x: float, y: float) -> float:
        """How far out in the arm's plane the tip is above (x, y), from the first joint's axis."""
        x, y = x - self.base[0], y - self.base[1]
        return math.sqrt(max(x * x + y * y - self.sideways_m**2, 0.0))

    def heading_out(self, x: float, y: float) -> float:
        """The direction of the way out with the tip above (x, y), rad."""
        return self.ahead_rad + self.base_sign * self.base_angle(x, y)

    def base_angle(self, x: float, y: float) -> float:
        """The first joint that turns the arm's plane so that the tip can be above (x, y)."""
        x, y = x - self.base[0], y - self.base[1]
        beside = math.asin(max(-1.0, min(1.0, self.sideways_m / max(math.hypot(x, y), 1e-9))))
        return self.base_sign * _wrap(math.atan2(y, x) - beside - self.ahead_rad)


@dataclass(frozen=True)
class Plane:
    """The two-link chain in the arm's plane: (way out, up), metres, first joint's axis at 0.

    shoulder: the shoulder's axis; upper_arm, forearm: from there to the elbow's and on to the
    wrist's axis at home; wrist_to_tip: with the hand down. near_m, far_m: distances between
    shoulder and wrist with the elbow inside its limits. joints, signs: shoulder, elbow and wrist,
    and +1 for each that lifts the arm when it turns positively.
    """

    shoulder: tuple[float, float]
    upper_arm: tuple[float, float]
    forearm: tuple[float, float]
    wrist_to_tip: tuple[float, float]
    near_m: float
    far_m: float
    joints: tuple[int, int, int]
    signs: tuple[float, float, float]

    def reach(self, out: float, up: Array | float, lean: float = 0.0) -> Array:
        """Distances from shoulder to wrist with the tip that far out and up.

        lean: of the hand, its tips outwards, rad.
        """
        along, down = self._hand(lean)
        return np.hypot(
            out - along - self.shoulder[0],
            np.asarray(up) - down - self.shoulder[1],
        )

    def distance(self, out: float, up: float, lean: float) -> float:
        """The same for one height."""
        along, down = self._hand(lean)
        return math.hypot(out - along - self.shoulder[0], up - down - self.shoulder[1])

    def _hand(self, lean: float) -> tuple[float, float]:
        """From the wrist's axis to the tip with the hand leaning."""
        if lean == 0.0:
            return self.wrist_to_tip
        (x, z), c, s = self.wrist_to_tip, math.cos(lean), math.sin(lean)
        return x * c - z * s, x * s + z * c

    def bends(self, out: float, up: float, lean: float = 0.0) -> tuple[float, float, float]:
        """How far to turn `joints` from home, so that the tip is there and the hand down, or
        leaning (rad, tips outwards).

        The elbow stays on its side. Beyond reach the arm is stretched towards the place.
        """
        (ux, uz), (fx, fz) = self.upper_arm, self.forearm
        upper, fore = math.hypot(ux, uz), math.hypot(fx, fz)
        hand = self._hand(lean)
        way = (out - hand[0] - self.shoulder[0], up - hand[1] - self.shoulder[1])
        share = (way[0] ** 2 + way[1] ** 2 - upper**2 - fore**2) / (2 * upper * fore)
        bent = _wrap(math.atan2(fz, fx) - math.atan2(uz, ux))
        wanted = math.copysign(math.acos(max(-1.0, min(1.0, share))), bent)
        turn = wanted - bent
        along = math.atan2(
            uz + fz * math.cos(turn) + fx * math.sin(turn),
            ux + fx * math.cos(turn) - fz * math.sin(turn),
        )
        lift = _wrap(math.atan2(way[1], way[0]) - along)
        shoulder, elbow, wrist = self.signs
        return shoulder * lift, elbow * turn, wrist * (lean - lift - turn)


@dataclass(frozen=True)
class Structure:
    """in_plane: for every joint, whether it bends the arm in its plane."""

    in_plane: tuple[bool, ...]
    turning: Turning | None
    plane: Plane | None


def structure_of(
    model: pin.Model,
    tip: int,
    home: Array,
    limits: tuple[Array, Array],
    towards: tuple[float, float],
) -> Structure:
    """Of a chain with the hand straight down at `home` and the arm in one plane there.

    limits: lower and upper, rad. towards: (x, y) of what it works on, which it faces at home.
    """
    data = model.createData()
    pin.framesForwardKinematics(model, data, home)
    placement = data.oMf[tip]
    axes = [_axis(model, data, i) for i in range(1, model.njoints)]
    points = [data.oMi[i].translation.copy() for i in range(1, model.njoints)]
    in_plane = tuple(abs(float(axis @ axes[1])) > _PARALLEL for axis in axes)
    vertical = abs(axes[0][2]) > _PARALLEL
    about_tool = abs(float(axes[-1] @ placement.rotation[:, 2])) > _PARALLEL
    level = abs(axes[1][2]) < 1e-6
    if not (vertical and about_tool and level):
        return Structure(in_plane, None, None)
    turning, ahead = _turning(placement, axes, points[0], home, towards)
    bends = [i for i, bending in enumerate(in_plane) if bending]
    plane = None
    if len(bends) == 3:
        base = np.array([*turning.base, 0.0])
        flat = [_in(ahead, points[i] - base) for i in bends]
        to_tip = _in(ahead, placement.translation - base) - flat[2]
        s, e, w = bends
        signs = (_bending(axes[s], ahead), _bending(axes[e], ahead), _bending(axes[w], ahead))
        near, far = _reach(flat, home[e], signs[1], limits[0][e], limits[1][e])
        links = (_pair(flat[0]), _pair(flat[1] - flat[0]), _pair(flat[2] - flat[1]))
        plane = Plane(*links, _pair(to_tip), near, far, (s, e, w), signs)
    return Structure(in_plane, turning, plane)


def _turning(
    placement: pin.SE3,
    axes: Sequence[Array],
    base: Array,
    home: Array,
    towards: tuple[float, float],
) -> tuple[Turning, Array]:
    """The turning joints, and the unit vector of the way out at home."""
    base_sign, wrist_sign = math.copysign(1, axes[0][2]), math.copysign(1, axes[-1][2])
    heading = math.atan2(placement.rotation[1, 0], placement.rotation[0, 0])
    offset = heading - base_sign * float(home[0]) - wrist_sign * float(home[-1])
    left = axes[1].copy()
    ahead = np.array([left[1], -left[0], 0.0])
    if float(ahead[:2] @ np.array(towards)) < 0:
        left, ahead = -left, -ahead
    sideways = float(left @ (placement.translation - base))
    out = math.atan2(ahead[1], ahead[0]) - base_sign * float(home[0])
    turning = Turning(
        base_sign,
        wrist_sign,
        round(_wrap(offset), _DIGITS),
        round(sideways, _DIGITS) + 0.0,
        round(out, _DIGITS) + 0.0,
        _pair(base[:2]),
    )
    return turning, ahead


def _wrap(angle: float) -> float:
    """The same angle in (-pi, pi]."""
    return -((-angle + math.pi) % (2 * math.pi) - math.pi)


def _axis(model: pin.Model, data: pin.Data, joint: int) -> Array:
    """Of a revolute joint, in the base frame: a unit vector, rounded."""
    motion = model.joints[joint].createData()
    model.joints[joint].calc(motion, np.zeros(1))
    axis = data.oMi[joint].rotation @ np.asarray(motion.S).reshape(6)[3:]
    return np.round(axis, 12)


def _in(ahead: Array, point: Array) -> Array:
    return np.array([float(ahead @ point), float(point[2])])


def _pair(point: Array) -> tuple[float, float]:
    return round(float(point[0]), _DIGITS), round(float(point[1]), _DIGITS)


def _bending(axis: Array, ahead: Array) -> float:
    """+1 where a positive turn about `axis` turns the way out upwards, else -1."""
    return math.copysign(1.0, float(np.cross(axis, ahead)[2]))


def _reach(
    flat: Sequence[Array], elbow: float, sign: float, lower: float, upper: float
) -> tuple[float, float]:
    """Least and largest distance from shoulder to wrist with the elbow between its limits."""
    upper_arm, forearm = flat[0] - flat[1], flat[2] - flat[1]
    long = float(np.hypot(*upper_arm) * np.hypot(*forearm))
    squares = float(upper_arm @ upper_arm + forearm @ forearm)
    between = math.atan2(forearm[1], forearm[0]) - math.atan2(upper_arm[1], upper_arm[0])

    def distance(joint: float) -> float:
        angle = between + sign * (joint - elbow)
        return math.sqrt(max(squares - 2 * long * math.cos(angle), 0.0))

    ends = [distance(lower), distance(upper)]
    low, high = sorted(between + sign * (limit - elbow) for limit in (lower, upper))
    full = 2 * math.pi
    if math.floor((high - math.pi) / full) > math.floor((low - math.pi) / full):
        ends.append(math.sqrt(squares + 2 * long))  # stretched on the way
    if math.floor(high / full) > math.floor(low / full):
        ends.append(math.sqrt(max(squares - 2 * long, 0.0)))  # folded on the way
    return min(ends), min(max(ends), _STRETCHED * math.sqrt(squares + 2 * long))
