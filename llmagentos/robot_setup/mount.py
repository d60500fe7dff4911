"""A gripper's URDF at the end of an arm's.

Knows: two trees, where an arm's end points and where a gripper's fingers do. Does not know: what
either is.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robot_setup.meshes import find_mesh
from llmagentos.robot_setup.tree import MOVING, TURNING, Tree, tree_of

#: A gripper that points within this of the last joint's axis points out of the arm, as a cosine.
_OUT = math.cos(math.radians(20))


@dataclass(frozen=True)
class Mount:
    """tree: both as one. link: of the arm, which carries the gripper. rpy: how the gripper was turned
    against that link, rad. removed: joints of the arm's own hand, which it replaces."""

    tree: Tree
    link: str
    rpy: tuple[float, float, float]
    removed: tuple[str, ...]

    @property
    def words(self) -> str:
        """What was done."""
        said = f"on {self.link}"
        if any(self.rpy):
            turn = " ".join(f"{v:.2f}" for v in self.rpy)
            said += f", turned by rpy {turn} so that its fingers point out of the arm"
        if self.removed:
            said += f", in place of what moves there ({', '.join(self.removed)})"
        return said


def mounted(arm: Tree, gripper: Tree, link: str = "") -> Mount:
    """Both as one tree. link: of the arm, which the gripper's root is fixed to; "": the outermost.

    A gripper that would point to the side is turned to where the last joint's axis points. Joints
    that move beyond the link are taken off with all that they carry: the gripper replaces them.
    Names that are in both files get a prefix on the gripper's side. Raises RobotError where no link
    is the outermost one.
    """
    where = link or outermost(arm)
    if where not in arm.links:
        raise RobotError(f"{arm.file}: expected a link to mount the gripper on, got {where!r}")
    off = [j for j in arm.below(where) if j.kind in MOVING] if link else []
    gone = {j.child for j in off} | {k.child for j in off for k in arm.below(j.child)}
    kept = set(arm.links) - gone, {n for n, j in arm.joints.items() if j.child not in gone}
    gripper = _told_apart(gripper, kept[0] | kept[1])
    element = deepcopy(arm.element)
    for part in [*element.findall("link"), *element.findall("joint")]:
        if part.get("name") not in kept[0] | kept[1]:
            element.remove(part)
    for part in deepcopy(gripper.element):
        for mesh in part.iter("mesh"):
            file = find_mesh(mesh.get("filename", ""), gripper.file)
            if file is not None:
                mesh.set("filename", str(file.resolve()))
        element.append(part)
    rpy = _turn(arm, gripper, where)
    joint = ElementTree.SubElement(element, "joint", name=f"{gripper.root}_mount", type="fixed")
    ElementTree.SubElement(joint, "parent", link=where)
    ElementTree.SubElement(joint, "child", link=gripper.root)
    ElementTree.SubElement(joint, "origin", xyz="0 0 0", rpy=" ".join(f"{v:.12g}" for v in rpy))
    return Mount(tree_of(element, arm.file), where, rpy, tuple(j.name for j in off))


def _told_apart(gripper: Tree, taken: set[str]) -> Tree:
    """The gripper with `gripper_` before names that the arm has too."""
    both = (set(gripper.links) | set(gripper.joints)) & taken
    if not both:
        return gripper
    element = deepcopy(gripper.element)
    for part in element.iter():
        for key in ("name", "link", "joint"):
            if part.get(key) in both:
                part.set(key, f"gripper_{part.get(key)}")
    return tree_of(element, gripper.file)


def _turn(arm: Tree, gripper: Tree, where: str) -> tuple[float, float, float]:
    """The gripper's turn against the link, by right angles, that has its fingers point on along the
    arm's last axis; none where they do, or where nobody can tell."""
    turning = [j for j in arm.chain(where) if j.kind in TURNING]
    points = _fingers_way(gripper)
    if not turning or points is None:
        return 0.0, 0.0, 0.0
    rest, last = arm.placements({}), turning[-1]
    axis = rest[last.child][:3, :3] @ last.axis
    beyond = rest[where][:3, 3] - rest[last.parent][:3, 3]
    if float(axis @ beyond) < -1e-4:
        axis = -axis
    out = rest[where][:3, :3].T @ axis
    if float(points @ out) > _OUT:
        return 0.0, 0.0, 0.0
    right = math.pi / 2
    turns = [
        (r * right, p * right, y * right)
        for r in (0, 1, -1, 2) for p in (0, 1, -1) for y in (0, 1, -1, 2)
    ]  # fmt: skip
    fitting = [t for t in turns if float((_rotation(t) @ points) @ out) > _OUT]
    return min(fitting, key=lambda t: sum(map(abs, t)), default=(0.0, 0.0, 0.0))


def _fingers_way(gripper: Tree) -> NDArray[np.float64] | None:
    """The axis of a gripper's root along which its fingers lie; None without any."""
    rest = gripper.placements({})
    ends = [
        rest[j.child][:3, 3]
        for j in gripper.joints.values()
        if j.kind in MOVING and not any(k.kind in MOVING for k in gripper.below(j.child))
    ]
    if not ends:
        return None
    middle = np.mean(ends, axis=0)
    if float(np.linalg.norm(middle)) < 1e-6:
        return None
    i = int(np.argmax(np.abs(middle)))
    way: NDArray[np.float64] = np.eye(3)[i] * math.copysign(1.0, middle[i])
    return way


def _rotation(rpy: tuple[float, float, float]) -> NDArray[np.float64]:
    (cr, cp, cy), (sr, sp, sy) = np.cos(rpy), np.sin(rpy)
    made: NDArray[np.float64] = np.array(
        [
            [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
            [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
            [-sp, cp * sr, cp * cr],
        ]
    )
    return made


def outermost(arm: Tree) -> str:
    """The link at the end of the chain with most moving joints, fixed ones on it included.

    Raises RobotError where there are several."""
    leaves = [name for name in arm.links if not any(j.parent == name for j in arm.joints.values())]
    moving = {name: sum(j.kind in MOVING for j in arm.chain(name)) for name in leaves}
    most = max(moving.values())
    ends = [name for name in leaves if moving[name] == most]
    ends = [name for name in ends if name in ("tool0", "flange")] or ends
    if len(ends) > 1:
        raise RobotError(
            f"{arm.file}: expected one link to mount the gripper on, got {', '.join(sorted(ends))}: "
            "name it with --mount"
        )
    return ends[0]
