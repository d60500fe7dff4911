"""An arm's fields and its URDF made one spec, where they fit each other.

Knows: what robot.yaml takes from the URDF, and what of both must agree. Does not know: files and
folders (loading.py), the fields' own form (fields.py), the hand's shape (hand.py).
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmagentos.errors import RobotError
from llmagentos.robots.fields import GripperFields, RobotFields
from llmagentos.robots.hand import moved_by_of
from llmagentos.robots.specs import (
    DEFAULT_PROFILE,
    FORMER_PROFILES,
    SIM_PROFILE,
    ArmSpec,
    GripperSpec,
    KeepIn,
    ProfileShares,
    SimulationSpec,
)
from llmagentos.robots.urdf import JointLimits
from llmagentos.types import Workspace

_log = logging.getLogger(__name__)

#: No gripper opens wider, metres: more is millimetres. Arms of more joints do not lean the hand.
_WIDEST_M, _MOST_LEANING = 0.5, 5


def check_names(
    given: RobotFields, joints: Mapping[str, JointLimits], links: Collection[str], path: Path
) -> None:
    """Joints and links that the fields name are the URDF's. RobotError naming field and name."""
    for field, names in (("joints", given.joints), ("gripper.joints", given.gripper.joints)):
        for name in names:
            if name not in joints:
                raise RobotError(f"{path}: {field}: expected joints of {given.urdf}, got {name!r}")
    for field in ("base_link", "hand_link", "tip_link"):
        name = getattr(given, field)
        if name not in links:
            raise RobotError(f"{path}: {field}: expected a link of {given.urdf}, got {name!r}")
    fixed = given.gripper.fixed_finger
    if fixed and fixed not in links:
        raise RobotError(
            f"{path}: gripper.fixed_finger: expected a link of {given.urdf}, got {fixed!r}"
        )


def check_area(given: RobotFields, joints: Mapping[str, JointLimits], path: Path) -> None:
    """Both ways from low to high, and neither beyond the stretched arm."""
    reach = stretched_m(joints, given.tip_link)
    for field in ("x_m", "y_m"):
        low, high = getattr(given.work_area, field)
        if low >= high:
            raise RobotError(
                f"{path}: work_area.{field}: expected from low to high, got [{low}, {high}]"
            )
        if max(-low, high) > reach:
            raise RobotError(
                f"{path}: work_area.{field}: expected a range within the arm's links together, "
                f"{reach:.2f} m, got [{low}, {high}]"
            )


def stretched_m(joints: Mapping[str, JointLimits], tip: str, first: str = "") -> float:
    """All links from the joint `first`, or the base, to the tip in one line, metres."""
    above = {joint.child: (name, joint) for name, joint in joints.items()}
    length = 0.0
    while tip in above:
        name, joint = above[tip]
        if name == first:
            break
        length += joint.length_m
        tip = joint.parent
    return length


def check_masses(
    moved: Sequence[str],
    joints: Mapping[str, JointLimits],
    masses: Mapping[str, float],
    where: Path,
) -> None:
    """What a joint moves weighs something; marks that are fixed to it need not."""
    heavy = {name for link, name in moved_by_of(joints).items() if masses.get(link, 0.0) > 0}
    for name in moved:
        if name not in heavy:
            raise RobotError(f"{where}: expected a mass for link {joints[name].child!r}, got none")


def spec_of(
    given: RobotFields, urdf: str, joints: dict[str, JointLimits], path: Path, shapes: Any
) -> ArmSpec:
    """The arm, its hand not yet measured (see `hand.with_hand`). urdf: the text; shapes: the links'.
    RobotError naming file and field where something does not fit."""
    count = len(given.joints)
    for field in ("home_rad", "max_acceleration_radps2", "load_acceleration", "swivel_rad"):
        _check_count(path, field, getattr(given, field), count)
    _check_count(path, "restart_rad", given.restart_rad, count)
    if given.lean_rad and count > _MOST_LEANING:
        raise RobotError(
            f"{path}: lean_rad: expected none on an arm of more than {_MOST_LEANING} joints, which "
            f"keeps its hand upright, got {given.lean_rad}"
        )
    for name in given.range_rad:
        if name not in given.joints:
            raise RobotError(f"{path}: range_rad: expected joints of the arm, got {name!r}")
    for name in given.joints:
        if joints[name].kind != "revolute":
            raise RobotError(
                f"{path}: joints: expected revolute joints, got {name}, {joints[name].kind}"
            )
    rates = _most(given, "max_velocity_radps", {n: joints[n].velocity for n in given.joints}, path)
    efforts = _most(given, "max_effort_nm", {n: joints[n].effort for n in given.joints}, path)
    ranges = [_range_of(given, name, joints[name], path) for name in given.joints]
    for name, value, (low, high) in zip(given.joints, given.home_rad, ranges, strict=True):
        if not low <= value <= high:
            raise RobotError(
                f"{path}: home_rad: expected {name} in [{low:.3f}, {high:.3f}], got {value}"
            )
    area = given.work_area
    return ArmSpec(
        name=given.name,
        urdf=urdf,
        joint_names=tuple(given.joints),
        base_link=given.base_link,
        hand_link=given.hand_link,
        tip_link=given.tip_link,
        lower_rad=tuple(low for low, _ in ranges),
        upper_rad=tuple(high for _, high in ranges),
        max_velocity_radps=rates,
        max_acceleration_radps2=tuple(given.max_acceleration_radps2),
        max_effort_nm=efforts,
        home_rad=tuple(given.home_rad),
        max_tool_speed_mps=given.max_tool_speed_mps,
        gripper=_gripper(given.gripper, joints, path),
        workspace=Workspace(*area.x_m, *area.y_m, area.table_z_m, area.scale),
        profiles=_profiles(given, path),
        keep_in=_keep_in(given, joints, path),
        load_acceleration=tuple(given.load_acceleration) or (1.0,) * count,
        swivel_rad=tuple(given.swivel_rad),
        restart_rad=tuple(given.restart_rad),
        lean_rad=given.lean_rad,
        simulation=SimulationSpec(**given.simulation.model_dump()),
        shapes=shapes,
    )


