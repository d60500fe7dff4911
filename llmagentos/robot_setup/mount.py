"""A gripper's URDF at the end of an arm's.

Knows: two trees. Does not know: what either is.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from copy import deepcopy

from llmagentos.errors import RobotError
from llmagentos.robot_setup.meshes import find_mesh
from llmagentos.robot_setup.tree import MOVING, Tree, tree_of


def mounted(arm: Tree, gripper: Tree, link: str = "") -> Tree:
    """Both as one tree. link: of the arm, which the gripper's root is fixed to; "": the outermost.

    Raises RobotError where a name is in both, or no link is the outermost one.
    """
    where = link or outermost(arm)
    if where not in arm.links:
        raise RobotError(f"{arm.file}: expected a link to mount the gripper on, got {where!r}")
    taken = (set(arm.links) & set(gripper.links)) | (set(arm.joints) & set(gripper.joints))
    if taken:
        raise RobotError(
            f"expected names that are not in both files, got {', '.join(sorted(taken))} in "
            f"{arm.file} and {gripper.file}"
        )
    element = deepcopy(arm.element)
    for part in deepcopy(gripper.element):
        for mesh in part.iter("mesh"):
            file = find_mesh(mesh.get("filename", ""), gripper.file)
            if file is not None:
                mesh.set("filename", str(file.resolve()))
        element.append(part)
    joint = ElementTree.SubElement(element, "joint", name=f"{gripper.root}_mount", type="fixed")
    ElementTree.SubElement(joint, "parent", link=where)
    ElementTree.SubElement(joint, "child", link=gripper.root)
    return tree_of(element, arm.file)


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
