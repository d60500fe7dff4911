"""Arms with fewer joints than a pose takes: what they have to be like, and what is crooked in a file.

Knows: axes of joints. Does not know: shapes, limits, solving.

With six joints a hand comes to any pose. With five it can be set down upright at any yaw where the
arm is built like this: the first joint turns about the vertical, three bend it in one plane, the
last one turns the hand about its own axis. Files round their angles (1.57079 for a right one), and
what six joints make good leaves five with no solution at all: such axes are set straight here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robot_setup.hands import Reach
from llmagentos.robot_setup.tree import Joint, Tree
from llmagentos.robots.model import ArmModel
from llmagentos.robots.specs import ArmSpec
from llmagentos.robots.urdf import joints_of, parse

Array = NDArray[np.float64]

#: A pose takes so many; so many are the fewest that set a hand down at any yaw.
FULL, FEWEST = 6, 5
#: Axes that are off by no more than the first are meant to be straight, rad; solving takes no more
#: than the second.
_CROOKED_RAD, _EXACT_RAD = 0.02, 1e-3
#: A tip may lie so far beside the last joint's axis, metres: less than boxes of meshes are exact to.
_BESIDE_M = 0.004


def fault_of(names: Sequence[str], axes: Sequence[Array], within_rad: float = _CROOKED_RAD) -> str:
    """Why these joints cannot set a hand down upright at any yaw; "" where they can.

    names, axes: from shoulder to wrist, unit vectors in the base frame, in any posture.
    """
    if len(axes) >= FULL:
        return ""
    built = "turn about the vertical, three that bend in one plane, a roll of the hand"
    if len(axes) < FEWEST:
        return (
            f"expected at least {FEWEST} turning joints ({built}), got {len(axes)}: "
            f"{', '.join(names)}; with fewer the hand cannot be set down at any yaw"
        )
    turn, *bends, roll = axes
    small = math.sin(within_rad)
    wrong = []
    if np.hypot(turn[0], turn[1]) > small:
        wrong.append(f"{names[0]} does not turn about the vertical")
    for name, axis in zip(names[1:-1], bends, strict=True):
        if np.linalg.norm(np.cross(axis, bends[0])) > small or abs(axis[2]) > small:
            wrong.append(f"{name} does not bend in the plane of the others")
    if abs(float(roll @ bends[0])) > small:
        wrong.append(f"{names[-1]} does not turn the hand in the plane that the others bend")
    return f"expected five joints that {built}, got another arm: {'; '.join(wrong)}" * bool(wrong)


def roll_fault(last: str, cosine: float, within_rad: float = _CROOKED_RAD) -> str:
    """Why a hand cannot be turned about itself; cosine: of its axis and the last joint's."""
    if abs(cosine) > math.cos(within_rad):
        return ""
    return (
        f"expected the last of five joints to turn the hand about its own axis, got {last}, which is "
        f"{math.degrees(math.acos(min(abs(cosine), 1.0))):.0f} degrees off it: such an arm "
        "cannot choose how its fingers lie on a thing"
    )


def built_fault(spec: ArmSpec) -> str:
    """The same of a finished folder; "" for arms that have joints enough."""
    if len(spec.joint_names) >= FULL:
        return ""
    joints, tree = joints_of(parse(spec.urdf, spec.name), spec.name), ArmModel(spec)
    links = [joints[name].child for name in spec.joint_names]
    frames = tree.placements(spec.home_rad, 0.0, [*links, spec.tip_link])
    own = axes_in(spec)
    axes = [
        frames[link][:3, :3] @ own[name] for name, link in zip(spec.joint_names, links, strict=True)
    ]
    fault = fault_of(spec.joint_names, axes, _EXACT_RAD)
    return fault or roll_fault(
        spec.joint_names[-1], float(axes[-1] @ frames[spec.tip_link][:3, 2]), _EXACT_RAD
    )