def _profiles(given: RobotFields, path: Path) -> dict[str, ProfileShares]:
    """The profiles, by the names that they have now."""
    named = dict(given.profiles)
    for former, name in FORMER_PROFILES.items():
        if former in named and name not in named:
            _log.warning("%s: profiles: %s is called %s now: rename it", path, former, name)
            named[name] = named.pop(former)
    missing = {DEFAULT_PROFILE, SIM_PROFILE} - set(named)
    if missing:
        raise RobotError(f"{path}: profiles: expected {' and '.join(sorted(missing))}, got none")
    return {k: ProfileShares(**v.model_dump()) for k, v in named.items()}


def _keep_in(given: RobotFields, joints: Mapping[str, JointLimits], path: Path) -> KeepIn:
    """Where the tool point may go: as robot.yaml has it, else all that the arm reaches over the
    table's top."""
    far, table = stretched_m(joints, given.tip_link), given.work_area.table_z_m
    if given.keep_in is None:
        return KeepIn((-far, far), (-far, far), (table, table + far))
    sides: dict[str, tuple[float, float]] = given.keep_in.model_dump()
    for axis, (low, high) in sides.items():
        if low >= high:
            raise RobotError(
                f"{path}: keep_in.{axis}: expected from low to high, got [{low}, {high}]"
            )
    return KeepIn(**sides)


def _most(
    given: RobotFields, field: str, urdf: Mapping[str, float], path: Path
) -> tuple[float, ...]:
    """Rates or torques of the arm's joints: the URDF's, or what robot.yaml has of them."""
    told: dict[str, float] = getattr(given, field)
    for name in told:
        if name not in urdf:
            raise RobotError(f"{path}: {field}: expected joints of the arm, got {name!r}")
    for name, value in urdf.items():
        if value <= 0 and name not in told:
            raise RobotError(
                f"{path}: {field}: expected a number above 0 for {name}, here or in the URDF, got none"
            )
    return tuple(told.get(name, value) for name, value in urdf.items())


def _check_count(path: Path, field: str, values: list[float], count: int) -> None:
    optional = field in ("load_acceleration", "swivel_rad", "restart_rad")
    if len(values) != count and not (optional and not values):
        raise RobotError(f"{path}: {field}: expected {count} numbers, got {len(values)}")


def _range_of(
    given: RobotFields, name: str, limits: JointLimits, path: Path
) -> tuple[float, float]:
    """The joint's range: the URDF's, or a narrower one of robot.yaml."""
    low, high = given.range_rad.get(name, (limits.lower, limits.upper))
    if not limits.lower <= low < high <= limits.upper:
        raise RobotError(
            f"{path}: range_rad.{name}: expected a range within the URDF's "
            f"[{limits.lower}, {limits.upper}], got [{low}, {high}]"
        )
    return low, high


def _gripper(given: GripperFields, joints: Mapping[str, JointLimits], path: Path) -> GripperSpec:
    values, openings = given.joint_values, given.opening_m
    if len(values) != len(openings):
        raise RobotError(
            f"{path}: gripper.opening_m: expected {len(values)} numbers, got {len(openings)}"
        )
    steps = [b - a for a, b in itertools.pairwise(values)]
    if not (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
        raise RobotError(f"{path}: gripper.joint_values: expected one way only, got {values}")
    if max(openings) > _WIDEST_M:
        raise RobotError(
            f"{path}: gripper.opening_m: expected metres, at most {_WIDEST_M}, got {openings}"
        )
    if any(b <= a for a, b in itertools.pairwise(openings)):
        raise RobotError(f"{path}: gripper.opening_m: expected closed to open, got {openings}")
    multipliers = given.multipliers or [1.0] * len(given.joints)
    if len(multipliers) != len(given.joints) or 0 in multipliers:
        raise RobotError(
            f"{path}: gripper.multipliers: expected {len(given.joints)} numbers other than 0, "
            f"got {multipliers}"
        )
    ratios = dict(zip(given.joints, multipliers, strict=True))
    return GripperSpec(
        tuple(given.joints),
        tuple(values),
        tuple(openings),
        given.max_force_n,
        tuple(multipliers),
        given.fixed_finger,
        _linked(ratios, joints),
    )


def _linked(ratios: Mapping[str, float], joints: Mapping[str, JointLimits]) -> dict[str, float]:
    """Joints that mimic one of `ratios`, or one that does, each with its own ratio."""
    found = dict(ratios)
    while more := {
        name: found[joint.mimics[0]] * joint.mimics[1]
        for name, joint in joints.items()
        if name not in found and joint.mimics[0] in found
    }:
        found |= more
    return {name: ratio for name, ratio in found.items() if name not in ratios}
