"""An arm's folder begun from a URDF: what can be found out is filled in, what must be decided is
asked.

Knows: the order in which one thing follows from another. Does not know: files (writing), how
anything is found out (hands, gripper, body, posture, reach).

What is filled in is told in a comment beside it and in `said`; a field is filled in only where one
answer is sensible. The rest are questions (robots.questions) with what could be answered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llmagentos.errors import RobotError
from llmagentos.robot_setup.body import Body, body_of, urdf_text
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.facing import turned, turned_by
from llmagentos.robot_setup.few_joints import FULL, on_the_roll, straightened
from llmagentos.robot_setup.gripper import Measured, ends_of, measure
from llmagentos.robot_setup.hands import Reach, arms_of, fingertips_of, others_of, still_fingers
from llmagentos.robot_setup.placing import add_place, ask_for_gripper_first
from llmagentos.robot_setup.posture import Chain
from llmagentos.robot_setup.tree import TURNING, Joint, Tree

#: Full speed is reached in a quarter of a second.
_ACCELERATION_PER_S, _MOST_RADPS2 = 4.0, 20.0
_TOOL_MPS, _CAREFUL_MPS = 1.0, 0.25
#: Torque of a motor whose file says none, N m: simulation alone uses it.
_EFFORT_NM = 50.0
#: A finger's force that may be the gripper's, and one that no such gripper has, N.
_LEAST_FORCE_N, _MOST_FORCE_N, _ABSURD_FORCE_N = 5.0, 100.0, 200.0
#: What may be answered, N: for a hand on an arm of usual size, and on one whose links are shorter.
_FORCES, _SMALL_FORCES, _SMALL_M = ("20", "40", "70"), ("5", "10", "20"), 0.5
_HOW_TO_FIND = (
    "use the file where it lies in its package, or name the folder that holds the package: "
    "ROS_PACKAGE_PATH=/path/to/share llmagentos robot new"
)

#: Axes that are off by less are only rounded, rad.
_ROUNDED_RAD = 1e-4


@dataclass(frozen=True)
class Wishes:
    """What a person has decided before: the hand's link where there are several, a link for the
    tip, how high the table is over the file's root (metres), another name."""

    hand: str = ""
    tip: str = ""
    table_z_m: float | None = None
    name: str = ""


def draft(tree: Tree, wishes: Wishes | None = None) -> Draft:
    """The folder's content as far as it follows from the file. Raises RobotError where the file
    holds no arm at all."""
    wishes = wishes or Wishes()
    made = Draft(name_of(tree, wishes))
    arms = arms_of(tree)
    others = others_of(tree)
    if not arms and others:
        raise RobotError(
            f"{tree.file}: expected an arm, got chains that by their names end in wheels, feet or a "
            f"head: {', '.join(others)}"
        )
    if others:
        made.said.append(f"no arms by their names (wheels, feet, heads): {', '.join(others)}")
    if not arms:
        names = ", ".join(j.name for j in tree.joints.values() if j.kind != "fixed") or "none"
        raise RobotError(
            f"{tree.file}: expected an arm of at least four turning joints, got joints {names}"
        )
    reach = _chosen(made, tree, arms, wishes)
    if reach is None:
        return made
    tree, reach, crooked = straightened(tree, reach)
    if crooked > _ROUNDED_RAD:
        made.said.append(
            f"axes: set straight by at most {crooked:.2g} rad, as five joints need them"
        )
    moving = [j.name for j in (*reach.arm, *reach.fingers)]
    body = body_of(tree, moving)
    _tell_lost(made, body)
    measured = _gripper(made, tree, reach, body)
    tree, reach, body = _faced(made, tree, reach, body, measured)
    made.fill("joints", [j.name for j in reach.arm], _about_joints(reach))
    made.fill("hand_link", reach.link, "it carries the fingers" if reach.fingers else
              "the arm's last body")  # fmt: skip
    _ask_about_shapes(made, body)
    tip = _tip(made, tree, reach, measured, wishes)
    ranges = _limits(made, reach)
    fixed = None
    if measured is not None and measured.fixed:
        fixed = _fixed(reach), reach.link, measured.fixed, measured.taken
    made.urdf, weighed = urdf_text(tree, body, moving, tip, fixed)
    if weighed:
        made.said.append(f"masses: guessed from the shapes of {', '.join(weighed)}: none are given")
    _motion(made, reach)
    if "tip_link" in made.values and measured is not None:
        chain = Chain(made.urdf, [j.name for j in reach.arm], str(made.values["tip_link"]), ranges)
        add_place(made, chain, wishes.table_z_m, bool(reach.before))
    else:
        ask_for_gripper_first(made)
    return made


