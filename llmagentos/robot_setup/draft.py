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
from dataclasses import dataclass, field, replace

import numpy as np

from llmagentos.errors import RobotError
from llmagentos.robot_setup.body import Body, body_of, urdf_text
from llmagentos.robot_setup.gripper import Measured, measure
from llmagentos.robot_setup.hands import Reach, arms_of
from llmagentos.robot_setup.posture import Chain, Posture, nearest_turn
from llmagentos.robot_setup.provisional import spec_of
from llmagentos.robot_setup.reach import Silhouette, heights_m, largest_area, reach_map, ring_map
from llmagentos.robot_setup.tree import Joint, Tree
from llmagentos.robots.loading import FILE
from llmagentos.robots.questions import Question
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Workspace

#: Full speed is reached in a quarter of a second.
_ACCELERATION_PER_S, _MOST_RADPS2 = 4.0, 20.0
_TOOL_MPS, _CAREFUL_MPS = 1.0, 0.25
#: Torque of a motor whose file says none, N m: simulation alone uses it.
_EFFORT_NM = 50.0
#: A finger's force that may be the gripper's, and one that no such gripper has, N.
_MOST_FORCE_N, _ABSURD_FORCE_N = 100.0, 200.0
#: So many postures are tried over the table; cells of the map on a stretched arm.
_POSTURES, _CELLS = 4, 16
#: An arm whose shoulder is this much of its length up does not stand on the table.
_HIGH = 0.8
#: At rest, nothing of the arm is lower than this, metres.
_CLEAR_M = 0.02
_LEAN_RAD = 0.7
#: A table that is as deep as the first has things of their own size on it; where it is less deep
#: than the second they are smaller.
_FULL_DEPTH_M, _SMALL_M = 0.30, 0.25


@dataclass
class Draft:
    """name: of the arm and its files. values: what robot.yaml holds; notes: a comment by field;
    questions: by field, in place of values. urdf: the text of the URDF beside it."""

    name: str
    urdf: str = field(repr=False, default="")
    values: dict[str, object] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def fill(self, name: str, value: object, why: str) -> None:
        """A field with one sensible answer, and why it is that."""
        self.values[name], self.notes[name] = value, why
        self.said.append(f"{name}: {why}")

    def ask(self, name: str, words: str, candidates: Sequence[str] = ()) -> None:
        """A field that a person has to decide."""
        self.questions.append(Question(name, words, tuple(candidates)))


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
    if not arms:
        names = ", ".join(j.name for j in tree.joints.values() if j.kind != "fixed") or "none"
        raise RobotError(
            f"{tree.file}: expected an arm of at least four turning joints, got joints {names}"
        )
    reach = _chosen(made, tree, arms, wishes)
    if reach is None:
        return made
    moving = [j.name for j in (*reach.arm, *reach.fingers)]
    body = body_of(tree, moving)
    made.fill("base_link", tree.root, "the file's root")
    made.fill("joints", [j.name for j in reach.arm], _about_joints(reach))
    made.fill("hand_link", reach.link, "it carries the fingers")
    _ask_about_shapes(made, body)
    measured = _gripper(made, tree, reach, body)
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
        _place(made, tree, reach, chain, wishes)
    else:
        made.ask("home_rad", "Joints at rest, hand straight down, out of the picture; found by `robot "
                 "new` where the gripper is known.")  # fmt: skip
        made.ask("work_area", "The table's part that it works on, {x_m: [..], y_m: [..]}; found by "
                 "`robot new` where the gripper is known.")  # fmt: skip
    return made


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
        made.ask("gripper", "The file has no finger joints: put a gripper at the arm's end with "
                 "`robot new --gripper FILE`, or in the URDF.")  # fmt: skip
        return None
    try:
        measured = measure(tree, reach, body.shapes)
    except RobotError as exc:
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
    force = round(lead.effort / measured.lever_m, 1)
    if 0 < force <= _MOST_FORCE_N:
        made.fill("gripper.max_force_n", force, f"from the effort of {lead.name}")
    else:
        words = "How hard a finger may press at most, N (its data sheet)?"
        if 0 < force <= _ABSURD_FORCE_N:
            words += f" By the effort of {lead.name} in the file it would be {force:.0f}."
        made.ask("gripper.max_force_n", words, ("20", "40", "70"))
    return measured


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
    fitting = []
    for link in links:
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
    return name, reach.link, measured.tip


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
        "full": {"velocity": 0.95, "acceleration": 1.0, "tool_speed_mps": _TOOL_MPS},
    }, "beside people, and what the hardware takes")  # fmt: skip


