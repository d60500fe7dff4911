"""An arm's folder, asked whether an arm can work with it: finding after finding, in words.

`robot new` takes its own proposals to the same functions (place), so that the two never disagree.

Knows: open questions, reach, inverse kinematics there and back, what the arm hides. Does not know:
simulators (a pick is passed in), drivers, printing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from llmagentos.errors import RobotError, UnreachableError
from llmagentos.files import is_there, read_text, read_yaml
from llmagentos.motion.kinematics import Kinematics, wrap_angle
from llmagentos.robot_setup.few_joints import built_fault
from llmagentos.robot_setup.reach import ReachMap, Silhouette, heights_m, reach_map
from llmagentos.robot_setup.resting import MOST_HIDDEN, better_home
from llmagentos.robots import ArmSpec, reach_m
from llmagentos.robots.folders import FILE
from llmagentos.robots.loading import folder_of
from llmagentos.robots.questions import Question, open_questions
from llmagentos.types import Pose

TRIPS = 200
#: Round trips and map cells of a work area that an arm has to manage.
ENOUGH = 0.95
_ERROR_M, _ERROR_RAD = 1e-5, 1e-4
_DEEP_CELLS = 8
#: Boxes around an arm's parts are larger than the parts: so much of one may be under the table.
_UNDER_M = 0.02
#: No gripper presses harder than this, N for each metre of its arm.
_FORCE_N_PER_M = 400.0


@dataclass(frozen=True)
class Finding:
    """well: None where it was not asked. words: what was found."""

    about: str
    well: bool | None
    words: str


def questions_of(robot: str | Path) -> list[Question]:
    """What is still to be decided in an arm's folder. Raises RobotError, FileError."""
    path = folder_of(robot) / FILE
    if not is_there(path):
        raise RobotError(f"expected an arm's folder with {FILE}, got {robot}")
    return open_questions(read_text(path, "an arm"), read_yaml(path, "an arm"))


def check(spec: ArmSpec, map_: ReachMap) -> Iterator[Finding]:
    """All that needs no simulator and no driver."""
    yield Finding("folder", True, f"{len(spec.joint_names)} joints, opens "
                  f"{spec.max_opening_m * 1000:.0f} mm, {reach_m(spec):.2f} m stretched")  # fmt: skip
    fault = built_fault(spec)
    if fault:
        yield Finding("joints", False, fault)
    if spec.gripper.max_force_n > _FORCE_N_PER_M * reach_m(spec):
        yield Finding("gripper", False, "expected gripper.max_force_n of at most "
                      f"{_FORCE_N_PER_M * reach_m(spec):.0f} N a finger for an arm of this size, got "
                      f"{spec.gripper.max_force_n:g}")  # fmt: skip
    yield reach_finding(spec, map_)
    yield trips_finding(spec)
    home = home_finding(spec)
    yield home if home.well else replace(home, words=f"{home.words}: {_home_advice(spec)}")


def area_map(spec: ArmSpec, around: bool = True) -> ReachMap:
    """The work area, and a little more around it."""
    area = spec.workspace
    step = max((area.x_max - area.x_min) / _DEEP_CELLS, 0.01)
    more = 2 if around else 0
    x = _cells(area.x_min, area.x_max, step, more)
    y = _cells(area.y_min, area.y_max, step, more)
    return reach_map(spec, x, y, heights_m(spec.scale))


def _cells(low: float, high: float, step: float, more: int) -> list[float]:
    """From end to end in even steps of about that size, and so many more to either side."""
    count = max(round((high - low) / step), 1)
    each = (high - low) / count
    return [round(low + each * i, 9) for i in range(-more, count + more + 1)]


def reach_finding(spec: ArmSpec, map_: ReachMap) -> Finding:
    """How much of the work area is reached, low and high over the table."""
    share = map_.share(spec.workspace)
    low, high = heights_m(spec.scale)
    words = f"{share:.0%} of the work area, {low * 100:.0f} and {high * 100:.0f} cm over the table"
    if share < ENOUGH:
        words += ": make work_area smaller, by the map below"
    return Finding("reach", share >= ENOUGH, words)


def trips_finding(spec: ArmSpec) -> Finding:
    """Poses over the work area to joints and back; the arm stays above the table meanwhile."""
    kinematics, seen, area = Kinematics(spec), Silhouette(spec), spec.workspace
    rng, back, off, below = np.random.default_rng(0), 0, 0.0, 0
    low, high = heights_m(spec.scale)
    for _ in range(TRIPS):
        x, y = rng.uniform(area.x_min, area.x_max), rng.uniform(area.y_min, area.y_max)
        z = area.table_z + rng.uniform(low, high)
        pose = Pose((float(x), float(y), float(z)), float(rng.uniform(-3, 3)))
        pose = Pose(pose.position, kinematics.best_yaw(pose))
        try:
            q = kinematics.solve(pose)
        except UnreachableError:
            continue
        there = kinematics.tip_pose(q)
        error = float(np.linalg.norm(np.subtract(there.position, pose.position)))
        turned = abs(wrap_angle(there.yaw - pose.yaw))
        off = max(off, error)
        back += error <= _ERROR_M and turned <= _ERROR_RAD
        below += seen.lowest_m(q.tolist()) < -_UNDER_M
    words = f"{back} of {TRIPS} poses to joints and back, at most {off * 1e6:.0f} µm off"
    if below:
        words += f"; in {below} of them a part of the arm is under the table"
        words += f": keep joints from going there, as in {_narrowed(spec)}"
    return Finding("inverse kinematics", back >= ENOUGH * TRIPS and not below, words)


def home_finding(spec: ArmSpec) -> Finding:
    """What the arm hides of its table at rest, and how low it is."""
    seen = Silhouette(spec)
    hidden, low = seen.hidden_share(spec.home_rad), seen.lowest_m(spec.home_rad)
    words = f"hides {hidden:.0%} of the work area from the camera over it (what stands within the "
    words += f"arm's outline as perception draws it counts), lowest part {low:.2f} m up"
    return Finding("home", hidden <= MOST_HIDDEN and low > 0, words)


def _home_advice(spec: ArmSpec) -> str:
    """What to write instead, tried before it is said."""
    hidden, found = better_home(spec)
    if Silhouette(found).lowest_m(found.home_rad) <= 0:
        return "raise home_rad, or lower work_area.table_z_m"
    joints = f"home_rad: {[round(v, 4) for v in found.home_rad]}"
    if not home_finding(found).well:
        best = f"; the best that was found, {joints}, hides {hidden:.0%}" if hidden < 1 else ""
        return f"no posture with the hand down hides less than {MOST_HIDDEN:.0%} of it{best}: " \
               "make work_area smaller, farther from the base"  # fmt: skip
    area = found.workspace
    moved = area.x_min - spec.workspace.x_min > 1e-9
    also = f", and work_area x_m: [{area.x_min:.3f}, {area.x_max:.3f}]" if moved else ""
    return f"write {joints}{also}, which hides {hidden:.0%}"


def _narrowed(spec: ArmSpec) -> str:
    """The form of range_rad, with the range that the second joint has now."""
    low, high = spec.lower_rad[1], spec.upper_rad[1]
    return f"range_rad: {{{spec.joint_names[1]}: [{low:.2f}, {high:.2f}]}} with narrower numbers"