def _faced(
    made: Draft, tree: Tree, reach: Reach, body: Body, measured: Measured | None
) -> tuple[Tree, Reach, Body]:
    """The base link, with the way that the arm faces ahead of it."""
    ahead = 0.0 if measured is None else turned_by(tree, reach, measured.tip)
    if ahead == 0.0:
        made.fill("base_link", tree.root, "the file's root; x is ahead of the arm, y to its left")
        return tree, reach, body
    base = f"{made.name}_base"
    made.fill("base_link", base, f"added to the URDF, turned by {ahead:.2f} rad against {tree.root}: the "
              "arm faces that way; x is ahead of it, y to its left, and all places are in this frame")  # fmt: skip
    tree, reach = turned(tree, reach, ahead, base)
    return tree, reach, replace(body, shapes={**body.shapes, base: ()})


def name_of(tree: Tree, wishes: Wishes) -> str:
    """What the arm, its folder and its files are called: letters, digits and underscores."""
    name = wishes.name or tree.name
    return re.sub(r"\W+", "_", name).strip("_").lower() or "arm"


def _fixed(reach: Reach) -> str:
    return f"{reach.link}_fixed_finger"


def _chosen(made: Draft, tree: Tree, arms: Sequence[Reach], wishes: Wishes) -> Reach | None:
    links = [a.link for a in arms]
    if wishes.hand:
        for arm in arms:
            if arm.link == wishes.hand:
                return arm
        raise RobotError(f"--hand: expected one of {', '.join(links)}, got {wishes.hand!r}")
    if len(arms) == 1:
        return arms[0]
    made.ask("hand_link", f"{tree.file.name} has {len(arms)} arms; everything else follows from "
             "which one is meant: `robot new` again with --force --hand LINK.", links)  # fmt: skip
    return None


def _about_joints(reach: Reach) -> str:
    words = f"the {len(reach.arm)} turning joints up to {reach.link}"
    endless = [j.name for j in reach.arm if j.kind == "continuous"]
    if endless:
        words += f"; {', '.join(endless)} turn without end, taken as one turn to either side"
    if reach.before:
        still = ", ".join(j.name for j in reach.before)
        words += f"; below them, standing still: {still}"
    return words


def _ask_about_shapes(made: Draft, body: Body) -> None:
    if body.boxed:
        made.said.append(f"shapes: boxes for the meshes of {len(body.boxed)} links")
    if not body.guessed:
        return
    lost = f" (meshes not found: {', '.join(body.lost)})" if body.lost else ""
    made.ask("shapes", f"The file has no usable shapes for {', '.join(body.guessed)}{lost}; the URDF "
             "beside this file has guessed boxes there. Measure, correct them, and write: checked.",
             ("checked",))  # fmt: skip


def _gripper(made: Draft, tree: Tree, reach: Reach, body: Body) -> Measured | None:
    if not reach.fingers:
        still = ", ".join(j.name for j in still_fingers(tree, reach))
        words = f"In the file {still} do not move (type fixed): make their type revolute or prismatic with " \
                "axis and limit, as the maker's file has it, and run `robot new` again; or put" if still \
                else "The file has no finger joints: put"  # fmt: skip
        made.ask("gripper", f"{words} a gripper at the arm's end with `robot new --gripper FILE`, or "
                 "in the URDF.")  # fmt: skip
        return None
    blind = _blind_fingers(tree, reach, body)
    if blind:
        made.ask("gripper", f"The meshes of {', '.join(blind)} were not found, so nothing was measured: "
                 f"{_HOW_TO_FIND}, with --force.")  # fmt: skip
        return None
    try:
        measured = measure(tree, reach, body.shapes)
    except RobotError as exc:
        if len(fingertips_of(reach)) > 2:
            made.ask("gripper", f"{exc}.")
            return None
        names = ", ".join(j.name for j in reach.fingers)
        made.ask("gripper", f"Which of {names} open the fingers, and how far? {exc}. Write {{joints: "
                 "[..], joint_values: [closed, open], opening_m: [closed, open], max_force_n: N}; "
                 "joints that mimic one of them follow it.")  # fmt: skip
        return None
    values: dict[str, object] = {
        "joints": list(measured.joints),
        "joint_values": list(measured.values),
        "opening_m": list(measured.openings_m),
    }
    if set(measured.multipliers) != {1.0}:
        values["multipliers"] = list(measured.multipliers)
    if measured.fixed:
        values["fixed_finger"] = _fixed(reach)
    how = "by how far they part" if measured.bare else "between the inner faces of their ends"
    made.fill("gripper", values, f"measured by moving {', '.join(measured.joints)}, {how}")
    lead = tree.joints[measured.joints[0]]
    _force(made, reach, lead, measured.lever_m)
    return measured


