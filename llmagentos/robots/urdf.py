"""The parts of a URDF that the core reads itself: joint limits, simple collision shapes, masses.

Knows: XML, origins, boxes, cylinders and spheres. Does not know: kinematics (pinocchio reads the
chain, robots.model), meshes, which links belong to what.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import RobotError

_SHAPES = {"box": ("size", 3), "cylinder": ("radius length", 2), "sphere": ("radius", 1)}


@dataclass(frozen=True)
class LinkShape:
    """A box (size x, y, z), cylinder (radius, length along z) or sphere (radius) on a link.

    pose: 4x4, shape in the link's frame; metres.
    """

    link: str
    kind: str
    size: tuple[float, ...]
    pose: NDArray[np.float64] = field(compare=False)

    @property
    def half(self) -> tuple[float, float, float]:
        """Half extents along the shape's own axes."""
        if self.kind == "box":
            x, y, z = self.size
            return x / 2, y / 2, z / 2
        radius = self.size[0]
        return radius, radius, self.size[1] / 2 if self.kind == "cylinder" else radius


@dataclass(frozen=True)
class JointLimits:
    """Of one joint: kind as in the URDF; range (rad or m), rate, torque or force.

    length_m: from the parent link's origin to the joint. mimics: another joint and what its value
    is multiplied by for this one's; ("", 0) for a joint of its own.
    """

    kind: str
    parent: str
    child: str
    lower: float
    upper: float
    velocity: float
    effort: float
    length_m: float = 0.0
    mimics: tuple[str, float] = ("", 0.0)


def parse(text: str, where: str) -> ElementTree.Element:
    """The <robot> element; endless joints get a range of one turn to either side.

    where: what to call the file in errors. Raises RobotError.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as exc:
        raise RobotError(f"{where}: expected a URDF, got XML that does not parse: {exc}") from exc
    if root.tag != "robot":
        raise RobotError(f"{where}: expected a <robot>, got <{root.tag}>")
    for joint in root.findall("joint"):
        if joint.get("type") == "continuous":
            joint.set("type", "revolute")
            limit = joint.find("limit")
            if limit is None:
                limit = ElementTree.SubElement(joint, "limit", velocity="0", effort="0")
            limit.set("lower", str(-2 * math.pi))
            limit.set("upper", str(2 * math.pi))
    return root


def joints_of(root: ElementTree.Element, where: str) -> dict[str, JointLimits]:
    """Every joint by name. Raises RobotError for numbers that are none."""
    found = {}
    for joint in root.findall("joint"):
        name = joint.get("name", "")
        limit = joint.find("limit")
        lower, upper, velocity, effort = (
            numbers_of(limit.get(key, "0") if limit is not None else "0", 1, f"{where}: {name}")[0]
            for key in ("lower", "upper", "velocity", "effort")
        )
        parent, child = joint.find("parent"), joint.find("child")
        found[name] = JointLimits(
            joint.get("type", ""),
            "" if parent is None else parent.get("link", ""),
            "" if child is None else child.get("link", ""),
            *(lower, upper, velocity, effort),
            length_m=math.hypot(*origin_of(joint.find("origin"), f"{where}: {name}")[:3, 3]),
            mimics=_mimics(joint.find("mimic"), f"{where}: {name}"),
        )
    return found


def _mimics(mimic: ElementTree.Element | None, where: str) -> tuple[str, float]:
    if mimic is None:
        return "", 0.0
    (multiplier,) = numbers_of(mimic.get("multiplier", "1"), 1, where)
    (offset,) = numbers_of(mimic.get("offset", "0"), 1, where)
    if offset or not multiplier:
        raise RobotError(
            f"{where}: expected to mimic with a multiplier and no offset, got {multiplier}, {offset}"
        )
    return mimic.get("joint", ""), multiplier


def shapes_of(root: ElementTree.Element, where: str) -> tuple[LinkShape, ...]:
    """All collision boxes, cylinders and spheres. Meshes are left out. Raises RobotError."""
    found = []
    for link in root.findall("link"):
        name = link.get("name", "")
        for collision in link.findall("collision"):
            pose = origin_of(collision.find("origin"), f"{where}: link {name}")
            for tag, (keys, count) in _SHAPES.items():
                shape = collision.find(f"geometry/{tag}")
                if shape is not None:
                    text = " ".join(shape.get(key, "") for key in keys.split())
                    size = numbers_of(text, count, f"{where}: link {name}")
                    found.append(LinkShape(name, tag, tuple(size), pose))
    return tuple(found)


def masses_of(root: ElementTree.Element, where: str) -> dict[str, float]:
    """The mass of every link, kg; 0 where none is given. Raises RobotError."""
    found = {}
    for link in root.findall("link"):
        name, mass = link.get("name", ""), link.find("inertial/mass")
        text = "0" if mass is None else mass.get("value", "0")
        found[name] = numbers_of(text, 1, f"{where}: link {name}")[0]
    return found


def origin_of(origin: ElementTree.Element | None, where: str) -> NDArray[np.float64]:
    """The 4x4 pose of an <origin>; none is no motion. Raises RobotError."""
    pose = np.eye(4)
    if origin is None:
        return pose
    pose[:3, 3] = numbers_of(origin.get("xyz", "0 0 0"), 3, where)
    (roll, pitch, yaw) = numbers_of(origin.get("rpy", "0 0 0"), 3, where)
    cr, sr, cp, sp = math.cos(roll), math.sin(roll), math.cos(pitch), math.sin(pitch)
    cy, sy = math.cos(yaw), math.sin(yaw)
    pose[:3, :3] = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    return pose


def numbers_of(text: str, count: int, where: str) -> list[float]:
    """So many finite numbers. Raises RobotError."""
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise RobotError(f"{where}: expected {count} finite numbers, got {text!r}")
    return numbers