def _place(made: Draft, tree: Tree, reach: Reach, chain: Chain, wishes: Wishes) -> None:
    """Home and work area, which depend on each other."""
    length = chain.length_m()
    table = wishes.table_z_m
    if table is None and (reach.before or chain.shoulder[2] > _HIGH * length):
        made.ask("work_area", f"How high is the table over {made.values['base_link']}? The shoulder is "
                 f"{chain.shoulder[2]:.2f} m above it. `robot new` again with --force "
                 "--table-z METRES.",
                 ("--table-z 0.0", "--table-z 0.75"))  # fmt: skip
        made.ask("home_rad", "Joints at rest, hand straight down, out of the picture; found with the "
                 "work area.")  # fmt: skip
        return
    if len(reach.arm) == 5:
        made.fill("lean_rad", _LEAN_RAD, "five joints: farther out the hand leans")
    postures = [p for p in chain.postures() if p.height_m > 0] or chain.postures()
    if not postures:
        made.ask(
            "home_rad", "Joints at rest, hand straight down: none were found within the limits."
        )
        made.ask("work_area", "The table's part that it works on, {x_m: [..], y_m: [..]}.")
        return
    try:
        base = spec_of(made, postures[0].joints, table or 0.0)
    except RobotError as exc:
        why = str(exc).partition(f"{FILE}: ")[2]
        made.ask("work_area", f"It could not be looked for: {why}.")
        made.ask("home_rad", "Joints at rest, hand straight down.",
                 [str(list(p.joints)) for p in postures[:3]])  # fmt: skip
        return
    best: tuple[float, ArmSpec] | None = None
    upright = _stands_upright(reach.arm[0], tree)
    for posture in postures[:_POSTURES]:
        spec = replace(base, home_rad=posture.joints)
        area = _area(spec, chain, length, table or 0.0, upright)
        size = 0.0 if area is None else (area.x_max - area.x_min) * (area.y_max - area.y_min)
        if best is None or size > best[0] * 1.1 + 1e-9:
            best = size, spec if area is None else replace(spec, workspace=area)
    assert best is not None
    size, spec = best
    if size == 0:
        made.ask("work_area", "The table's part that it works on, {x_m: [..], y_m: [..]}: with the hand "
                 "straight down no rectangle of it was found.")  # fmt: skip
        made.ask("home_rad", "Joints at rest, hand straight down, out of the picture.",
                 [str(list(p.joints)) for p in postures[:3]])  # fmt: skip
        return
    area = spec.workspace
    deep = area.x_max - area.x_min
    small = {"scale": round(max(deep / _FULL_DEPTH_M, 0.25), 2)} if deep < _SMALL_M else {}
    made.fill("work_area", {
        "x_m": [round(area.x_min, 3), round(area.x_max, 3)],
        "y_m": [round(area.y_min, 3), round(area.y_max, 3)],
        "table_z_m": area.table_z,
        **small,
    }, f"reached hand down, up to {heights_m(length)[1]:.2f} m over it; the table at {area.table_z:.2f} m")  # fmt: skip
    _home(made, spec, postures, upright)


def _stands_upright(first: Joint, tree: Tree) -> bool:
    """Whether the first joint turns about the vertical, and far enough to either side."""
    axis = tree.placements({})[first.child][:3, :3] @ first.axis
    return bool(abs(axis[2]) > 0.999 and first.lower < -1.6 and first.upper > 1.6)


def _area(
    spec: ArmSpec, chain: Chain, length: float, table: float, upright: bool
) -> Workspace | None:
    step = max(round(length / _CELLS, 2), 0.01)
    x0, y0 = (round(float(v) / step) * step for v in chain.shoulder[:2])
    count = math.ceil(length / step)
    x = [x0 + step * i for i in range(2, count + 1)]
    y = [y0 + step * i for i in range(-count, count + 1)]
    spec = replace(spec, workspace=Workspace(min(x), max(x), min(y), max(y), table))
    high = heights_m(length)
    if upright:
        reached = ring_map(spec, x, y, (float(chain.shoulder[0]), float(chain.shoulder[1])), high)
    else:
        reached = reach_map(spec, x, y, high)
    found = largest_area(reached, y0, length)
    return None if found is None else replace(found, table_z=table)


def _home(made: Draft, spec: ArmSpec, postures: Sequence[Posture], upright: bool) -> None:
    """The posture that the area was found with, turned aside until it hides nothing of it."""
    tried: list[tuple[float, float, tuple[float, ...]]] = []
    turns = [0.0]
    seen = Silhouette(spec)
    if upright:
        turns += [s * 0.2 * k for k in range(1, 13) for s in (-1, 1)]
    for joints in (spec.home_rad, *(p.joints for p in postures[:_POSTURES])):
        for turn in turns:
            first = nearest_turn(joints[0] + turn, spec.lower_rad[0], spec.upper_rad[0])
            q = (first, *joints[1:])
            if not spec.lower_rad[0] + 0.15 < q[0] < spec.upper_rad[0] - 0.15:
                continue
            hidden = seen.hidden_share(q) if seen.lowest_m(q) > _CLEAR_M else 1.0
            tried.append((hidden, abs(turn), tuple(round(v, 6) for v in q)))
            if hidden == 0:
                aside = f", turned aside by {turn:.1f} rad" if turn else ""
                made.fill("home_rad", list(tried[-1][2]), "hand straight down, out of the picture"
                          + aside)  # fmt: skip
                return
    tried = sorted(set(tried))
    made.ask("home_rad", "Joints at rest, hand straight down. Each of these hides some of the work area "
             f"from a camera above it, the first {tried[0][0]:.0%}.",
             [str(list(q)) for _, _, q in tried[:3]])  # fmt: skip
