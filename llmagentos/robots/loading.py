"""Arms by name or folder: reads robot.yaml and its URDF, and checks that they fit each other.

Knows: the folder's format, the shipped arms, the entry points of others. Does not know: what an
arm is used for.

A folder holds robot.yaml and the URDF it names. Another package offers its own by an entry point
of the group "llmagentos.robots": the name, and a folder's path or a function that returns it.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from llmagentos.errors import FileError, RobotError
from llmagentos.files import is_there, read_text, read_yaml, shown
from llmagentos.robots.field_errors import meant, said_of
from llmagentos.robots.hand import moved_by_of, with_hand
from llmagentos.robots.questions import open_questions
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
from llmagentos.robots.urdf import JointLimits, joints_of, masses_of, parse, shapes_of
from llmagentos.types import Workspace

_log = logging.getLogger(__name__)

#: The arm where nobody names one.
DEFAULT_ROBOT = "panda"
GROUP = "llmagentos.robots"
FILE = "robot.yaml"
#: No gripper opens wider, metres: more is millimetres. Arms of more joints do not lean the hand.
_WIDEST_M, _MOST_LEANING = 0.5, 5

_Share = Annotated[float, Field(gt=0, le=1)]
_Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Range = tuple[_Finite, _Finite]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Gripper(_Entry):
    joints: list[str] = Field(min_length=1)
    joint_values: list[_Finite] = Field(min_length=2)
    opening_m: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(min_length=2)
    max_force_n: _Positive
    multipliers: list[_Finite] = []
    fixed_finger: str = ""


class _WorkArea(_Entry):
    x_m: _Range
    y_m: _Range
    table_z_m: _Finite = 0.0
    scale: Annotated[float, Field(ge=0.25, le=4.0)] = 1.0


class _Profile(_Entry):
    velocity: _Share
    acceleration: _Share
    tool_speed_mps: _Positive
    contact_n: tuple[_Positive, _Positive] = (10.0, 20.0)
    lag_rad: _Positive = 0.08


class _KeepIn(_Entry):
    x_m: _Range
    y_m: _Range
    z_m: _Range


class _Simulation(_Entry):
    urdf: str = Field("", pattern=r"^$|^[A-Za-z_][\w.]*:\S+$")
    draw: Literal["visual", "collision"] = "visual"


class _Robot(_Entry):
    """robot.yaml."""

    name: str = Field(min_length=1)
    urdf: str
    joints: list[str] = Field(min_length=2)
    base_link: str
    hand_link: str
    tip_link: str
    home_rad: list[_Finite]
    range_rad: dict[str, _Range] = {}
    max_acceleration_radps2: list[_Positive]
    max_velocity_radps: dict[str, _Positive] = {}
    max_effort_nm: dict[str, _Positive] = {}
    shapes: Literal["checked"] = "checked"
    max_tool_speed_mps: _Positive
    gripper: _Gripper
    work_area: _WorkArea
    keep_in: _KeepIn | None = None
    profiles: dict[str, _Profile]
    load_acceleration: list[_Share] = []
    swivel_rad: list[_Finite] = []
    restart_rad: list[_Finite] = []
    lean_rad: Annotated[float, Field(ge=0, le=1.2)] = 0.0
    simulation: _Simulation = _Simulation()


def names() -> tuple[str, ...]:
    """Every arm that `load` knows by name: shipped ones, then those of entry points."""
    shipped = sorted(p.parent.name for p in Path(__file__).parent.glob(f"*/{FILE}"))
    others = sorted(e.name for e in entry_points(group=GROUP))
    return (*shipped, *(name for name in others if name not in shipped))


def origin() -> dict[str, str]:
    """Where every arm of `names` comes from: "shipped", or the package that offers it."""
    found = dict.fromkeys(names(), "shipped")
    for entry in entry_points(group=GROUP):
        if not (Path(__file__).parent / entry.name / FILE).is_file():
            found[entry.name] = entry.dist.name if entry.dist is not None else entry.value
    return found


def load(robot: str | Path = DEFAULT_ROBOT) -> ArmSpec:
    """The arm of that name, or in that folder.

    Raises RobotError naming file and field where something is missing or does not fit.
    """
    return _read(folder_of(robot).resolve())


def folder_of(robot: str | Path) -> Path:
    """The folder of an arm, by its name or its own path. Raises RobotError."""
    shipped = Path(__file__).parent / robot
    if is_there(shipped / FILE) and Path(robot).name == str(robot):
        return shipped
    if is_there(Path(robot) / FILE):
        return Path(robot)
    for entry in entry_points(group=GROUP):
        if entry.name == str(robot):
            try:
                found = entry.load()
                return Path(found() if callable(found) else found)
            except Exception as exc:  # whatever a package from outside does
                raise RobotError(
                    f"cannot load the arm of entry point {entry.name!r} ({entry.value}): {exc}"
                ) from exc
    if Path(robot).name == FILE and is_there(robot):
        return Path(robot).parent
    if is_there(robot):
        raise RobotError(
            f"expected {FILE} in the folder {shown(robot)!r}, got none: `llmagentos robot new` "
            "begins one"
        )
    known = names()
    raise RobotError(
        f"expected an arm ({', '.join(known)}) or a folder with {FILE}, got {shown(robot)!r}, "
        f"which is not there{meant(shown(robot), known)}"
    )


@lru_cache(maxsize=32)
def _read(folder: Path) -> ArmSpec:
    given = _entries(folder / FILE)
    where = folder / given.urdf
    text = _text(where)
    root = parse(text, str(where))
    joints = joints_of(root, str(where))
    masses = masses_of(root, str(where))
    _check_names(given, joints, masses, folder / FILE)
    spec = _spec(given, text, joints, folder / FILE, shapes_of(root, str(where)))
    try:
        spec = with_hand(spec, joints)
    except RobotError as exc:
        raise RobotError(f"{folder / FILE}: {exc}") from exc
    _check_area(given, joints, folder / FILE)
    if not given.simulation.urdf:
        moved = (*given.joints, *spec.gripper.linkage(0.0))
        _check_masses(moved, joints, masses, where)
    return spec


def _check_names(
    given: _Robot, joints: Mapping[str, JointLimits], links: Collection[str], path: Path
) -> None:
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


def _check_area(given: _Robot, joints: Mapping[str, JointLimits], path: Path) -> None:
    """Both ways from low to high, and neither beyond the stretched arm."""
    reach = _stretched(joints, given.tip_link)
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


def _stretched(joints: Mapping[str, JointLimits], tip: str, first: str = "") -> float:
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


def reach_m(spec: ArmSpec) -> float:
    """From the first joint to the tip with all links in one line: the arm cannot reach farther."""
    return _stretched(joints_of(parse(spec.urdf, spec.name), spec.name), spec.tip_link,
                      spec.joint_names[0])  # fmt: skip


def _check_masses(
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


def _entries(path: Path) -> _Robot:
    try:
        data, text = read_yaml(path, "an arm"), read_text(path, "an arm")
    except FileError as exc:
        raise RobotError(str(exc)) from exc
    asked = open_questions(text, data)
    if asked:
        fields = ", ".join(q.field for q in asked)
        raise RobotError(
            f"{path}: expected answers to its questions, got none for {fields}: "
            f"see `llmagentos robot check {path.parent}`"
        )
    if data is None:
        raise RobotError(f"{path}: expected an arm's fields, got an empty file")
    if not isinstance(data, dict):
        raise RobotError(f"{path}: expected a mapping, got {type(data).__name__}")
    try:
        return _Robot.model_validate(data)
    except ValidationError as exc:
        raise RobotError(f"{path}: {said_of(exc, _Robot)}") from exc


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "no UTF-8"
        raise RobotError(f"expected to read {path}, got: {reason}") from exc


def _spec(
    given: _Robot, urdf: str, joints: dict[str, JointLimits], path: Path, shapes: Any
) -> ArmSpec:
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


def _profiles(given: _Robot, path: Path) -> dict[str, ProfileShares]:
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


def _keep_in(given: _Robot, joints: Mapping[str, JointLimits], path: Path) -> KeepIn:
    """Where the tool point may go: as robot.yaml has it, else all that the arm reaches over the
    table's top."""
    far, table = _stretched(joints, given.tip_link), given.work_area.table_z_m
    if given.keep_in is None:
        return KeepIn((-far, far), (-far, far), (table, table + far))
    sides: dict[str, tuple[float, float]] = given.keep_in.model_dump()
    for axis, (low, high) in sides.items():
        if low >= high:
            raise RobotError(
                f"{path}: keep_in.{axis}: expected from low to high, got [{low}, {high}]"
            )
    return KeepIn(**sides)


def _most(given: _Robot, field: str, urdf: Mapping[str, float], path: Path) -> tuple[float, ...]:
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


def _range_of(given: _Robot, name: str, limits: JointLimits, path: Path) -> tuple[float, float]:
    """The joint's range: the URDF's, or a narrower one of robot.yaml."""
    low, high = given.range_rad.get(name, (limits.lower, limits.upper))
    if not limits.lower <= low < high <= limits.upper:
        raise RobotError(
            f"{path}: range_rad.{name}: expected a range within the URDF's "
            f"[{limits.lower}, {limits.upper}], got [{low}, {high}]"
        )
    return low, high


def _gripper(given: _Gripper, joints: Mapping[str, JointLimits], path: Path) -> GripperSpec:
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
