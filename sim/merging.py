"""Links of a URDF that never move against each other, made one.

Knows: frames, masses, moments of inertia, shapes. Does not know: PyBullet, arms.

What a link becomes part of keeps its own name and frame; mass and moments of inertia add up.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Mapping
from copy import deepcopy

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from llmagentos.errors import RobotError
from llmagentos.robots.urdf import numbers_of, origin_of

Matrix = NDArray[np.float64]

_MOMENTS = ("ixx", "ixy", "ixz", "iyy", "iyz", "izz")


def merged(
    urdf: str,
    held: Mapping[str, float],
    kept: Collection[str] = (),
    beyond: Collection[str] = (),
) -> tuple[str, dict[str, tuple[str, Matrix]]]:
    """A URDF without fixed joints, and where every link went.

    held: joints that are fixed too, at these values (m or rad). kept: links that stay by themselves
    all the same; beyond: joints beyond which all do. Returns the text and, by each link's
    name, the link that it is part of now and its frame in that one's, 4x4 (itself and no displacement
    for those that stay). RobotError for a held joint that the URDF lacks.
    """
    root = ElementTree.fromstring(urdf)
    joints = root.findall("joint")
    if missing := set(held) - {joint.get("name", "") for joint in joints}:
        raise RobotError(f"expected a joint {min(missing)} to hold, got none")
    above: dict[str, tuple[str, Matrix]] = {}
    kept = {*kept, *_hung_on(joints, beyond)}
    for joint in joints:
        name = joint.get("name", "")
        if (joint.get("type") == "fixed" or name in held) and _end(joint, "child") not in kept:
            place = _origin(joint) @ _moved(joint, held.get(name, 0.0))
            above[_end(joint, "child")] = (_end(joint, "parent"), place)
            root.remove(joint)
    links = {link.get("name", ""): link for link in root.findall("link")}
    where = {name: _followed(name, above) for name in links}
    for name, (into, place) in where.items():
        if into != name:
            _take_in(links[into], links[name], place)
            root.remove(links[name])
    for joint in root.findall("joint"):
        into, place = where[_end(joint, "parent")]
        _set_origin(joint, place @ _origin(joint))
        joint.find("parent").set("link", into)  # type: ignore[union-attr]
    return ElementTree.tostring(root, encoding="unicode"), where


def _hung_on(joints: list[ElementTree.Element], names: Collection[str]) -> set[str]:
    """All links that these joints move."""
    found = {_end(joint, "child") for joint in joints if joint.get("name") in names}
    while more := {_end(j, "child") for j in joints if _end(j, "parent") in found} - found:
        found |= more
    return found


def _followed(name: str, above: Mapping[str, tuple[str, Matrix]]) -> tuple[str, Matrix]:
    place = np.eye(4)
    while name in above:
        name, step = above[name]
        place = step @ place
    return name, place


def _take_in(link: ElementTree.Element, part: ElementTree.Element, place: Matrix) -> None:
    for shape in (*part.findall("visual"), *part.findall("collision")):
        moved = deepcopy(shape)
        _set_origin(moved, place @ _origin(moved))
        link.append(moved)
    parts = [_inertia(link, np.eye(4)), _inertia(part, place)]
    for inertial in link.findall("inertial"):
        link.remove(inertial)
    link.append(_together(parts))


def _inertia(link: ElementTree.Element, place: Matrix) -> tuple[float, Matrix, Matrix]:
    """A link's mass, middle, and moments about the middle, in the frame that `place` leads to."""
    inertial = link.find("inertial")
    if inertial is None:
        return 0.0, np.zeros(3), np.zeros((3, 3))
    mass, values = inertial.find("mass"), inertial.find("inertia")
    given = {} if values is None else values.attrib
    upper = np.zeros((3, 3))
    upper[np.triu_indices(3)] = [float(given.get(name, 0.0)) for name in _MOMENTS]
    frame = place @ _origin(inertial)
    turn, moments = frame[:3, :3], upper + np.triu(upper, 1).T
    weight = 0.0 if mass is None else float(mass.get("value", 0.0))
    return weight, frame[:3, 3], turn @ moments @ turn.T


def _together(parts: list[tuple[float, Matrix, Matrix]]) -> ElementTree.Element:
    """Parts of one body as its <inertial>; a part without mass may still be slow to turn."""
    mass = sum(part[0] for part in parts)
    middle = sum((m * at for m, at, _ in parts), np.zeros(3)) / (mass or 1.0)
    total = np.zeros((3, 3))
    for m, at, moments in parts:
        d = at - middle
        total += moments + m * (d @ d * np.eye(3) - np.outer(d, d))
    inertial = ElementTree.Element("inertial")
    ElementTree.SubElement(inertial, "origin", xyz=_text(middle), rpy="0 0 0")
    ElementTree.SubElement(inertial, "mass", value=repr(float(mass)))
    moments = total[np.triu_indices(3)]
    numbers = {name: repr(float(v)) for name, v in zip(_MOMENTS, moments, strict=True)}
    ElementTree.SubElement(inertial, "inertia", numbers)
    return inertial


def _end(joint: ElementTree.Element, which: str) -> str:
    end = joint.find(which)
    return "" if end is None else end.get("link", "")


def _origin(element: ElementTree.Element) -> Matrix:
    return origin_of(element.find("origin"), "the simulation's URDF")


def _set_origin(element: ElementTree.Element, place: Matrix) -> None:
    origin = element.find("origin")
    if origin is None:
        origin = ElementTree.SubElement(element, "origin")
    origin.set("xyz", _text(place[:3, 3]))
    origin.set("rpy", _text(pin.rpy.matrixToRpy(place[:3, :3])))


def _moved(joint: ElementTree.Element, value: float) -> Matrix:
    """The displacement of a joint at a value."""
    axis, place = joint.find("axis"), np.eye(4)
    text = "1 0 0" if axis is None else axis.get("xyz", "1 0 0")
    way = np.array(numbers_of(text, 3, "the simulation's URDF"))
    if joint.get("type") == "prismatic":
        place[:3, 3] = value * way
    elif joint.get("type") != "fixed":
        place[:3, :3] = pin.exp3(value * way / np.linalg.norm(way))
    return place


def _text(values: Matrix) -> str:
    return " ".join(repr(float(v)) for v in values)