def _force(made: Draft, reach: Reach, lead: Joint, lever_m: float) -> None:
    """What a finger presses with; asked where the file has no number that can be one."""
    force = round(lead.effort / lever_m, 1)
    how = f"the effort of {lead.name}"
    if lead.kind in TURNING:
        how += f", {lead.effort:g} N m over a lever of {lever_m * 1000:.0f} mm"
    if _LEAST_FORCE_N <= force <= _MOST_FORCE_N:
        made.fill("gripper.max_force_n", force, f"from {how}")
        return
    words = "How hard a finger may press at most, N (its data sheet)?"
    if 0 < force <= _ABSURD_FORCE_N:
        words += f" By {how}, it would be {force:g}."
    length = sum(float(np.linalg.norm(j.origin[:3, 3])) for j in reach.arm[1:])
    made.ask("gripper.max_force_n", words, _FORCES if length > _SMALL_M else _SMALL_FORCES)


def _blind_fingers(tree: Tree, reach: Reach, body: Body) -> list[str]:
    """Fingers whose meshes were not found: what would be measured of them is guessed."""
    lost = {words.partition(" (")[0] for words in body.lost}
    return [e for e in ends_of(tree, reach) if e in body.guessed and tree.fixed_to(e) & lost]


def _tell_lost(made: Draft, body: Body) -> None:
    """Meshes that were not found, first of all: much follows from that."""
    if body.lost:
        mesh = body.lost[0].partition(" (")[2].rstrip(")")
        made.said.insert(
            0,
            f"MISSING meshes of {len(body.lost)} links were not found, {mesh} first: {_HOW_TO_FIND}",
        )


def _tip(
    made: Draft, tree: Tree, reach: Reach, measured: Measured | None, wishes: Wishes
) -> tuple[str, str, np.ndarray] | None:
    rest = tree.placements({})
    here = np.linalg.inv(rest[reach.link])
    links = sorted(tree.fixed_to(reach.arm[-1].child))
    if wishes.tip:
        if wishes.tip not in links:
            raise RobotError(f"--tip: expected one of {', '.join(links)}, got {wishes.tip!r}")
        made.fill("tip_link", wishes.tip, "as asked for")
        return None
    if measured is None:
        made.ask("tip_link", "The link between the finger tips, z out of the hand, the fingers opening "
                 "along y.", links)  # fmt: skip
        return None
    placed = on_the_roll(tree, reach, measured.tip, bool(measured.fixed))
    fitting = []
    for link in links if len(reach.arm) >= FULL else ():
        off = np.linalg.inv(measured.tip) @ here @ rest[link]
        turned = off[2, 2] > 0.9999 and abs(off[1, 1]) > 0.9999
        if turned and np.hypot(off[0, 3], off[1, 3]) < 0.002 and abs(off[2, 3]) < 0.01:
            fitting.append(link)
    if fitting:
        made.fill("tip_link", fitting[0], "it lies between the fingers, as a tip has to")
        return None
    name = f"{made.name}_tip"
    made.fill("tip_link", name, "added to the URDF 1 cm inside the fingers' ends; z out of the hand, "
              "the fingers open along y")  # fmt: skip
    return name, reach.link, placed


def _limits(made: Draft, reach: Reach) -> list[tuple[float, float]]:
    """Ranges of the arm's joints; what the file lacks is asked, or filled in."""
    slow = [j.name for j in reach.arm if j.velocity <= 0]
    weak = [j.name for j in reach.arm if j.effort <= 0]
    free = [j.name for j in reach.arm if not j.limited]
    if slow:
        made.ask("max_velocity_radps", f"How fast {', '.join(slow)} may turn, rad/s (data sheet); the "
                 "file does not say.", (_each(slow, "1.0"), _each(slow, "3.14")))  # fmt: skip
    if weak:
        made.fill("max_effort_nm", dict.fromkeys(weak, _EFFORT_NM),
                  "the file has none; simulation alone uses it")  # fmt: skip
    if free:
        made.ask("range_rad", f"How far {', '.join(free)} may turn, rad; the file does not say.",
                 (_each(free, "[-3.14, 3.14]"),))  # fmt: skip
    return [(j.lower, j.upper) if j.limited else (-math.pi, math.pi) for j in reach.arm]


def _each(names: Sequence[str], value: str) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name in names) + "}"


def _motion(made: Draft, reach: Reach) -> None:
    rates = [j.velocity or 1.0 for j in reach.arm]
    most = [round(min(max(_ACCELERATION_PER_S * v, 1.0), _MOST_RADPS2), 2) for v in rates]
    made.fill("max_acceleration_radps2", most, "full speed in a quarter of a second; see the data "
              "sheet before more")  # fmt: skip
    made.fill("max_tool_speed_mps", _TOOL_MPS, "our own choice")
    made.fill("profiles", {
        "careful": {"velocity": 0.3, "acceleration": 0.5, "tool_speed_mps": _CAREFUL_MPS},
        "sim": {"velocity": 0.95, "acceleration": 1.0, "tool_speed_mps": _TOOL_MPS},
    }, "beside people, and what the hardware takes")  # fmt: skip