def axes_in(spec: ArmSpec) -> dict[str, Array]:
    """Every arm joint's axis in its own frame, by name."""
    root, found = parse(spec.urdf, spec.name), {}
    for element in root.findall("joint"):
        if element.get("name") in spec.joint_names:
            axis = element.find("axis")
            words = "1 0 0" if axis is None else axis.get("xyz", "1 0 0")
            way = np.array([float(word) for word in words.split()])
            found[element.get("name", "")] = way / np.linalg.norm(way)
    return found


def straightened(tree: Tree, reach: Reach) -> tuple[Tree, Reach, float]:
    """A tree whose axes are exact, its arm, and how far the most crooked one was off, rad.

    An arm with joints enough is left as it is. Raises RobotError where five joints are not built
    so that they can set a hand down.
    """
    if len(reach.arm) >= FULL:
        return tree, reach, 0.0
    rest = tree.placements({})
    axes = [rest[j.child][:3, :3] @ j.axis for j in reach.arm]
    fault = fault_of([j.name for j in reach.arm], axes)
    if fault:
        raise RobotError(f"{tree.file}: {fault}")
    wanted, off = _exact(axes), 0.0
    joints = dict(tree.joints)
    for joint, axis, straight in zip(reach.arm, axes, wanted, strict=True):
        own = rest[joint.child][:3, :3].T @ straight
        joints[joint.name] = replace(joint, axis=own)
        off = max(off, float(np.linalg.norm(np.cross(axis, straight))))
    tree = replace(tree, joints=joints)
    return tree, carried(tree, reach), off


def _exact(axes: Sequence[Array]) -> list[Array]:
    """The nearest axes that are exactly vertical, level and alike, and square to those."""
    turn, *bends, roll = axes
    level = np.mean([b * math.copysign(1.0, float(b @ bends[0])) for b in bends], axis=0)
    level[2] = 0.0
    level /= np.linalg.norm(level)
    flat = roll - level * float(roll @ level)
    return [
        np.array([0.0, 0.0, math.copysign(1.0, turn[2])]),
        *(level * math.copysign(1.0, float(b @ level)) for b in bends),
        flat / np.linalg.norm(flat),
    ]


def carried(tree: Tree, reach: Reach) -> Reach:
    """The same arm with a tree's own joints."""

    def own(joints: Sequence[Joint]) -> tuple[Joint, ...]:
        return tuple(tree.joints[j.name] for j in joints)

    return Reach(reach.link, own(reach.arm), own(reach.before), own(reach.fingers))


def on_the_roll(tree: Tree, reach: Reach, tip: Array, one_jaw: bool) -> Array:
    """The tip (4x4, hand link's frame) moved onto the last joint's axis, where five joints need it.

    one_jaw: the middle between the fingers moves anyway. Raises RobotError where the fingers close
    elsewhere.
    """
    if len(reach.arm) >= FULL:
        return tip
    rest, last = tree.placements({}), reach.arm[-1]
    wrist = np.linalg.inv(rest[reach.link]) @ rest[last.child]
    axis = wrist[:3, :3] @ last.axis
    fault = roll_fault(last.name, float(axis @ tip[:3, 2]))
    if fault:
        raise RobotError(f"{tree.file}: {fault}")
    axis = axis * math.copysign(1.0, float(axis @ tip[:3, 2]))
    way = tip[:3, 3] - wrist[:3, 3]
    beside = way - axis * float(way @ axis)
    across, opening = abs(float(beside @ tip[:3, 0])), abs(float(beside @ tip[:3, 1]))
    if max(across, 0.0 if one_jaw else opening) > _BESIDE_M:
        raise RobotError(
            f"{tree.file}: expected fingers that close on the axis of {last.name}, as an arm of five "
            f"joints needs it, got {max(across, opening) * 1000:.0f} mm beside it"
        )
    moved = np.eye(4)
    y = tip[:3, 1] - axis * float(tip[:3, 1] @ axis)
    y /= np.linalg.norm(y)
    moved[:3, 0], moved[:3, 1], moved[:3, 2] = np.cross(y, axis), y, axis
    moved[:3, 3] = wrist[:3, 3] + axis * float(way @ axis)
    return moved
